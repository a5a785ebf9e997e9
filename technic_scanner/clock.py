"""The only module that reads the time: wall clock for display, monotonic clock for durations."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The interface through which all other modules read the time."""

    def now(self) -> datetime:
        """Return the wall-clock time in UTC, timezone-aware; only for display and for the order of runs."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never decrease; for durations."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for ``seconds``."""
        ...


class SystemClock:
    """The machine's clocks."""

    __slots__ = ()

    def now(self) -> datetime:
        return datetime.now(UTC)

    monotonic = staticmethod(time.monotonic)  # without a frame of its own: counting asks it for every unit
    sleep = staticmethod(time.sleep)


class ManualClock:
    """A clock that moves only on request; for tests and for benchmarks in virtual time."""

    __slots__ = ("_monotonic", "_wall")

    def __init__(self, start: datetime | None = None) -> None:
        self._wall = start or datetime(2026, 1, 2, 14, 30, tzinfo=UTC)
        self._monotonic = 0.0

    def now(self) -> datetime:
        return self._wall

    def monotonic(self) -> float:
        return self._monotonic

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move both clocks forward by ``seconds``, which must not be negative."""
        if seconds < 0:
            raise ValueError("the monotonic clock cannot go back; use step_wall for the wall clock")
        self._monotonic += seconds
        self._wall += timedelta(seconds=seconds)

    def step_wall(self, seconds: float) -> None:
        """Move only the wall clock, forward or back, as NTP or a person might."""
        self._wall += timedelta(seconds=seconds)
