"""Add, show, pause, edit, fire and remove schedules: what every door offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta

from technic_scanner.clock import Clock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.printable import is_printable
from technic_scanner.domain.schedule import AfterClose, Firing, PlannedTime, Schedule, When
from technic_scanner.errors import (
    ConfigError,
    FieldProblem,
    PresetNotFoundError,
    ScheduleConflictError,
    TechnicError,
)
from technic_scanner.runs.model import Work
from technic_scanner.runs.named_versions.interchange import NAME_LIMIT
from technic_scanner.runs.schedule_ports import Calendars, DataProbe, ScheduleStore
from technic_scanner.runs.schedules import planning
from technic_scanner.runs.schedules.due import DueSchedules, FiringRules
from technic_scanner.runs.schedules.promises import Promises
from technic_scanner.runs.service.service import RunService

MAX_CATCH_UP = 250
MAX_COUNT = 10_000
_SHORTLY = timedelta(microseconds=1)
_LONGEST_BREAK = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Fired:
    """What firing by hand did: ``firing`` as it is now, ``new`` False if its session had been run before."""

    firing: Firing
    new: bool


class ScheduleService:
    """Standing scans of one store."""

    def __init__(
        self,
        store: ScheduleStore,
        runs: RunService,
        calendars: Calendars,
        clock: Clock,
        *,
        probe: DataProbe = lambda _config, _session: None,
        work: Callable[[ScanConfig, RunOptions], Work | None] = lambda _config, _options: None,
        queued: Callable[[], None] = lambda: None,
        resolved: Callable[[ScanConfig], ScanConfig] = lambda config: config,
        rules: FiringRules | None = None,
    ) -> None:
        """Wire the service.

        ``work`` gives the work that is expected of a scan; ``queued`` is called after runs were queued; ``resolved``
        gives a config the symbols of its watchlists.
        """
        self._resolved = resolved
        self._queued = queued
        self._store = store
        self._runs = runs
        self._calendars = calendars
        self._clock = clock
        self._promises = Promises(store, runs, calendars, clock)
        self._due = DueSchedules(
            store,
            calendars,
            clock,
            self.request,
            probe=probe,
            work=work,
            queued=queued,
            rules=rules,
        )

    def tick(self) -> None:
        """Fire what is due; called by every worker and server all the time, cheap and never raising."""
        self._due.tick()

    def decide(self) -> int:
        """Fire what is due at once; return the number of queued runs. Raises StoreError."""
        return self._due.decide()

    def add(self, schedule: Schedule) -> Schedule:
        """Store a new schedule; its first time is the first after now.

        Raises ConfigError with everything that is wrong, PresetNotFoundError, ScheduleConflictError if its name is
        taken.
        """
        self._check(schedule)
        return self._store.add_schedule(self._planned(schedule))

    def save(self, schedule: Schedule) -> Schedule:
        """Replace a schedule by an edited one of the same version; times before now are not made up for.

        A session that waits for data is looked at soon. Raises as ``add``, and ScheduleConflictError if it was changed
        meanwhile.
        """
        self._check(schedule)
        planned = self._planned(schedule)
        if self._store.waiting(schedule.schedule_id):
            planned = replace(planned, next_at=planned.decided_to)
        return self._store.save_schedule(planned)

    def replace(self, schedule: Schedule, expected_version: int | None = None) -> Schedule:
        """Save a schedule under the name of a stored one, which stays paused if it is. Raises as ``save``.

        ``expected_version`` is the version to replace; None: whatever is stored now.
        """
        stored = self.get(schedule.name)
        if expected_version not in (None, stored.version):
            found = f"schedule {schedule.name!r} is at version {stored.version}, not {expected_version}"
            raise ScheduleConflictError(f"{found}; read it again")
        return self.save(
            replace(
                schedule,
                schedule_id=stored.schedule_id,
                version=stored.version,
                created_at=stored.created_at,
                paused=stored.paused,
                owner=stored.owner,
            )
        )

    def all(self) -> tuple[Schedule, ...]:
        """Return all schedules by name."""
        return self._store.list_schedules()

    def get(self, name: str) -> Schedule:
        """Return a schedule; ScheduleNotFoundError."""
        return self._store.get_schedule(name)

    def pause(self, name: str) -> Schedule:
        """Stop a schedule from firing, until it is resumed."""
        schedule = self.get(name)
        return schedule if schedule.paused else self._store.save_schedule(replace(schedule, paused=True))

    def resume(self, name: str) -> Schedule:
        """Let a paused schedule fire again; what fell into the pause is not made up for."""
        schedule = self.get(name)
        if not schedule.paused:
            return schedule
        return self._store.save_schedule(self._planned(replace(schedule, paused=False)))

    def remove(self, name: str) -> None:
        """Delete a schedule with its history; its runs stay. ScheduleNotFoundError."""
        self._store.remove_schedule(name)

    def firings(self, name: str, limit: int = 50) -> tuple[Firing, ...]:
        """Return the newest firings of a schedule, newest first."""
        return self._store.firings(self.get(name).schedule_id, limit)

    def next_times(self, name: str, count: int = 5, day: date | None = None) -> tuple[PlannedTime, ...]:
        """Return the first times from midnight of ``day`` (in the schedule's zone) on; None: from now on.

        Fewer than ``count`` if the exchange's calendar ends before. Raises CalendarError for days before it begins.
        """
        when = self.get(name).when
        return self.times(when, count, day)

    def times(self, when: When, count: int = 5, day: date | None = None) -> tuple[PlannedTime, ...]:
        """Return the same for times that belong to no schedule yet. Raises ConfigError for bad ones."""
        problems = list(planning.problems_of(when, self._calendars))
        if not 1 <= count <= MAX_COUNT:
            problems.append(FieldProblem("count", f"must be 1 to {MAX_COUNT}, not {count}"))
        if problems:
            raise ConfigError(problems)
        if day is not None:
            return planning.next_times(when, day, count, self._calendars)
        planned = planning.planned_from(when, self._clock.now(), self._calendars)
        return tuple(time for _, time in zip(range(count), planned, strict=False))

    def known_to(self, when: When) -> date | None:
        """Return the last day that the calendar of these times knows; None if it has no end."""
        return self._calendars.trust(when.exchange).last if isinstance(when, AfterClose) else None

    def exchanges(self) -> tuple[str, ...]:
        """Return the exchanges after whose sessions a schedule can fire."""
        return self._calendars.exchanges()

    def fire(self, name: str) -> Fired:
        """Queue a run now: of the newest session that has closed, or of this minute for calendar times.

        A session that has been run is not run again; one that waits for data no longer waits. Raises ConfigError,
        PresetNotFoundError if its preset is gone.
        """
        schedule = self.get(name)
        if schedule.fault is not None:
            raise ConfigError([FieldProblem("schedule", f"{name!r} cannot fire: {schedule.fault}")])
        planned = self._newest(schedule)
        run = self._due.queue(schedule, planned, "by hand")
        firing = self._store.firing(schedule.schedule_id, planned.key)
        if firing is None:
            raise ScheduleConflictError(f"schedule {name!r} was changed or removed meanwhile; try again")
        if run is not None:
            self._queued()
        return Fired(firing, new=run is not None)

    def problem(self, schedule: Schedule) -> str | None:
        """Say why a schedule will not fire as promised; None if nothing is known against it."""
        if schedule.fault is not None:
            return schedule.fault
        try:
            self.request(schedule)
        except TechnicError as error:
            return str(error)
        return self._promises.broken(schedule)

    def overdue(self) -> tuple[tuple[str, str], ...]:
        """Return the schedules of which a promised run did not happen, each with the sentence that says so."""
        found = ((schedule.name, self._promises.broken(schedule)) for schedule in self._store.list_schedules())
        return tuple((name, sentence) for name, sentence in found if sentence is not None)

    def request(self, schedule: Schedule) -> tuple[ScanConfig, RunOptions]:
        """Return what a schedule scans now, with the symbols of its watchlists as they are now.

        Raises PresetNotFoundError, ConfigError for a preset or a watchlist that cannot be used.
        """
        if schedule.preset is None:
            config, options = schedule.config or ScanConfig(), schedule.options or RunOptions()
        else:
            preset = self._runs.usable_preset(schedule.preset)
            config, options = preset.config, preset.options
        return self._resolved(config), options

    def faults(self, schedule: Schedule) -> tuple[FieldProblem, ...]:
        """Return everything that is wrong with what a schedule says; whether there is its preset is another matter."""
        problems = [*_own_problems(schedule), *planning.problems_of(schedule.when, self._calendars)]
        if schedule.config is not None:
            problems += self._runs.problems(schedule.config, schedule.options or RunOptions())
        return tuple(problems)

    def every_fault(self, schedule: Schedule) -> tuple[FieldProblem, ...]:
        """Return the faults, and of a preset that cannot be scanned that it cannot."""
        faults = self.faults(schedule)
        if schedule.preset is None or schedule.config is not None:
            return faults
        try:
            self.request(schedule)
        except PresetNotFoundError as error:
            return (*faults, FieldProblem("preset", str(error)))
        except ConfigError as error:
            return (*faults, *error.problems)
        return faults

    def _check(self, schedule: Schedule) -> None:
        if self.faults(schedule):
            raise ConfigError(self.every_fault(schedule))
        self.request(schedule)

    def _planned(self, schedule: Schedule) -> Schedule:
        now = self._clock.now()
        first = next(planning.planned_from(schedule.when, now + _SHORTLY, self._calendars), None)
        if first is None:
            problem = FieldProblem("when", f"has no time after now: {planning.in_words(schedule.when)}")
            raise ConfigError([problem])
        return replace(schedule, decided_to=now, next_at=first.at.astimezone(UTC))

    def _newest(self, schedule: Schedule) -> PlannedTime:
        now, when = self._clock.now(), schedule.when
        if not isinstance(when, AfterClose):
            return PlannedTime(None, now.replace(second=0, microsecond=0))
        day = now.date()
        closed = [
            session
            for session in self._calendars.sessions(when.exchange, day - _LONGEST_BREAK, day + timedelta(days=1))
            if session.close <= now
        ]
        if not closed:
            raise ConfigError([FieldProblem("after_close", f"{when.exchange} has had no session lately")])
        return PlannedTime(closed[-1].day, closed[-1].close + when.delay)


def _own_problems(schedule: Schedule) -> list[FieldProblem]:
    found = []
    name = schedule.name
    if not name.strip() or len(name) > NAME_LIMIT or name != name.strip() or not is_printable(name):
        found.append(
            FieldProblem("name", f"must be 1 to {NAME_LIMIT} printable characters without a space at either end")
        )
    if (schedule.preset is None) == (schedule.config is None):
        found.append(FieldProblem("preset", "either a preset or a config must be given, not both"))
    if not 0.0 <= schedule.min_data_fraction <= 1.0:
        found.append(FieldProblem("min_data_fraction", f"must be 0 to 1, not {schedule.min_data_fraction}"))
    if not 1 <= schedule.catch_up_sessions <= MAX_CATCH_UP:
        found.append(
            FieldProblem("catch_up_sessions", f"must be 1 to {MAX_CATCH_UP}, not {schedule.catch_up_sessions}")
        )
    return found
