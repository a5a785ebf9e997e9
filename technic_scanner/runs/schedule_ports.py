"""Define the ports of schedules: calendars of exchanges, the store, and whether a session's data are there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord
from technic_scanner.domain.schedule import Firing, PlannedTime, Schedule
from technic_scanner.domain.sessions import CalendarTrust, Session
from technic_scanner.runs.model import Work


class Calendars(Protocol):
    """Knows the sessions of exchanges."""

    def exchanges(self) -> tuple[str, ...]:
        """Return the names of all exchanges."""
        ...

    def zone(self, exchange: str) -> str:
        """Return the time zone of an exchange; ConfigError if it is not known."""
        ...

    def sessions(self, exchange: str, start: date, end: date) -> tuple[Session, ...]:
        """Return the sessions in start..end, ascending, none after the last known day. ConfigError, CalendarError."""
        ...

    def trust(self, exchange: str) -> CalendarTrust:
        """Say whose sessions are used for an exchange; ConfigError if it is not known."""
        ...


@dataclass(frozen=True, slots=True)
class NewRun:
    """The run that a firing queues."""

    config: ScanConfig
    options: RunOptions
    owner: str | None
    label: str | None
    comparability_key: str
    expected_work: Work | None = None


@dataclass(frozen=True, slots=True)
class DataShare:
    """How many of the symbols that were asked for have a bar of a session; of those that trade at all."""

    have: int
    of: int

    @property
    def fraction(self) -> float:
        """The share, 0–1; 1 if there is no symbol to wait for."""
        return self.have / self.of if self.of else 1.0


class DataProbe(Protocol):
    """Tells how much of a session's data a source has."""

    def __call__(self, config: ScanConfig, session: date) -> DataShare | None:
        """Ask the source for some symbols of the config; None if it ends before the session. Raises SourceError."""
        ...


class ScheduleStore(Protocol):
    """Schedules and their firings. Every method is one transaction."""

    def add_schedule(self, schedule: Schedule) -> Schedule:
        """Store a new schedule and return it with its id; ScheduleConflictError if the name is taken."""
        ...

    def save_schedule(self, schedule: Schedule) -> Schedule:
        """Replace what a schedule says, of the version that was read, by the next version. ScheduleConflictError."""
        ...

    def remove_schedule(self, name: str) -> None:
        """Delete a schedule and its firings, not its runs; ScheduleNotFoundError."""
        ...

    def get_schedule(self, name: str) -> Schedule:
        """Return a schedule; ScheduleNotFoundError."""
        ...

    def list_schedules(self) -> tuple[Schedule, ...]:
        """Return all schedules by name."""
        ...

    def due_schedules(self, now: datetime) -> tuple[Schedule, ...]:
        """Return those that are to be looked at: not paused, ``next_at`` reached."""
        ...

    def firings(self, schedule_id: str, limit: int) -> tuple[Firing, ...]:
        """Return the newest firings of a schedule, newest first."""
        ...

    def waiting(self, schedule_id: str) -> tuple[Firing, ...]:
        """Return the firings that wait for data, oldest first."""
        ...

    def firing(self, schedule_id: str, key: str) -> Firing | None:
        """Return what has become of a planned time, None if nothing yet."""
        ...

    def fire(self, schedule: Schedule, planned: PlannedTime, run: NewRun, note: str) -> RunRecord | None:
        """Insert the firing and its queued run together, or turn a waiting firing into a queued one.

        Returns None, and changes nothing, if another process has decided this planned time, or if the schedule was
        changed, paused or removed since it was read.
        """
        ...

    def settle(self, schedule: Schedule, firing: Firing) -> bool:
        """Insert a firing without a run (waiting, late, skipped), or update a waiting one. False as ``fire``'s None."""
        ...

    def lease(self, schedule: Schedule, until: datetime) -> bool:
        """Take a due schedule for this process until then; False if another process has taken or changed it."""
        ...

    def plan_next(self, schedule: Schedule, decided_to: datetime, next_at: datetime | None) -> None:
        """Note up to when all is decided, never going back, and when to look again; not if the version has changed."""
        ...
