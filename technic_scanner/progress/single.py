"""Count one piece of work from any number of threads, in the earlier API's public form."""

from __future__ import annotations

import threading
from typing import Any

from technic_scanner.clock import Clock, SystemClock
from technic_scanner.domain.progress import StageState
from technic_scanner.progress.stage_dict import stage_dict
from technic_scanner.progress.stage_record import StageRecord
from technic_scanner.progress.text import format_time


class ProgressTracker:
    """Progress of one piece of work of ``total`` units; thread-safe."""

    def __init__(self, total: float | None, stage: str = "processing", *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._lock = threading.RLock()
        self._record = StageRecord(stage)
        self.reset(total)

    @property
    def total(self) -> int | None:
        """Number of units; None is unknown."""
        return self._record.total

    @property
    def current(self) -> int:
        """Units done."""
        return self._record.current

    @property
    def stage(self) -> str:
        """The name of the work."""
        return self._record.name

    def advance(self, units: int = 1) -> None:
        """Count ``units`` more; cheap, for hot loops."""
        with self._lock:
            self._record.add(units)

    def update(self, current: int, stage: str | None = None) -> dict[str, Any]:
        """Count up to ``current`` and return the earlier API's dict (``progress_pct`` is 0-100, times are seconds)."""
        with self._lock:
            if stage is not None:
                self._record.name = stage
            self._record.reach(current)
            return self._snapshot()

    def reset(self, total: float | None = None) -> None:
        """Start again from 0, with another total if one is given."""
        with self._lock:
            record = StageRecord(self._record.name)
            record.start(self._record.total if total is None else total, self._clock.monotonic(), 0.0)
            self._record = record

    def is_complete(self) -> bool:
        """Return whether all units are done; work without units is complete."""
        with self._lock:
            self._end_if_done()
            return self._record.state is StageState.DONE

    def get_summary(self) -> str:
        """Return one line for people: ``45/100 (45.0%) - ETA: 15s``."""
        with self._lock:
            data = self._snapshot()
        total = "?" if data["total"] is None else data["total"]
        head = f"{data['current']}/{total} ({data['progress_pct']:.1f}%)"
        if self._record.state is StageState.DONE:
            return f"{head} - Complete in {format_time(data['elapsed_time'])}"
        return f"{head} - ETA: {format_time(data['estimated_remaining'])}"

    def _end_if_done(self) -> None:
        record = self._record
        if record.state is StageState.RUNNING and record.total is not None and record.raw >= record.total:
            record.stop(self._clock.monotonic(), StageState.DONE)

    def _snapshot(self) -> dict[str, Any]:
        self._end_if_done()
        return stage_dict(self._record, self._clock.monotonic())
