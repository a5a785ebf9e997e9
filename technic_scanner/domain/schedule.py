"""Define schedules: what is scanned by itself and when, and their firings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from technic_scanner.domain.config import RunOptions, ScanConfig

MIN_DATA_FRACTION = 0.97
CATCH_UP_SESSIONS = 5
DELAY = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class AfterClose:
    """``delay`` after each session's close of an exchange (an ISO 10383 code such as XNYS)."""

    exchange: str
    delay: timedelta = DELAY


@dataclass(frozen=True, slots=True)
class AtTimes:
    """Calendar times of a named time zone, as a cron expression of five fields: minute, hour, day, month, weekday."""

    cron: str
    zone: str


When = AfterClose | AtTimes


class LateRule(StrEnum):
    """What to do if a session's data are not there when the next session opens."""

    PARTIAL = "partial"  # run with what is there, and say so
    LATE = "late"  # do not run; the firing is marked late


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is scanned by itself, and when.

    Either ``preset`` names what is scanned, as the preset is when it fires, or ``config`` and ``options`` hold it.
    ``min_data_fraction`` is the share of symbols (0–1) whose bar of the session the source must have.
    ``catch_up_sessions`` is how many missed sessions are made up for after a standstill, the newest ones.
    ``version`` counts saves. ``decided_to``: what was planned up to then has been decided. ``next_at`` is when it is
    looked at again, None while it is paused.
    """

    name: str
    when: When
    preset: str | None = None
    config: ScanConfig | None = None
    options: RunOptions | None = None
    owner: str | None = None
    min_data_fraction: float = MIN_DATA_FRACTION
    late_rule: LateRule = LateRule.PARTIAL
    catch_up_sessions: int = CATCH_UP_SESSIONS
    paused: bool = False
    schedule_id: str = ""
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None
    decided_to: datetime | None = None
    next_at: datetime | None = None
    fault: str | None = None  # why its stored config cannot be used; None if it can


@dataclass(frozen=True, slots=True)
class PlannedTime:
    """One time at which a schedule fires: of a session, or of the calendar (``session`` None).

    ``at`` has the offset of the exchange's or of the named zone.
    """

    session: date | None
    at: datetime

    @property
    def key(self) -> str:
        """What makes the firing unique within its schedule: the session, or the instant."""
        return f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%MZ}" if self.session is None else self.session.isoformat()


class FiringStatus(StrEnum):
    """WAITING for data, QUEUED as a run, LATE (the data never came, no run), SKIPPED (beyond the catch-up limit)."""

    WAITING = "waiting"
    QUEUED = "queued"
    LATE = "late"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Firing:
    """What became of one planned time; ``note`` says it in a sentence, ``run_id`` names the run that was queued."""

    schedule_id: str
    key: str
    planned_at: datetime
    status: FiringStatus
    run_id: str | None
    note: str
    decided_at: datetime
