"""Decides the planned times of schedules that are due, oldest first; any process may, and each is decided once."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from technic_scanner.clock import Clock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord
from technic_scanner.domain.schedule import AfterClose, Firing, FiringStatus, LateRule, PlannedTime, Schedule
from technic_scanner.errors import SourceError, StoreUnavailableError, TechnicError
from technic_scanner.runs.model import Work
from technic_scanner.runs.schedule_ports import Calendars, DataProbe, DataShare, NewRun, ScheduleStore
from technic_scanner.runs.schedules.planning import next_open_after, planned_from
from technic_scanner.runs.ticks import Ticks
from technic_scanner.runs.timings.comparability import config_hash

_log = logging.getLogger(__name__)

TICK_SECONDS = 5.0
RETRY = timedelta(minutes=5)
_INSTANT = timedelta(microseconds=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FiringRules:
    """``lease_seconds``: how long a process has a due schedule for itself, so that only one asks the source; 0: none.

    A process that dies holds it up for as long; what is decided twice is settled by the store, whatever this says.
    """

    lease_seconds: float = 60.0


class DueSchedules:
    """Looks at due schedules at most every five seconds; thread-safe.

    ``request`` gives what a schedule scans; it raises if its preset is gone or cannot be used. ``work`` gives the work
    that is expected of a scan. ``queued`` is called after runs have been queued.
    """

    def __init__(
        self,
        store: ScheduleStore,
        calendars: Calendars,
        clock: Clock,
        request: Callable[[Schedule], tuple[ScanConfig, RunOptions]],
        *,
        probe: DataProbe = lambda _config, _session: None,
        work: Callable[[ScanConfig, RunOptions], Work | None] = lambda _config, _options: None,
        queued: Callable[[], None] = lambda: None,
        rules: FiringRules | None = None,
    ) -> None:
        self._store = store
        self._calendars = calendars
        self._clock = clock
        self._request = request
        self._probe = probe
        self._work = work
        self._queued = queued
        self._rules = rules or FiringRules()
        self._ticks = Ticks(TICK_SECONDS, clock, "schedules")

    def tick(self) -> None:
        """Decide what is due, unless that was done within the last five seconds; what fails is logged and tried again.

        Never raises: who calls it has other work to do.
        """
        self._ticks.attempt(self.decide)

    def decide(self) -> int:
        """Decide all that is due now; return the number of queued runs. Raises StoreError."""
        runs = 0
        for schedule in self._store.due_schedules(self._clock.now()):
            try:
                runs += self._decide_one(schedule)
            except StoreUnavailableError:
                raise
            except TechnicError as error:
                _log.warning("schedule %r is tried again in %s: %s", schedule.name, RETRY, error)
                self._store.plan_next(schedule, _decided(schedule), self._clock.now() + RETRY)
        if runs:
            self._queued()
        return runs

    def queue(self, schedule: Schedule, planned: PlannedTime, note: str) -> RunRecord | None:
        """Queue the run of one planned time; None if it has been decided already."""
        config, options = self._request(schedule)
        if planned.session is not None:
            config = replace(config, as_of_date=planned.session)
        label = f"{schedule.name} · {planned.session or format(planned.at, '%Y-%m-%d %H:%M')}"
        run = NewRun(config, options, schedule.owner, label, config_hash(config, options), self._work(config, options))
        return self._store.fire(schedule, planned, run, note)

    def _decide_one(self, schedule: Schedule) -> int:
        if schedule.fault is not None:
            _log.warning("schedule %r does not fire: %s", schedule.name, schedule.fault)
            self._store.plan_next(schedule, _decided(schedule), self._clock.now() + _DAY)
            return 0
        lease = self._rules.lease_seconds
        if lease and not self._store.lease(schedule, self._clock.now() + timedelta(seconds=lease)):
            return 0
        runs = sum(self._try(schedule, _planned(firing)) for firing in self._store.waiting(schedule.schedule_id))
        missed = self._missed(schedule)
        runs += sum(self._try(schedule, planned) for planned in missed)
        self._plan(schedule, missed[-1].at if missed else _decided(schedule))
        return runs

    def _missed(self, schedule: Schedule) -> tuple[PlannedTime, ...]:
        """Return the planned times that nobody has decided, oldest first; those beyond the limit are skipped here."""
        now = self._clock.now()
        kept: deque[PlannedTime] = deque(maxlen=schedule.catch_up_sessions)
        first = last = None
        count = 0
        for planned in planned_from(schedule.when, _decided(schedule) + _INSTANT, self._calendars):
            if planned.at > now:
                break
            if len(kept) == schedule.catch_up_sessions:
                first, last, count = first or kept[0], kept[0], count + 1
            kept.append(planned)
        if first is not None and last is not None:
            self._skip(schedule, first, last, count)
        return tuple(kept)

    def _skip(self, schedule: Schedule, first: PlannedTime, last: PlannedTime, count: int) -> None:
        note = (
            f"{count} missed from {first.key} to {last.key} were not made up for: "
            f"only the newest {schedule.catch_up_sessions} are"
        )
        self._settle(schedule, last, FiringStatus.SKIPPED, note)

    def _try(self, schedule: Schedule, planned: PlannedTime) -> int:
        """Decide one planned time, or let it wait for its data; return the number of queued runs."""
        ready, note = self._ready(schedule, planned)
        if ready is None:
            self._settle(schedule, planned, FiringStatus.WAITING, note)
            return 0
        if not ready:
            self._settle(schedule, planned, FiringStatus.LATE, note)
            return 0
        return int(self.queue(schedule, planned, note) is not None)

    def _ready(self, schedule: Schedule, planned: PlannedTime) -> tuple[bool | None, str]:
        """Return whether to run now, None to wait; and a sentence on the data."""
        if planned.session is None or not isinstance(schedule.when, AfterClose):
            return True, ""
        config, _ = self._request(schedule)
        share, text = self._share(replace(config, as_of_date=planned.session), planned)
        if share is None and not text:
            return True, "the source's data end before this session"
        if share is not None and share.fraction >= schedule.min_data_fraction:
            return True, ""
        deadline = next_open_after(schedule.when, planned.session, self._calendars)
        if self._clock.now() < deadline:
            return None, f"waiting for data until {deadline:%Y-%m-%d %H:%M %Z}: {text}"
        return schedule.late_rule is LateRule.PARTIAL, f"late: {text} when the next session began"

    def _share(self, config: ScanConfig, planned: PlannedTime) -> tuple[DataShare | None, str]:
        assert planned.session is not None
        try:
            share = self._probe(config, planned.session)
        except SourceError as error:
            return None, f"the source does not answer ({error})"
        if share is None:
            return None, ""
        return share, f"{share.have} of {share.of} symbols have a bar of {planned.session}"

    def _settle(self, schedule: Schedule, planned: PlannedTime, status: FiringStatus, note: str) -> None:
        firing = Firing(schedule.schedule_id, planned.key, planned.at, status, None, note, self._clock.now())
        if self._store.settle(schedule, firing):
            _log.info("schedule %r, %s: %s %s", schedule.name, planned.key, status.value, note)

    def _plan(self, schedule: Schedule, decided_to: datetime) -> None:
        now = self._clock.now()
        looks = [now + RETRY] if self._store.waiting(schedule.schedule_id) else []
        coming = next(planned_from(schedule.when, max(now, decided_to) + _INSTANT, self._calendars), None)
        # A calendar that ends is asked again every day: a newer release of it may go on.
        looks.append(now + _DAY if coming is None else coming.at)
        self._store.plan_next(schedule, decided_to, min(looks))


def _decided(schedule: Schedule) -> datetime:
    assert schedule.decided_to is not None, "a stored schedule has it"
    return schedule.decided_to


def _planned(firing: Firing) -> PlannedTime:
    """Return the planned time of a firing that waits; those are of sessions alone."""
    return PlannedTime(datetime.fromisoformat(firing.key).date(), firing.planned_at)
