"""Routes for studies: what criteria would have found in every past session, as a document and as a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field, JsonValue
from starlette.concurrency import run_in_threadpool

from technic_scanner.api.checked_route import CheckedRoute
from technic_scanner.api.dependencies import AllServices, Answers
from technic_scanner.api.documentation import file_response, problems
from technic_scanner.api.outcomes import CSV, JSON
from technic_scanner.api.requests import Name, Request
from technic_scanner.api.shared_answers import SharedAnswers
from technic_scanner.api.study_documents import StudyDocument
from technic_scanner.api.submitting import Place
from technic_scanner.bootstrap import Services
from technic_scanner.domain.config import ScanConfig
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.studies.faults import every_fault_named, study_faults
from technic_scanner.studies.document import entries_table
from technic_scanner.studies.request import StudyRequest
from technic_scanner.studies.result import COST_BPS

router = APIRouter(tags=["studies"], route_class=CheckedRoute)

_IN_BODY = Place("", "options.")  # the fields of the config stand beside those of the study
_LONGEST = 20_000
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_EXAMPLE: dict[str, JsonValue] = {
    "where": "close > sma(close, 50) and rsi(14) < 40",
    "source": "sample",
    "from": "2010-01-04",
}


class StudyAsked(Request):
    """What to study. Without minimums there are none: adjusted prices of the past are not those of then."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    stand_ins: ClassVar[Mapping[str, Any]] = {"where": "close > 0"}

    where: str = Field(max_length=_LONGEST, description="The criteria.")
    source: Name = ScanConfig().source
    universe: Name | None = Field(default=None, description="Null: the source's default one.")
    first: date | None = Field(default=None, alias="from", description="First session; null: the first stored.")
    last: date | None = Field(default=None, alias="to", description="Last session; null: the newest.")
    entry: Literal["first", "every"] = Field(
        default="first", description="Where the criteria become true, or every session in which they are."
    )
    min_price: Amount = 0.0
    min_dollar_volume: Amount = 0.0
    min_bars: int = Field(default=1, ge=1, le=20_000, description="Bars so far; a scan asks for 20.")
    cost_bps: float = Field(default=COST_BPS, ge=0, le=10_000, allow_inf_nan=False, description="Of one trade.")

    holdout_months: int | None = Field(default=None, ge=1, le=600, description="Newest months that are held out.")
    open_holdout: bool = Field(default=False, description="Study these months alone, which is remembered.")

    def faults(self, services: Services) -> Iterable[FieldProblem]:
        """Return everything that is wrong with what is asked, as far as no bars are read for it."""
        return map(placed, study_faults(services.service, self.request()))

    def request(self) -> StudyRequest:
        """Return the request of the service."""
        return StudyRequest(
            where=self.where,
            source=self.source,
            universe=self.universe,
            start=self.first,
            end=self.last,
            entry=self.entry,
            min_price=self.min_price,
            min_dollar_volume=self.min_dollar_volume,
            min_bars=self.min_bars,
            cost_bps=self.cost_bps,
            holdout_months=self.holdout_months,
            open_holdout=self.open_holdout,
        )


def placed(problem: FieldProblem) -> FieldProblem:
    """Return the problem at its place in a body, where the criteria are ``where`` and options stand in ``options``."""
    return replace(problem, field="where") if problem.field == "criteria" else _IN_BODY.of(problem)


@contextmanager
def in_the_body(asked: StudyAsked, services: Services) -> Iterator[None]:
    """Let a ConfigError name everything that is wrong with what is asked, each fault at its place in the body."""
    try:
        with every_fault_named(lambda: asked.faults(services)):
            yield
    except ConfigError as error:
        raise ConfigError(dict.fromkeys(map(placed, error.problems))) from error


@router.post("/studies", response_model=StudyDocument, responses=problems(413, 422, 429, 502))
async def run_study(asked: StudyAsked, services: AllServices, answers: Answers) -> Response:
    """Return what criteria would have found in every past session, and what followed, with intervals."""
    request = asked.request()

    def compute() -> bytes:
        with in_the_body(asked, services):
            return json.dumps(services.studies.find(request).document()).encode()

    def counted(found: bytes) -> bytes:
        # An answer that was kept says how many variants were tried up to now, and asking for it counts.
        document = json.loads(found)
        services.studies.count(request, document)
        told = services.studies.told(request, document)
        return StudyDocument.model_validate(told).model_dump_json(by_alias=True).encode()

    found = await _answer(services, answers, f"study {request!r}", compute)
    return Response(await run_in_threadpool(counted, found), media_type=JSON)


@router.post(
    "/studies.csv",
    response_class=Response,
    responses=file_response(CSV, "One row an entry.") | problems(413, 422, 429, 502),
)
async def run_study_csv(asked: StudyAsked, services: AllServices, answers: Answers) -> Response:
    """Return every entry of a study as CSV: symbol, session, forward return and excess of each horizon.

    It counts as a study unless the same one was asked for before.
    """
    request = asked.request()

    def compute() -> bytes:
        with in_the_body(asked, services):
            found = services.studies.find(request)
        services.studies.count(request, found.about(), once=True)
        return to_csv(entries_table(found.study))

    content = await _answer(services, answers, f"study csv {request!r}", compute)
    return Response(content, media_type=CSV, headers={"Content-Disposition": 'attachment; filename="study.csv"'})


async def _answer(services: Services, answers: SharedAnswers, question: str, compute: Callable[[], bytes]) -> bytes:
    """Return the answer that belongs to the bars of this moment."""
    bars = await run_in_threadpool(services.cache.mark)
    return await answers.get(f"{question} {bars}", compute)
