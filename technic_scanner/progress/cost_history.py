"""Pool what comparable past runs have cost per unit, the newest counting most."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from technic_scanner.domain.metrics import UnitCost

Cell = tuple[str, str]  # (stage, unit class)

RECENCY = 0.8  # what a run counts, relative to the one after it


@dataclass(frozen=True, slots=True)
class PastCell:
    """What past runs say of one cell: log seconds per unit (mean, and sd of the next run's), cv, how many runs.

    ``units`` are those of the newest run that did the stage, 0 if it had none of this class.
    """

    log_cost: float
    log_cost_sd: float
    units: int
    cv: float
    runs: int


@dataclass(frozen=True)
class CostHistory:
    """Unit costs of finished, comparable runs, the newest first."""

    runs: tuple[tuple[UnitCost, ...], ...] = ()

    @cached_property
    def cells(self) -> dict[Cell, PastCell]:
        """What the runs say of each cell that was measured at least once."""
        found: dict[Cell, list[tuple[float, UnitCost]]] = {}
        last: dict[str, dict[str, int]] = {}  # units by class in the newest run that did the stage
        for age, run in enumerate(self.runs):
            usable = [cost for cost in run if _is_usable(cost)]
            for cost in usable:
                found.setdefault((cost.stage, cost.unit_class), []).append((RECENCY**age, cost))
            for stage in {cost.stage for cost in usable} - last.keys():
                last[stage] = {cost.unit_class: cost.units for cost in usable if cost.stage == stage}
        return {cell: _past_cell(weighted, last[cell[0]].get(cell[1], 0)) for cell, weighted in found.items()}

    @cached_property
    def correlation(self) -> float:
        """How much the costs of two cells move together from run to run, 0-0.9."""
        return _correlation(self.runs, self.cells)

    def cells_of(self, stage: str) -> dict[str, PastCell]:
        """Return what is known of a stage's classes."""
        return self._by_stage.get(stage, {})

    @cached_property
    def _by_stage(self) -> dict[str, dict[str, PastCell]]:
        found: dict[str, dict[str, PastCell]] = {}
        for (stage, unit_class), past in self.cells.items():
            found.setdefault(stage, {})[unit_class] = past
        return found


# The typical spread of a unit's cost from run to run, and how many runs' worth of evidence that opinion is.
_TYPICAL_SD = 0.2
_TYPICAL_RUNS = 2
# The typical correlation of two cells (the machine is faster or slower as a whole), and how many runs it counts.
TYPICAL_CORRELATION = 0.2
_CORRELATION_RUNS = 4
_MOST_CORRELATED = 0.9


def _is_usable(cost: UnitCost) -> bool:
    return cost.units > 0 and 0 < cost.seconds < math.inf


def _log_cost(cost: UnitCost) -> float:
    return math.log(cost.seconds / cost.units)


def _past_cell(weighted: Iterable[tuple[float, UnitCost]], units: int) -> PastCell:
    """Pool one cell's runs.

    The predictive sd is the posterior-predictive one of a normal with an inverse-gamma spread, so that few runs give
    a wide one: sd^2 = (2 * 0.2^2 + sum e^2) / (2 + k - 1) * (1 + 1/k), with k the effective number of runs.
    """
    items = list(weighted)
    total = math.fsum(weight for weight, _ in items)
    logs = [(weight, _log_cost(cost)) for weight, cost in items]
    mean = math.fsum(weight * value for weight, value in logs) / total
    effective = total**2 / math.fsum(weight**2 for weight, _ in items)
    squares = math.fsum(weight * (value - mean) ** 2 for weight, value in logs) * effective / total
    variance = (_TYPICAL_RUNS * _TYPICAL_SD**2 + squares) / (_TYPICAL_RUNS + effective - 1) * (1 + 1 / effective)
    return PastCell(
        log_cost=mean,
        log_cost_sd=math.sqrt(variance),
        units=units,
        cv=math.fsum(weight * cost.cv for weight, cost in items) / total,
        runs=len(items),
    )


def _correlation(runs: Iterable[tuple[UnitCost, ...]], cells: Mapping[Cell, PastCell]) -> float:
    """Return how much the cells' costs move together from run to run, drawn towards the typical correlation.

    The mean product of two cells' standardised departures in one run, over all pairs and runs; k runs count k - 1.
    """
    products: list[float] = []
    count = 0
    for run in runs:
        departures = [
            (_log_cost(cost) - past.log_cost) / past.log_cost_sd
            for cost in run
            if (past := cells.get((cost.stage, cost.unit_class))) is not None and past.runs > 1 and _is_usable(cost)
        ]
        if len(departures) > 1:
            count += 1
            pairs = len(departures) * (len(departures) - 1)
            products.append((sum(departures) ** 2 - math.fsum(one**2 for one in departures)) / pairs)
    if count < 2:
        return TYPICAL_CORRELATION
    measured = math.fsum(products) / (count - 1)
    found = (_CORRELATION_RUNS * TYPICAL_CORRELATION + (count - 1) * measured) / (_CORRELATION_RUNS + count - 1)
    return min(_MOST_CORRELATED, max(0.0, found))
