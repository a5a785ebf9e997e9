"""Count, time and log the work of weighted stages from any number of threads; displayed fractions never decrease."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from typing import Any

from technic_scanner.clock import Clock, SystemClock
from technic_scanner.domain.metrics import StageTiming, UnitCost
from technic_scanner.domain.progress import StageState
from technic_scanner.domain.stage import weight_problems
from technic_scanner.errors import ConfigError
from technic_scanner.progress.stage_record import StageRecord
from technic_scanner.progress.tracked_stage import TrackedStage
from technic_scanner.progress.work_log import DEFAULT_CLASS, GRAIN_SECONDS

ALMOST_DONE = math.nextafter(1.0, 0.0)  # shown while all units are done but success is not yet known
MOST_UNITS = 1e15  # in one report; a larger report is counted but is not used as a measurement
NEVER = float("-inf")


class StageLedger:
    """The stages of one run; at most one is active. See MultiStageProgressTracker for what it promises.

    Units without a class are counted in a cell of the calling thread, which no other thread writes to, and are added
    to the totals when the counts are read, so that counting needs no lock. The totals are updated at least every
    millisecond while units are reported; all reports of one millisecond are one step in the log of unit costs.
    """

    def __init__(self, stage_weights: Mapping[str, float], clock: Clock | None = None) -> None:
        weights = tuple((str(name), weight) for name, weight in stage_weights.items())
        if problems := weight_problems(weights):
            raise ConfigError(problems)
        self.stage_weights: dict[str, float] = dict(weights)
        self.lock = threading.RLock()
        self._clock = clock or SystemClock()
        self._monotonic = self._clock.monotonic
        self._tracked = {name: TrackedStage(StageRecord(name), weight) for name, weight in weights}
        self._completed: set[str] = set()
        self._active: TrackedStage | None = None
        self._last: TrackedStage | None = None
        self._outcome: StageState | None = None
        self._began = self._turned = self._clock.monotonic()
        self._ended: float | None = None
        self._gap_seconds = 0.0
        self._overall = 0.0
        self._begin_cells()
        self._unlogged = 0
        self._unlogged_at = 0.0
        self._unlogged_class = DEFAULT_CLASS

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without locks, threads and subscribers."""
        with self.lock:
            self._settle()
            left_out = ("lock", "_monotonic", "_cells", "_own", "_pulled", "_quiet_until", "_stream")
            return {name: value for name, value in self.__dict__.items() if name not in left_out} | {
                "_saved_at": self._monotonic()
            }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore a state, as if no time had passed since it was saved."""
        saved_at = state.pop("_saved_at")
        self.__dict__.update(state)
        self.lock = threading.RLock()
        self._monotonic = self._clock.monotonic
        self._begin_cells()
        passed = self._monotonic() - saved_at
        self._began += passed
        self._turned += passed
        self._ended = None if self._ended is None else self._ended + passed
        for tracked in self._tracked.values():
            tracked.move_by(passed)

    def _begin_cells(self) -> None:
        self._cells: dict[int, list[Any]] = {}  # by thread: units in all, second of the last report
        self._own = threading.local()  # .cell is the calling thread's
        self._pulled = 0  # of the cells
        self._quiet_until = NEVER  # until then reports are only summed up

    @property
    def stages(self) -> dict[str, StageRecord]:
        """Every stage by name, in order."""
        with self.lock:
            self._settle()
            return {name: tracked.record for name, tracked in self._tracked.items()}

    @property
    def active(self) -> StageRecord | None:
        """The active stage's record; hold ``lock`` while changing it."""
        with self.lock:
            self._settle()
            return self._active.record if self._active else None

    @property
    def current_stage(self) -> str | None:
        """The active stage's name, None between stages."""
        active = self._active
        return active.record.name if active else None

    @property
    def tracked_stages(self) -> Mapping[str, TrackedStage]:
        """Everything kept of each stage; hold ``lock`` while reading it."""
        return self._tracked

    @property
    def outcome(self) -> StageState | None:
        """How the run ended: DONE, FAILED or CANCELLED; None while it goes on."""
        return self._outcome

    @property
    def completed_stages(self) -> set[str]:
        """Names of the stages that were completed."""
        with self.lock:
            return set(self._completed)

    @property
    def overall_fraction(self) -> float:
        """The sum of weight x stage fraction, 0-1; 1 only when every stage is complete."""
        with self.lock:
            self._pull()
            return self._overall_now()

    @property
    def gap_seconds(self) -> float:
        """Seconds in which no stage was active."""
        with self.lock:
            idle = self._active is None and self._ended is None
            return self._gap_seconds + (self._monotonic() - self._turned if idle else 0.0)

    @property
    def total_seconds(self) -> float:
        """Seconds since the start, up to the end if there was one."""
        with self.lock:
            return self._total_at(self._monotonic())

    def is_complete(self) -> bool:
        """Return whether every stage is complete."""
        with self.lock:
            return len(self._completed) == len(self._tracked)

    def timings(self) -> tuple[StageTiming, ...]:
        """Return the seconds of every stage; with ``gap_seconds`` they sum to ``total_seconds``."""
        with self.lock:
            self._settle()
            now = self._monotonic()
            return tuple(tracked.timing(now) for tracked in self._tracked.values())

    def unit_costs(self) -> tuple[UnitCost, ...]:
        """Return what was measured, for the history of later runs; restored work is not in it."""
        with self.lock:
            self._settle()
            return tuple(cost for name, tracked in self._tracked.items() for cost in tracked.work.unit_costs(name))

    def restart_clock(self) -> None:
        """Restart the clock, for a tracker that was created before the work began."""
        with self.lock:
            self._began = self._turned = self._monotonic()
            self._gap_seconds = 0.0

    def show_at_least(self, overall_fraction: float, stage_fractions: Mapping[str, float]) -> None:
        """Show at least these fractions from now on: what an earlier attempt had reached."""
        with self.lock:
            self._overall = max(self._overall, min(overall_fraction, ALMOST_DONE))
            for name, fraction in stage_fractions.items():
                if name in self._tracked:
                    self._tracked[name].record.show_at_least(fraction)

    def _tracked_stage(self, stage: str) -> TrackedStage:
        tracked = self._tracked.get(stage)
        if tracked is None:
            raise ValueError(f"unknown stage {stage!r}; the stages are {', '.join(self._tracked)}")
        return tracked

    def _begin(self, tracked: TrackedStage, total: float | None) -> None:
        now = self._turn(StageState.PENDING)
        record = tracked.record
        record.start(record.total if total is None and record.offset_seconds is None else total, now, now - self._began)
        record.add(tracked.restored)
        tracked.work.start(now)
        self._pull()  # late reports of the stage before
        self._unlogged = 0
        self._active = self._last = tracked
        self._ended = self._outcome = None

    def _end(self, state: StageState) -> None:
        """End the active stage in ``state``; a stage must be active."""
        assert self._active is not None
        if state is StageState.DONE:
            self._completed.add(self._active.record.name)
        now = self._turn(state)
        if len(self._completed) == len(self._tracked):
            self._ended = now

    def _close(self, state: StageState) -> None:
        """Stop the clock; on success, stages that were never completed count as skipped and the whole as done."""
        if self._active is not None:
            self._end(state)
        now = self._turn(state)
        self._ended = now
        self._outcome = state
        if state is StageState.DONE:
            for tracked in self._tracked.values():
                record = tracked.record
                if record.state is not StageState.DONE:
                    record.stop(now, StageState.SKIPPED if record.offset_seconds is None else StageState.DONE)
            self._completed.update(self._tracked)

    def _turn(self, state: StageState) -> float:
        """Add the time since the last change of stage to the active stage or to the gap; return the time."""
        self._settle()
        self._quiet_until = NEVER
        now = self._monotonic()
        if self._active is not None:
            done = self._active.record.name in self._completed
            self._active.end(now, state)
            self._active.record.stop(now, StageState.DONE if done else state)
            self._active = None
        else:
            self._gap_seconds += now - self._turned
        self._turned = now
        return now

    def _count(self, units: int, unit_class: str, substage: str | None, seconds: float | None, now: float) -> None:
        """Count units of the active stage and log them as one step; the next reports are merged into another."""
        tracked = self._active
        if tracked is None or not units > 0:
            return
        if units > MOST_UNITS:
            tracked.record.add(units)
            return
        self._settle()
        tracked.observe(units, unit_class, now, seconds)
        if substage is not None:
            tracked.substage(substage, now).add(units)
        self._unlogged_class = unit_class
        self._quiet_until = now + GRAIN_SECONDS

    def _new_cell(self) -> list[Any]:
        """Return the calling thread's cell. A new thread may get the identifier and cell of one that has ended."""
        cell = self._own.cell = self._cells.setdefault(threading.get_ident(), [0, NEVER])
        return cell

    def _merge(self, units: int, now: float) -> None:
        """Count units of the same class as the last step; they form one step with the others of that millisecond."""
        if self._active is not None:
            self._active.record.raw += units
            self._unlogged += units
            self._unlogged_at = now

    def _pull(self) -> None:
        """Add what the threads have counted in their cells to the totals."""
        if not self._cells:
            return
        cells = list(self._cells.values())
        counted = sum([cell[0] for cell in cells])
        units = counted - self._pulled
        if not units <= MOST_UNITS:  # infinity, for example, which cannot be added or subtracted
            self._cells, self._own, counted, units = {}, threading.local(), 0, math.inf
        if units and self._active is not None:
            if self._unlogged_class != DEFAULT_CLASS:
                self._log()
                self._unlogged_class = DEFAULT_CLASS
            self._active.record.add(units)
            self._unlogged += units
            self._unlogged_at = max([self._unlogged_at, *[cell[1] for cell in cells]])
        self._pulled = counted

    def _settle(self) -> None:
        """Log the units that were counted since the last logged step."""
        self._pull()
        self._log()

    def _log(self) -> None:
        if 0 < self._unlogged <= MOST_UNITS and self._active is not None:
            work = self._active.work
            work.observe(self._unlogged_class, self._unlogged, max(work.last_at, self._unlogged_at), None)
        self._unlogged = 0

    def _total_at(self, now: float) -> float:
        return (now if self._ended is None else self._ended) - self._began

    def _overall_now(self) -> float:
        if len(self._completed) == len(self._tracked):
            self._overall = 1.0
        else:
            parts = (tracked.weight * tracked.record.fraction for tracked in self._tracked.values())
            self._overall = max(self._overall, min(math.fsum(parts), ALMOST_DONE))
        return self._overall
