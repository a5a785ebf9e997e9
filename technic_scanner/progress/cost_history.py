"""Pool the unit costs of comparable past runs, with more weight on newer runs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from technic_scanner.domain.metrics import UnitCost
from technic_scanner.progress.joint_spread import Cell, Departures, correlation_of, spread_of_whole
from technic_scanner.progress.past_cell import Measured, PastCell, level_of, past_cell, typical_variance
from technic_scanner.progress.recency import RECENCY
from technic_scanner.progress.work_log import TAIL

__all__ = ["Cell", "CostHistory", "PastCell"]


@dataclass(frozen=True)
class CostHistory:
    """Unit costs of finished, comparable runs, newest first."""

    runs: tuple[tuple[UnitCost, ...], ...] = ()

    @cached_property
    def cells(self) -> dict[Cell, PastCell]:
        """The past cost of each cell that was measured at least once."""
        weights = [RECENCY**age for age in range(len(self.runs))]
        factor = spread_of_whole(self._departures, weights, self._alone, self.correlation)
        return {cell: replace(past, log_cost_sd=past.log_cost_sd * factor) for cell, past in self._alone.items()}

    @cached_property
    def correlation(self) -> float:
        """The correlation of the costs of two cells from run to run, 0-0.9."""
        return correlation_of(self._departures, self._alone)

    def cells_of(self, stage: str) -> dict[str, PastCell]:
        """Return the past costs of a stage's classes."""
        return self._by_stage.get(stage, {})

    @cached_property
    def _by_stage(self) -> dict[str, dict[str, PastCell]]:
        found: dict[str, dict[str, PastCell]] = {}
        for (stage, unit_class), past in self.cells.items():
            found.setdefault(stage, {})[unit_class] = past
        return found

    @cached_property
    def _alone(self) -> dict[Cell, PastCell]:
        """The past cost of each cell, judged by what the cells themselves varied."""
        found: dict[Cell, list[Measured]] = {}
        last: dict[str, dict[str, int]] = {}  # units by class in the newest run that reached the stage
        for age, run in enumerate(self.runs):
            usable = [cost for cost in run if _is_usable(cost)]
            sizes = _log_sizes(usable)
            for cost in usable:
                measured = Measured(RECENCY**age, sizes[cost.stage], _log_cost(cost), cost)
                found.setdefault((cost.stage, cost.unit_class), []).append(measured)
            for stage in {cost.stage for cost in usable} - last.keys():
                last[stage] = {cost.unit_class: cost.units for cost in usable if cost.stage == stage}
        levels = {cell: level_of(cell[1], runs) for cell, runs in found.items()}
        cells = {}
        for cell, runs in found.items():
            typical = typical_variance(level for other, level in levels.items() if other != cell)
            cells[cell] = past_cell(levels[cell], runs, last[cell[0]].get(cell[1], 0), typical)
        return cells

    @cached_property
    def _departures(self) -> list[Departures]:
        """How far each run's log costs were from what all runs together say of a stage of that size."""
        return [self._departures_of([cost for cost in run if _is_usable(cost)]) for run in self.runs]

    def _departures_of(self, costs: list[UnitCost]) -> Departures:
        sizes = _log_sizes(costs)
        cells = ((cost, self._alone[cost.stage, cost.unit_class]) for cost in costs)
        return {
            (cost.stage, cost.unit_class): _log_cost(cost) - past.expected(sizes[cost.stage])[0] for cost, past in cells
        }


def _is_usable(cost: UnitCost) -> bool:
    return cost.units > 0 and 0 < cost.seconds < math.inf


def _log_cost(cost: UnitCost) -> float:
    return math.log(cost.seconds / cost.units)


def _log_sizes(costs: Iterable[UnitCost]) -> dict[str, float]:
    """Return the log of the units of each stage, over all its classes."""
    sizes: dict[str, int] = {}
    for cost in costs:
        sizes[cost.stage] = sizes.get(cost.stage, 0) + (0 if cost.unit_class.startswith(TAIL) else cost.units)
    return {stage: math.log(max(1, units)) for stage, units in sizes.items()}
