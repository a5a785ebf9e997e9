"""Keep the counters and the stopwatch of one stage; guarded by the lock of the tracker that owns it."""

from __future__ import annotations

from technic_scanner.domain.progress import StageState


def as_total(total: float | None) -> int | None:
    """Return a valid total: None remains unknown, negative values and NaN become 0."""
    if total is None:
        return None
    return int(total) if 0 < total < float("inf") else 0


class StageRecord:
    """Counts units of one stage (or sub-stage) and remembers the ``best`` fraction it has shown.

    ``raw`` is what callers reported; it may exceed ``total``, which can still be corrected, but ``completed`` never
    does. ``seconds`` are those of closed periods; ``resumed_at`` is the monotonic second at which the open one began.
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
        """Units done, at most the total."""
        return self.raw if self.total is None else min(self.raw, self.total)

    @property
    def fraction(self) -> float:
        """Share of the units done, 0-1; it never decreases and is 1 when the stage is done.

        Without a known total, or with a total of 0, it is 0 until the stage is done.
        """
        if self.state in (StageState.DONE, StageState.SKIPPED):
            self.best = 1.0
        elif self.total:
            self.best = max(self.best, min(1.0, self.raw / self.total))
        return self.best

    def show_at_least(self, fraction: float) -> None:
        """Show at least ``fraction`` from now on: what an earlier attempt had reached."""
        self.best = max(self.best, min(1.0, fraction))

    def start(self, total: float | None, now: float, offset_seconds: float) -> None:
        """Start or restart: counting begins at 0, but the displayed fraction does not decrease."""
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
        """Count ``units`` more; values that are not positive are ignored."""
        if units > 0:
            self.raw += units

    def reach(self, current: int) -> None:
        """Count up to ``current``; a value below the current count is ignored."""
        self.raw = max(self.raw, current)

    def stop(self, now: float, state: StageState) -> None:
        """Close the open period with ``state``."""
        if self.resumed_at is not None:
            self.seconds += now - self.resumed_at
            self.resumed_at = None
        self._remember()
        self.state = state

    def elapsed(self, now: float) -> float:
        """Return seconds spent in this stage up to ``now``."""
        return self.seconds + (now - self.resumed_at if self.resumed_at is not None else 0.0)

    def throughput(self, now: float) -> float | None:
        """Return units per second so far; None while unknown."""
        seconds = self.elapsed(now)
        return self.current / seconds if seconds > 0 and self.current > 0 else None

    def eta(self, now: float) -> float | None:
        """Return the seconds left at the current rate: None while unknown, 0.0 when done."""
        if self.fraction >= 1.0:
            return 0.0
        rate = self.throughput(now)
        if rate is None or self.total is None:
            return None
        return max(0, self.total - self.current) / rate

    def _remember(self) -> None:
        self.best = self.fraction
