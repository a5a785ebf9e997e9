"""Keep a reporter's state of one stage: counters, sub-stages, work by class; guarded by the reporter's lock."""

from __future__ import annotations

import math

from technic_scanner.domain.metrics import StageTiming
from technic_scanner.domain.progress import StageProgress, StageState, SubstageProgress
from technic_scanner.progress.shifts import since_last_shift
from technic_scanner.progress.stage_record import StageRecord
from technic_scanner.progress.stage_view import Seen, StageView
from technic_scanner.progress.work_log import DEFAULT_CLASS, GRAIN_SECONDS, WorkLog, total_of, unit_cv


class TrackedStage:
    """One stage of a run. ``record`` belongs to the tracker; ``restored`` units were done by an earlier attempt."""

    __slots__ = ("_over", "record", "restored", "substages", "weight", "work")

    def __init__(self, record: StageRecord, weight: float) -> None:
        self.record = record
        self.weight = weight
        self.work = WorkLog()
        self.substages: dict[str, StageRecord] = {}
        self.restored = 0
        self._over: StageView | None = None  # cached when the stage is over, so that events remain fast

    def substage(self, name: str, now: float) -> StageRecord:
        """Return the named sub-stage, which is started if it is new."""
        found = self.substages.get(name)
        if found is None:
            found = self.substages[name] = StageRecord(name)
            found.start(None, now, now)
        return found

    def observe(self, units: int, unit_class: str, now: float, seconds: float | None) -> None:
        """Count units done by monotonic second ``now``, with a cost of ``seconds`` if that is known."""
        self.record.add(units)
        self.work.observe(unit_class, units, now, seconds)

    def move_by(self, seconds: float) -> None:
        """Shift every recorded time, because the clock of another process has another origin."""
        for record in (self.record, *self.substages.values()):
            if record.resumed_at is not None:
                record.resumed_at += seconds
        if self.work.started_at is not None:
            self.work.started_at += seconds
        self.work.last_at += seconds

    def end(self, now: float, state: StageState) -> None:
        """Close the work log and the sub-stages that are still running."""
        self.work.end(now)
        self._over = None
        for substage in self.substages.values():
            if substage.state is StageState.RUNNING:
                substage.stop(now, state)

    def view(self, now: float) -> StageView:
        """Return the stage as the estimator sees it."""
        name, weight, state = self.record.name, self.weight, self.record.state
        if state is StageState.RUNNING:
            return StageView(name, weight, False, self._left(), self._done(), self._seen_now(), self._idle_seconds(now))
        if state is StageState.PENDING:
            return StageView(name, weight, False, self._left(), self._done(), self._seen_whole())
        if self._over is None:
            self._over = StageView(name, weight, True, None, self._done(), self._seen_whole())
        return self._over

    def progress(self, now: float, eta_seconds: float | None) -> StageProgress:
        """Return the stage as events show it; restored units affect the fraction but not the throughput."""
        record = self.record
        elapsed = record.elapsed(now)
        done_here = max(0, record.current - self.restored)
        return StageProgress(
            name=record.name,
            state=record.state,
            weight=self.weight,
            completed=record.current,
            total=record.total,
            fraction=record.fraction,
            elapsed_seconds=elapsed,
            throughput=done_here / elapsed if done_here and elapsed > 0 else None,
            eta_seconds=eta_seconds,
            substages=tuple(_substage_progress(substage, now) for substage in self.substages.values()),
        )

    def timing(self, now: float) -> StageTiming:
        """Return the stage's seconds up to ``now``; zeros for a stage that was not reached."""
        record = self.record
        return StageTiming(record.name, record.offset_seconds or 0.0, record.elapsed(now), record.current)

    def _seen_now(self) -> tuple[Seen, ...]:
        """Return the measurements since the last level shift of each class."""
        scale = self.work.wall_scale
        seen = []
        for unit_class, cell in self.work.cells.items():
            blocks = cell.blocks
            newer = since_last_shift(blocks)
            done = total_of(newer)
            if done.steps:
                before = total_of(blocks[: len(blocks) - len(newer)])
                seen.append(
                    Seen(
                        unit_class,
                        done.units,
                        done.seconds * scale,
                        unit_cv(done),
                        done.steps,
                        shifted=before.steps > 0,
                        units_before=before.units,
                        seconds_before=before.seconds * scale,
                    )
                )
        return tuple(seen)

    def _seen_whole(self) -> tuple[Seen, ...]:
        """Return all measurements, as they are stored for later runs."""
        if self.work.started_at is None:
            return ()
        steps = {name: total_of(cell.blocks).steps for name, cell in self.work.cells.items()}
        return tuple(
            Seen(cost.unit_class, cost.units, cost.seconds, cost.cv, max(1, steps.get(cost.unit_class, 1)))
            for cost in self.work.unit_costs(self.record.name)
        )

    def _idle_seconds(self, now: float) -> float:
        idle_seconds = now - self.work.last_at
        return idle_seconds if idle_seconds >= GRAIN_SECONDS else 0.0

    def _done(self) -> dict[str, float]:
        return {name: n for name, cell in self.work.cells.items() if (n := cell.units + cell.restored)}

    def _left(self) -> dict[str, float] | None:
        """Return the units left by class: the declared ones, and the rest if the total is larger.

        The rest is distributed over the classes reported so far in proportion, or over the declared ones, or assigned
        to the default class. None while neither a total nor a class is declared.
        """
        cells = self.work.cells
        declared = {name: cell for name, cell in cells.items() if cell.declared is not None}
        if not declared and self.record.total is None:
            return None
        left = {
            name: float(max(0, (cell.declared or 0) - cell.restored - cell.units)) for name, cell in declared.items()
        }
        rest = (self.record.total or 0) - self.record.current - math.fsum(left.values())
        if rest > 0:
            shares = {name: cell.units for name, cell in cells.items() if cell.declared is None and cell.units}
            shares = shares or {name: cell.declared or 0 for name, cell in declared.items()}
            shares = shares if sum(shares.values()) else {DEFAULT_CLASS: 1}
            for name, share in shares.items():
                left[name] = left.get(name, 0.0) + rest * share / sum(shares.values())
        return left


def _substage_progress(record: StageRecord, now: float) -> SubstageProgress:
    return SubstageProgress(
        name=record.name,
        state=record.state,
        completed=record.current,
        total=record.total,
        fraction=record.fraction,
        elapsed_seconds=record.elapsed(now),
    )
