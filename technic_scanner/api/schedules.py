"""Routes for schedules: list, add, read, edit, remove, pause, resume, run now; their times and their firings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Query, Response
from pydantic import ConfigDict, Field, JsonValue

from technic_scanner.api.checked_route import CheckedRoute
from technic_scanner.api.dependencies import AllServices, Owner, RootPath
from technic_scanner.api.derived import Document
from technic_scanner.api.documentation import Responses, problems
from technic_scanner.api.field_schemas import TEXT_PATTERN
from technic_scanner.api.named_versions import location
from technic_scanner.api.requests import GivenConfig, GivenOptions, NewName, Request, name_in_path
from technic_scanner.api.schemas import ConfigDocument, OptionsDocument
from technic_scanner.api.submitting import IN_BODY, located, unread
from technic_scanner.bootstrap import Services
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.schedule import CATCH_UP_SESSIONS, MIN_DATA_FRACTION, FiringStatus, LateRule, Schedule
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.requests import Given
from technic_scanner.runs.schedules.requests import (
    every_fault,
    firing_to_dict,
    planned_to_dict,
    readable_part,
    schedule_to_dict,
)
from technic_scanner.runs.schedules.service import MAX_CATCH_UP, MAX_COUNT, ScheduleService

router = APIRouter(tags=["schedules"], route_class=CheckedRoute)

_NAME = "nightly"
_TERMS: dict[str, Any] = {"preset": "Quick look", "after_close": "XNYS", "delay": "20m"}
_FIRST, _LAST = date(1900, 1, 1), date(2199, 12, 31)
_IN_THESE_YEARS: dict[str, JsonValue] = {"pattern": r"^(19|20|21)[0-9]{2}-"}
_DELAY_PATTERN = r"^(0|([0-9]{1,4}[hH])?([0-9]{1,5}[mM])?([0-9]{1,6}[sS])?)$"
_Text = Annotated[str, Field(min_length=1, max_length=200, pattern=TEXT_PATTERN)]
ScheduleName = Annotated[str, name_in_path(_NAME)]


class PlannedDocument(Document):
    """One time at which a schedule fires."""

    session: date | None = Field(description="Null for calendar times.")
    at: str = Field(description="ISO 8601 with the offset of the exchange's or of the named zone.")


class TimesDocument(Document):
    """Times of a schedule, ascending; fewer than were asked for if the exchange's calendar ends before."""

    times: list[PlannedDocument]


class FiringDocument(Document):
    """What became of one planned time; `key` is its session or its instant."""

    key: str
    planned_at: str
    status: FiringStatus
    run_id: str | None
    note: str
    decided_at: str


class FiringListDocument(Document):
    """Firings of a schedule, newest first."""

    firings: list[FiringDocument]


class FiredDocument(FiringDocument):
    """The firing of a session as it is now; `new` is false if it had been decided before."""

    new: bool


class ScheduleDocument(Document):
    """What is scanned by itself, and when; `version` increases with each change."""

    name: str
    when: str = Field(description="In words.")
    after_close: str | None
    delay: str | None
    at: str | None
    zone: str | None
    preset: str | None
    config: ConfigDocument | None
    options: OptionsDocument | None
    min_data_fraction: float
    late_rule: LateRule
    catch_up_sessions: int
    paused: bool
    version: int
    created_at: str | None
    next_at: str | None = Field(description="When it is looked at again; null while it is paused.")
    problem: str | None = Field(description="Why it will not fire as promised, or that a promised run did not happen.")

    @classmethod
    def of(cls, schedule: Schedule, schedules: ScheduleService) -> ScheduleDocument:
        """Build the document."""
        own = {"config": schedule.config, "options": schedule.options, "problem": schedules.problem(schedule)}
        return cls.model_validate(schedule_to_dict(schedule) | own)


class ScheduleListDocument(Document):
    """All schedules by name."""

    schedules: list[ScheduleDocument]


class ScheduleTerms(Request):
    """What to scan, a preset or a config; and when, after the closes of an exchange or at times of the calendar."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TERMS]})

    stand_ins: ClassVar[Mapping[str, Any]] = {"name": _NAME, "after_close": "XNYS", "at": "0 8 * * *", "zone": "UTC"}

    preset: _Text | None = Field(default=None, description="Scanned as it is when the schedule fires.")
    config: GivenConfig | None = None
    options: GivenOptions | None = None
    after_close: _Text | None = Field(default=None, description="An exchange, such as XNYS.")
    delay: str | None = Field(
        default=None, min_length=1, pattern=_DELAY_PATTERN, description="After the close: 20m, 1h30m; 30m if left out."
    )
    at: _Text | None = Field(default=None, description="A cron expression: minute, hour, day, month, weekday.")
    zone: _Text | None = Field(default=None, description="The time zone of `at`, such as America/New_York.")
    min_data_fraction: float = Field(default=MIN_DATA_FRACTION, ge=0, le=1, allow_inf_nan=False)
    late_rule: LateRule = LateRule.PARTIAL
    catch_up_sessions: int = Field(default=CATCH_UP_SESSIONS, ge=1, le=MAX_CATCH_UP)

    def schedule(self, name: str, owner: str | None, schedules: ScheduleService) -> Schedule:
        """Return the schedule; ConfigError names every field that cannot be read, with those that have bad values."""
        schedule, found = self._read(name, owner)
        if found:
            raise ConfigError(every_fault(schedule, found, schedules.every_fault))
        return schedule

    def faults(self, services: Services) -> Iterable[FieldProblem]:
        """Return everything that is wrong with the terms."""
        schedule, found = self._read(_NAME, None)
        return map(IN_BODY.of, every_fault(schedule, found, services.schedules.every_fault))

    def _read(self, name: str, owner: str | None) -> tuple[Schedule, list[FieldProblem]]:
        """Return the schedule, and what could not be read of it."""
        given, options = self.config, self.options
        found = unread(given or Given(), options or Given())
        if options is not None and given is None:
            found.append(FieldProblem("options", "belong to a config; a preset has its own"))
        terms = self.model_dump(mode="json", include=_OWN_TERMS)
        asked = None if given is None else (given.over(ScanConfig()), _options(options))
        schedule, more = readable_part(name, terms, owner, asked)
        return schedule, [*found, *more]


class NewSchedule(ScheduleTerms):
    """A schedule to add."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": _NAME, **_TERMS}]})

    name: NewName


