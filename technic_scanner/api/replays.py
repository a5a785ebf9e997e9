"""The route that runs the same scan at past dates."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from technic_scanner.api.config_route import ConfigRoute
from technic_scanner.api.dependencies import AllServices, Owner, RootPath
from technic_scanner.api.derived import Document
from technic_scanner.api.documentation import problems
from technic_scanner.api.requests import ScanRequest
from technic_scanner.api.submitting import IN_BODY, every_problem, located, readable
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.errors import ConfigError
from technic_scanner.runs.performance.replay import ReplayPlan, expected_seconds, queue_replay, replay_dates

router = APIRouter(tags=["scans"], route_class=ConfigRoute)


_EVERY = {"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 1}]}


def _text_of_a_count(value: object) -> object:
    """Return a number of weekdays as the text of the command line's option, anything else as it is."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class ReplayRequest(ScanRequest):
    """A scan to run at past dates, which are the as-of dates of its runs; the label is not used."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"from": "2010-03-01", "to": "2010-05-31", "every": "month", "config": {"sectors": ["Energy"]}}
            ]
        }
    )

    first: date = Field(alias="from", description="First as-of date.")
    last: date = Field(alias="to", description="Last as-of date.")
    every: Annotated[str, BeforeValidator(_text_of_a_count), WithJsonSchema(_EVERY)] = Field(
        default="month",
        max_length=10,
        description="`month` (last weekday of each), `week` (Fridays) or a number of weekdays. A holiday means the "
        "session before it.",
    )
    dry_run: bool = Field(default=False, description="Say the dates and the expected seconds, and queue nothing.")


class ReplayedRunDocument(Document):
    """The run of one date."""

    run_id: str
    as_of: date | None
    status: RunStatus
    url: str


class ReplayDocument(Document):
    """The runs of a replay, oldest date first; none after a dry run."""

    dates: list[date]
    expected_seconds: float | None = Field(description="Of all runs one after the other; null without comparable runs.")
    resumed: int = Field(description="Runs of an earlier call that had ended early and go on.")
    runs: list[ReplayedRunDocument]


@router.post("/replays", status_code=202, response_model=ReplayDocument, responses=problems(404, 413, 422, 429))
def start_replay(request: ReplayRequest, services: AllServices, owner: Owner, root_path: RootPath) -> ReplayDocument:
    """Queue the same scan at past dates. The same request again goes on where it stopped, unless its files changed."""
    service = services.service
    try:
        dates = replay_dates(request.first, request.last, request.every, services.clock.now().date())
    except ConfigError as error:
        raise ConfigError([*error.problems, *every_problem(service, request)]) from error
    config, options = readable(service, request)
    with located(IN_BODY):
        seconds = expected_seconds(service, config, options, len(dates))
        plan = ReplayPlan((), 0)
        if not request.dry_run:
            version = services.catalog.cache_key(config)
            plan = queue_replay(service, config, options, dates, version, owner=owner)
    runs = [_document(run, root_path) for run in plan.runs]
    return ReplayDocument(dates=list(dates), expected_seconds=seconds, resumed=plan.resumed, runs=runs)


def _document(run: RunRecord, root_path: str) -> ReplayedRunDocument:
    url = f"{root_path}/scans/{run.run_id}"
    return ReplayedRunDocument(run_id=run.run_id, as_of=run.config.as_of_date, status=run.status, url=url)
