"""One stage's counters and stopwatch, without a lock: the tracker that owns it guards it."""

from __future__ import annotations

from technic_scanner.domain.progress import StageState


def as_total(total: float | None) -> int | None:
    """Return a usable total: None stays unknown, what is negative or not a number is nothing to do."""
    if total is None:
        return None
    return int(total) if 0 < total < float("inf") else 0


class StageRecord:
    """Counts units of one stage (or sub-stage) and remembers the ``best`` fraction it has shown.

    ``raw`` is what callers reported and may pass ``total``, which may still be corrected; ``completed`` never does.
    ``seconds`` counts closed stretches only; ``resumed_at`` is the monotonic second at which the open one began.
    """

    __slots__ = ("best", "name", "offset_seconds", "raw", "resumed_at", "seconds", "state", "total")

    def __init__(self, name: str, total: float | None = None) -> None:
        self.name = name
        self.total = as_total(total)
        self.state = StageState.PENDING
        self.raw = 0
        self.seconds = 0.0
        self.offset_seconds: float | None = None
        self.resumed_at: float | None = None
        self.best = 0.0

    @property
    def current(self) -> int:
        """Units done, never more than the total."""
        return self.raw if self.total is None else min(self.raw, self.total)

    @property
    def fraction(self) -> float:
        """Share of the units done, 0-1; never less than it was before, 1 once the stage is done.

        A stage without a known total, or with nothing to do, stays at 0 until it is done.
        """
        if self.state in (StageState.DONE, StageState.SKIPPED):
            self.best = 1.0
        elif self.total:
            self.best = max(self.best, min(1.0, self.raw / self.total))
        return self.best

    def stand_at(self, fraction: float) -> None:
        """Show at least ``fraction`` from now on: what an earlier attempt had reached."""
        self.best = max(self.best, min(1.0, fraction))

    def start(self, total: float | None, now: float, offset_seconds: float) -> None:
        """Start, or start again: counts from 0 once more, but the fraction shown does not go back."""
        self._remember()
        self.total = as_total(total)
        self.raw = 0
        self.state = StageState.RUNNING
        self.resumed_at = now
        if self.offset_seconds is None:
            self.offset_seconds = offset_seconds

    def set_total(self, total: float | None) -> None:
        """Correct the total."""
        self._remember()
        self.total = as_total(total)

    def add(self, units: int) -> None:
        """Count ``units`` more; what is not above 0 counts nothing."""
        if units > 0:
            self.raw += units

    def reach(self, current: int) -> None:
        """Count up to ``current``; less than was counted before changes nothing."""
        self.raw = max(self.raw, current)

    def stop(self, now: float, state: StageState) -> None:
        """End the open stretch of time in ``state``."""
        if self.resumed_at is not None:
            self.seconds += now - self.resumed_at
            self.resumed_at = None
        self._remember()
        self.state = state

    def elapsed(self, now: float) -> float:
        """Return seconds spent in this stage up to ``now``."""
        return self.seconds + (now - self.resumed_at if self.resumed_at is not None else 0.0)

    def throughput(self, now: float) -> float | None:
        """Return units per second so far; None while nothing is known of it."""
        seconds = self.elapsed(now)
        return self.current / seconds if seconds > 0 and self.current > 0 else None

    def eta(self, now: float) -> float | None:
        """Return the seconds left at the rate so far: None while unknown, 0.0 when done."""
        if self.fraction >= 1.0:
            return 0.0
        rate = self.throughput(now)
        if rate is None or self.total is None:
            return None
        return max(0, self.total - self.current) / rate

    def _remember(self) -> None:
        self.best = self.fraction