class EditedSchedule(ScheduleTerms):
    """What a stored schedule says from now on; fields left out take their defaults."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_TERMS, "expected_version": 1}]})

    expected_version: int | None = Field(
        default=None, ge=1, le=2**31 - 1, description="The version to replace; 409 if the stored version is another."
    )


_OWN_TERMS = set(ScheduleTerms.model_fields) - {"config", "options"}
_CREATED: Responses = {201: {"model": ScheduleDocument, "description": "Added."}}


def _options(given: Given | None) -> RunOptions:
    return RunOptions() if given is None else given.over(RunOptions())


@router.get("/schedules", response_model=ScheduleListDocument)
def list_schedules(services: AllServices) -> ScheduleListDocument:
    """List all schedules, with what stands against each."""
    schedules = services.schedules
    return ScheduleListDocument(schedules=[ScheduleDocument.of(schedule, schedules) for schedule in schedules.all()])


@router.post("/schedules", status_code=201, response_model=ScheduleDocument, responses=problems(404, 409, 413, 422))
def add_schedule(
    request: NewSchedule, response: Response, services: AllServices, owner: Owner, root_path: RootPath
) -> ScheduleDocument:
    """Add a schedule; its first time is the first after now."""
    with located(IN_BODY):
        added = services.schedules.add(request.schedule(request.name, owner, services.schedules))
    response.headers["Location"] = location(root_path, "schedules", added.name)
    return ScheduleDocument.of(added, services.schedules)


@router.get("/schedules/{name}", response_model=ScheduleDocument, responses=problems(404, 422))
def read_schedule(name: ScheduleName, services: AllServices) -> ScheduleDocument:
    """Return one schedule."""
    return ScheduleDocument.of(services.schedules.get(name), services.schedules)


@router.put("/schedules/{name}", response_model=ScheduleDocument, responses=problems(404, 409, 413, 422))
def edit_schedule(name: ScheduleName, request: EditedSchedule, services: AllServices) -> ScheduleDocument:
    """Replace what a schedule says; times before now are not made up for. It stays paused if it is."""
    with located(IN_BODY):
        schedule = request.schedule(name, None, services.schedules)
        saved = services.schedules.replace(schedule, request.expected_version)
    return ScheduleDocument.of(saved, services.schedules)


@router.delete("/schedules/{name}", status_code=204, responses=problems(404, 422))
def remove_schedule(name: ScheduleName, services: AllServices) -> None:
    """Delete a schedule with its history of firings; its runs stay."""
    services.schedules.remove(name)


@router.post("/schedules/{name}/pause", response_model=ScheduleDocument, responses=problems(404, 409, 422))
def pause_schedule(name: ScheduleName, services: AllServices) -> ScheduleDocument:
    """Stop a schedule from firing until it is resumed."""
    return ScheduleDocument.of(services.schedules.pause(name), services.schedules)


@router.post("/schedules/{name}/resume", response_model=ScheduleDocument, responses=problems(404, 409, 422))
def resume_schedule(name: ScheduleName, services: AllServices) -> ScheduleDocument:
    """Let a paused schedule fire again; what fell into the pause is not made up for."""
    return ScheduleDocument.of(services.schedules.resume(name), services.schedules)


@router.post("/schedules/{name}/fire", response_model=FiredDocument, responses=problems(404, 409, 422))
def fire_schedule(name: ScheduleName, services: AllServices) -> FiredDocument:
    """Run it now, as of the newest session that has closed; a session that was run is not run again."""
    fired = services.schedules.fire(name)
    return FiredDocument.model_validate(firing_to_dict(fired.firing) | {"new": fired.new})


@router.get("/schedules/{name}/times", response_model=TimesDocument, responses=problems(404, 422))
def list_times(
    name: ScheduleName,
    services: AllServices,
    count: Annotated[int, Query(ge=1, le=MAX_COUNT)] = 5,
    start: Annotated[
        date | None,
        Query(
            alias="from",
            ge=_FIRST,
            le=_LAST,
            json_schema_extra=_IN_THESE_YEARS,
            description="From midnight of this day in the zone of the times, past or future; from now on if left out.",
        ),
    ] = None,
) -> TimesDocument:
    """Return the next times of a schedule, or those from a day on."""
    times = services.schedules.next_times(name, count, start)
    return TimesDocument.model_validate({"times": list(map(planned_to_dict, times))})


@router.get("/schedules/{name}/firings", response_model=FiringListDocument, responses=problems(404, 422))
def list_firings(
    name: ScheduleName, services: AllServices, limit: Annotated[int, Query(ge=1, le=1000)] = 50
) -> FiringListDocument:
    """Return what became of the newest planned times."""
    firings = services.schedules.firings(name, limit)
    return FiringListDocument.model_validate({"firings": list(map(firing_to_dict, firings))})
