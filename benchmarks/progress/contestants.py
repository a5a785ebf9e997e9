"""Who predicts: tqdm and rich on a fake clock, the fixed weights, and this project's reporter."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean
from typing import Protocol

import rich.progress
from rich.console import Console
from tqdm import tqdm

from benchmarks.progress.traces import Trace
from benchmarks.progress.workloads import CELL_SD, MACHINE_SD
from technic_scanner.clock import ManualClock
from technic_scanner.domain.metrics import UnitCost
from technic_scanner.domain.stage import DEFAULT_WEIGHTS, StagePlan
from technic_scanner.progress.cost_history import Cell, CostHistory, PastCell
from technic_scanner.progress.reporter import ProgressReporter
from technic_scanner.progress.tracker import MultiStageProgressTracker


class Contestant(Protocol):
    """Is told what happens as it happens, and asked what it shows."""

    def declare(self, stage: str, unit_class: str, units: int) -> None: ...
    def stage(self, name: str) -> None: ...
    def step(self, unit_class: str, units: int) -> None: ...
    def stage_done(self) -> None: ...
    def eta(self) -> float | None: ...


class OneBar:
    """What is told of units alone: it knows no stages and no classes of work."""

    def declare(self, stage: str, unit_class: str, units: int) -> None:
        """Ignore the classes of work."""

    def stage(self, name: str) -> None:
        """Ignore the start of a stage."""

    def stage_done(self) -> None:
        """Ignore the end of a stage."""


class Tqdm(OneBar):
    """One bar over the units of all stages, known from the start; tqdm's own smoothing."""

    def __init__(self, clock: ManualClock, trace: Trace, _past: tuple[Trace, ...]) -> None:
        self._bar = tqdm(total=sum(step.units for step in trace.steps), file=io.StringIO(), ascii=True)
        self._bar._time = clock.monotonic
        self._bar.start_t = self._bar.last_print_t = clock.monotonic()

    def step(self, unit_class: str, units: int) -> None:
        self._bar.update(units)

    def eta(self) -> float | None:
        shown = self._bar.format_dict
        rate = shown["rate"] or (shown["n"] / shown["elapsed"] if shown["elapsed"] else None)
        return (shown["total"] - shown["n"]) / rate if rate else None


class Rich(OneBar):
    """One task over the units of all stages, known from the start; rich's default 30 s window."""

    def __init__(self, clock: ManualClock, trace: Trace, _past: tuple[Trace, ...]) -> None:
        console = Console(file=io.StringIO())
        self._progress = rich.progress.Progress(console=console, get_time=clock.monotonic, auto_refresh=False)
        self._task = self._progress.add_task("scan", total=sum(step.units for step in trace.steps))

    def step(self, unit_class: str, units: int) -> None:
        self._progress.update(self._task, advance=units)

    def eta(self) -> float | None:
        return self._progress.tasks[0].time_remaining


class FixedWeights:
    """The running stage's own rate, and for the stages to come its predicted length times the ratio of weights."""

    def __init__(self, clock: ManualClock, trace: Trace, _past: tuple[Trace, ...]) -> None:
        self._clock = clock
        self._trace = trace
        self._weights = dict(DEFAULT_WEIGHTS)
        self._stage = ""
        self._began = 0.0
        self._done = 0

    def declare(self, stage: str, unit_class: str, units: int) -> None:
        """The weights know no classes of work."""

    def stage(self, name: str) -> None:
        self._stage, self._began, self._done = name, self._clock.monotonic(), 0

    def step(self, unit_class: str, units: int) -> None:
        self._done += units

    def stage_done(self) -> None:
        """The next stage begins at once."""

    def eta(self) -> float | None:
        elapsed = self._clock.monotonic() - self._began
        if not (self._stage and self._done and elapsed > 0):
            return None
        whole = elapsed * self._trace.units(self._stage) / self._done
        names = list(self._weights)
        later = sum(self._weights[name] for name in names[names.index(self._stage) + 1 :])
        return whole - elapsed + whole * later / self._weights[self._stage]


