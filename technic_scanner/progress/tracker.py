"""Count weighted stages from any number of threads, with the earlier API's interface; fractions never decrease."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from typing import Any

from technic_scanner.clock import Clock, SystemClock
from technic_scanner.domain.progress import StageState
from technic_scanner.domain.stage import weight_problems
from technic_scanner.errors import ConfigError
from technic_scanner.progress.stage_dict import stage_dict
from technic_scanner.progress.stage_record import StageRecord
from technic_scanner.progress.text import format_percent, format_time

ALMOST_DONE = math.nextafter(1.0, 0.0)  # shown while all units are done but success is not yet known


class ProgressTracker:
    """Progress of one piece of work of ``total`` units; thread-safe."""

    def __init__(self, total: float | None, stage: str = "processing", *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._lock = threading.RLock()
        self._record = StageRecord(stage)
        self.reset(total)

    @property
    def total(self) -> int | None:
        """Units to do; None is unknown."""
        return self._record.total

    @property
    def current(self) -> int:
        """Units done."""
        return self._record.current

    @property
    def stage(self) -> str:
        """What the work is called."""
        return self._record.name

    def advance(self, units: int = 1) -> None:
        """Count ``units`` more; fast enough for inner loops."""
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
        """Start over, with a new total if one is given."""
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


class MultiStageProgressTracker:
    """Progress of stages whose weights sum to 1; thread-safe, at most one stage is active.

    ``stage_weights`` maps stage names to weights in the order of the stages; ConfigError names every problem.

    For any input, the overall fraction (the sum of weight x stage fraction) and every stage's fraction stay within 0-1
    and never decrease, and the overall fraction is 1 only when every stage is complete. Starting another stage stops
    the clock of the active one and keeps its fraction. A restarted stage counts from 0, but its displayed fraction does
    not decrease. Updates without an active stage (from a late thread) are ignored. The seconds of all stages and
    ``gap_seconds`` sum to ``total_seconds``.

    The remaining time here assumes that time follows the weights, as in the earlier API; the reporter's events have the
    learned estimate.
    """

    def __init__(self, stage_weights: Mapping[str, float], clock: Clock | None = None) -> None:
        weights = tuple((str(name), weight) for name, weight in stage_weights.items())
        if problems := weight_problems(weights):
            raise ConfigError(problems)
        self.stage_weights: dict[str, float] = dict(weights)
        self.lock = threading.RLock()
        self._clock = clock or SystemClock()
        self._records = {name: StageRecord(name) for name, _ in weights}
        self._completed: set[str] = set()
        self._active: StageRecord | None = None
        self._last: StageRecord | None = None
        self._began = self._turned = self._clock.monotonic()
        self._ended: float | None = None
        self._gap_seconds = 0.0
        self._overall = 0.0

    @property
    def stages(self) -> dict[str, StageRecord]:
        """Every stage by name, in order."""
        return dict(self._records)

    @property
    def active(self) -> StageRecord | None:
        """The active stage's record; hold ``lock`` while changing it."""
        return self._active

    @property
    def current_stage(self) -> str | None:
        """The active stage's name, None between stages."""
        return self._active.name if self._active else None

    @property
    def completed_stages(self) -> set[str]:
        """Names of the completed stages."""
        with self.lock:
            return set(self._completed)

    @property
    def overall_fraction(self) -> float:
        """The sum of weight x stage fraction, 0-1; 1 only when every stage is complete."""
        with self.lock:
            return self._overall_now()

    @property
    def gap_seconds(self) -> float:
        """Seconds in which no stage was active."""
        with self.lock:
            idle = self._active is None and self._ended is None
            return self._gap_seconds + (self._clock.monotonic() - self._turned if idle else 0.0)

    @property
    def total_seconds(self) -> float:
        """Seconds since the start, up to the end if there was one."""
        with self.lock:
            return self._total_at(self._clock.monotonic())

    def restart_clock(self) -> None:
        """Restart the total time now, if the tracker was created before the work began."""
        with self.lock:
            self._began = self._turned = self._clock.monotonic()
            self._gap_seconds = 0.0

    def stand_at(self, overall_fraction: float, stage_fractions: Mapping[str, float]) -> None:
        """Show at least these fractions from now on, which an earlier attempt had reached."""
        with self.lock:
            self._overall = max(self._overall, min(overall_fraction, ALMOST_DONE))
            for name, fraction in stage_fractions.items():
                if name in self._records:
                    self._records[name].stand_at(fraction)

    def start_stage(self, stage_name: str, total: float | None = None) -> None:
        """Make a stage active; ``total`` is its units, None while unknown. ValueError for a name not in the weights."""
        record = self._records.get(stage_name)
        if record is None:
            raise ValueError(f"unknown stage {stage_name!r}; the stages are {', '.join(self._records)}")
        with self.lock:
            now = self._turn(StageState.PENDING)
            record.start(total, now, now - self._began)
            self._active = self._last = record
            self._ended = None

    def set_total(self, total: float | None) -> None:
        """Correct the active stage's total; without an active stage nothing happens."""
        with self.lock:
            if self._active is not None:
                self._active.set_total(total)

    def advance(self, units: int = 1) -> None:
        """Count ``units`` more of the active stage; fast enough for inner loops."""
        with self.lock:
            if self._active is not None:
                self._active.add(units)

    def update(self, current: int) -> dict[str, Any]:
        """Count up to ``current`` units of the active stage and return the earlier API's dict.

        Between stages and after the last one nothing is counted and the last stage is returned. ValueError before the
        first stage is started.
        """
        with self.lock:
            if self._last is None:
                raise ValueError("no stage was started")
            if self._active is not None:
                self._active.reach(current)
            return self._snapshot(self._last)

    def complete_stage(self) -> None:
        """End the active stage as complete; without an active stage nothing happens."""
        self.end_stage(StageState.DONE)

    def end_stage(self, state: StageState) -> None:
        """End the active stage in ``state``; only DONE completes it. Without an active stage nothing happens."""
        with self.lock:
            if self._active is None:
                return
            if state is StageState.DONE:
                self._completed.add(self._active.name)
            now = self._turn(state)
            if len(self._completed) == len(self._records):
                self._ended = now

    def finish(self, *, succeeded: bool = True) -> None:
        """Stop the clock. On success, stages that were not completed count as skipped and the whole work as done."""
        with self.lock:
            now = self._turn(StageState.DONE if succeeded else StageState.FAILED)
            self._ended = now
            if succeeded:
                for record in self._records.values():
                    if record.state is not StageState.DONE:
                        record.stop(now, StageState.SKIPPED if record.offset_seconds is None else StageState.DONE)
                self._completed.update(self._records)

    def is_complete(self) -> bool:
        """Return whether every stage is complete."""
        with self.lock:
            return len(self._completed) == len(self._records)

    def get_summary(self) -> str:
        """Return one line for people: ``Overall: 52.0% - data_fetching: 80.0% - ETA: 1m 5s``."""
        with self.lock:
            now = self._clock.monotonic()
            elapsed, overall = self._total_at(now), self._overall_now()
            if self.is_complete():
                return f"Overall: {format_percent(overall)} - Complete in {format_time(elapsed)}"
            parts = [f"Overall: {format_percent(overall)}"]
            if self._active is not None:
                parts.append(f"{self._active.name}: {format_percent(self._active.fraction)}")
            return " - ".join([*parts, f"ETA: {format_time(self._remaining(elapsed, overall))}"])

    def _turn(self, state: StageState) -> float:
        """Add the time since the last call to the active stage or to the gap; return the current time."""
        now = self._clock.monotonic()
        if self._active is not None:
            done = self._active.name in self._completed
            self._active.stop(now, StageState.DONE if done else state)
            self._active = None
        else:
            self._gap_seconds += now - self._turned
        self._turned = now
        return now

    def _total_at(self, now: float) -> float:
        return (now if self._ended is None else self._ended) - self._began

    def _overall_now(self) -> float:
        if len(self._completed) == len(self._records):
            self._overall = 1.0
        else:
            parts = (self.stage_weights[name] * record.fraction for name, record in self._records.items())
            self._overall = max(self._overall, min(math.fsum(parts), ALMOST_DONE))
        return self._overall

    def _remaining(self, elapsed: float, overall: float) -> float | None:
        if overall >= 1.0:
            return 0.0
        return elapsed / overall - elapsed if overall > 0 and elapsed > 0 else None

    def _snapshot(self, record: StageRecord) -> dict[str, Any]:
        now = self._clock.monotonic()
        elapsed, overall = self._total_at(now), self._overall_now()
        remaining = self._remaining(elapsed, overall)
        return {
            "stage": record.name,
            "stage_progress": stage_dict(record, now),
            "overall_progress_pct": overall * 100,
            "overall_elapsed_time": elapsed,
            "overall_estimated_remaining": remaining,
            "overall_estimated_total": None if remaining is None else elapsed + remaining,
            "completed_stages": [name for name in self._records if name in self._completed],
        }
