"""Says of a schedule, in one sentence, that a promised run did not happen, and why."""

from __future__ import annotations

from datetime import datetime, timedelta

from technic_scanner.clock import Clock
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.domain.schedule import Firing, FiringStatus, Schedule
from technic_scanner.errors import RunNotFoundError
from technic_scanner.progress.text import count_text
from technic_scanner.runs.schedule_ports import Calendars, ScheduleStore
from technic_scanner.runs.schedules import planning
from technic_scanner.runs.schedules.calendar_times import zone_of
from technic_scanner.runs.service.service import RunService

OVERDUE_AFTER = timedelta(minutes=15)
_LOOKED_AT = 10  # firings; those that wait for data say nothing yet
_UNFINISHED = (RunStatus.FAILED, RunStatus.INTERRUPTED)


class Promises:
    """What became of the newest time of each schedule that does not wait for its data."""

    def __init__(self, store: ScheduleStore, runs: RunService, calendars: Calendars, clock: Clock) -> None:
        self._store = store
        self._runs = runs
        self._calendars = calendars
        self._clock = clock

    def broken(self, schedule: Schedule) -> str | None:
        """Return the sentence; None if the schedule is paused, or all is as promised as far as is known."""
        if schedule.paused:
            return None
        if schedule.next_at is not None and self._is_long_ago(schedule.next_at):
            return f"{self._expected(schedule, schedule.next_at)}, not run: {self._nobody_fired()}"
        for firing in self._store.firings(schedule.schedule_id, _LOOKED_AT):
            if firing.status is not FiringStatus.WAITING:
                why = self._why_not(firing)
                return None if why is None else f"{self._expected(schedule, firing.planned_at)}, {why}"
        return None

    def _why_not(self, firing: Firing) -> str | None:
        """Return what happened instead of the run; None if it is there, on its way, or was deleted since."""
        if firing.status is FiringStatus.LATE:
            return f"not run: {firing.note}"
        if firing.status is not FiringStatus.QUEUED or firing.run_id is None:
            return None
        try:
            run = self._runs.get(firing.run_id)
        except RunNotFoundError:
            return None
        if run.status is RunStatus.QUEUED and self._is_long_ago(firing.decided_at):
            return f"not run: {self._nobody_took()}"
        return f"not run to its end: {_ending(run)}" if run.status in _UNFINISHED else None

    def _nobody_fired(self) -> str:
        alive = len(self._runs.workers())
        if not alive:
            return "no worker or server was alive"
        return f"{count_text(alive, 'worker')} alive did not fire it; their logs say why"

    def _nobody_took(self) -> str:
        alive = len(self._runs.workers())
        return "no worker is alive" if not alive else f"it waits while {count_text(alive, 'worker')} scan others"

    def _is_long_ago(self, moment: datetime) -> bool:
        return moment <= self._clock.now() - OVERDUE_AFTER

    def _expected(self, schedule: Schedule, moment: datetime) -> str:
        """Return ``expected by 16:45 New York``, with the day where that is not today there."""
        name = planning.zone_name(schedule.when, self._calendars)
        zone = zone_of(name)
        there, now = moment.astimezone(zone), self._clock.now().astimezone(zone)
        day = "" if there.date() == now.date() else f"{there:%Y-%m-%d} "
        return f"expected by {day}{there:%H:%M} {name.rpartition('/')[2].replace('_', ' ')}"


def _ending(run: RunRecord) -> str:
    if run.error is not None:
        return run.error.message
    return "its worker ended" if run.status is RunStatus.INTERRUPTED else "it failed"