class WeightsAlone:
    """The share of the weights that is done is the share of the time that has passed: the tracker before it learned."""

    def __init__(self, clock: ManualClock, trace: Trace, _past: tuple[Trace, ...]) -> None:
        self._clock = clock
        self._trace = trace
        self._weights = dict(DEFAULT_WEIGHTS)
        self._stage = ""
        self._over = 0.0
        self._done = 0

    def declare(self, stage: str, unit_class: str, units: int) -> None:
        """The weights know no classes of work."""

    def stage(self, name: str) -> None:
        self._stage, self._done = name, 0

    def step(self, unit_class: str, units: int) -> None:
        self._done += units

    def stage_done(self) -> None:
        self._over += self._weights[self._stage]
        self._stage = ""

    def eta(self) -> float | None:
        share = self._done / self._trace.units(self._stage) * self._weights[self._stage] if self._stage else 0.0
        overall, elapsed = self._over + share, self._clock.monotonic()
        return elapsed / overall - elapsed if overall > 0 and elapsed > 0 else None


class PublicTracker:
    """MultiStageProgressTracker as a pipeline uses it: totals declared, ``update`` called, its forecast read."""

    def __init__(self, clock: ManualClock, trace: Trace, past: tuple[Trace, ...]) -> None:
        costs = CostHistory(tuple(run.unit_costs() for run in past)) if past else None
        self._tracker = MultiStageProgressTracker(dict(DEFAULT_WEIGHTS), clock, costs=costs)

    def declare(self, stage: str, unit_class: str, units: int) -> None:
        self._tracker.declare(stage, units, unit_class)

    def stage(self, name: str) -> None:
        self._tracker.start_stage(name)

    def step(self, unit_class: str, units: int) -> None:
        self._tracker.advance(units, unit_class)

    def stage_done(self) -> None:
        self._tracker.complete_stage()

    def eta(self) -> float | None:
        return self.eta_and_band()[0]

    def eta_and_band(self) -> tuple[float | None, tuple[float, float] | None]:
        """Return the ETA and its 80 % band, each None while it is unknown."""
        found = self._tracker.forecast()
        if found.low_seconds is None or found.high_seconds is None:
            return found.seconds, None
        return found.seconds, (found.low_seconds, found.high_seconds)


class Ours:
    """The project's reporter, its history made of the past runs; it learns of the work when the run declared it."""

    def __init__(self, clock: ManualClock, trace: Trace, past: tuple[Trace, ...]) -> None:
        history = self._learn(tuple(run.unit_costs() for run in past)) if past else None
        self._reporter = ProgressReporter("bench", StagePlan(), clock, interval_seconds=1e9, costs=history)
        self._trace = trace
        self._reporter.start_run()

    @staticmethod
    def _learn(runs: tuple[tuple[UnitCost, ...], ...]) -> CostHistory:
        return CostHistory(runs)

    def declare(self, stage: str, unit_class: str, units: int) -> None:
        self._reporter.declare(stage, unit_class, units)

    def stage(self, name: str) -> None:
        self._reporter.start_stage(name, self._trace.units(name))

    def step(self, unit_class: str, units: int) -> None:
        self._reporter.advance(units, unit_class)

    def stage_done(self) -> None:
        self._reporter.complete_stage()

    def eta(self) -> float | None:
        return self.eta_and_band()[0]

    def eta_and_band(self) -> tuple[float | None, tuple[float, float] | None]:
        """Return the ETA and its 80 % band, each None while it is unknown."""
        event = self._reporter.snapshot()
        if event.eta_low_seconds is None or event.eta_high_seconds is None:
            return event.eta_seconds, None
        return event.eta_seconds, (event.eta_low_seconds, event.eta_high_seconds)


@dataclass(frozen=True)
class KnownLaws(CostHistory):
    """The past runs, judged by one who knows by what laws the simulator draws costs."""

    @cached_property
    def cells(self) -> dict[Cell, PastCell]:
        found = super().cells
        logs: dict[Cell, list[float]] = {}
        for run in self.runs:
            for cost in run:
                logs.setdefault((cost.stage, cost.unit_class), []).append(math.log(cost.seconds / cost.units))
        sd = math.hypot(CELL_SD, MACHINE_SD)
        return {
            cell: replace(past, log_cost=fmean(logs[cell]), log_cost_sd=sd * math.sqrt(1 + 1 / len(logs[cell])))
            for cell, past in found.items()
        }

    @cached_property
    def correlation(self) -> float:
        return MACHINE_SD**2 / (MACHINE_SD**2 + CELL_SD**2)


class Informed(Ours):
    """What the past runs cannot teach is told: how much costs vary and how much together. The floor for any ETA."""

    @staticmethod
    def _learn(runs: tuple[tuple[UnitCost, ...], ...]) -> CostHistory:
        return KnownLaws(runs)
