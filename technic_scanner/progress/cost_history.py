"""Pool the unit costs of comparable past runs, with more weight on newer runs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from technic_scanner.domain.metrics import UnitCost
from technic_scanner.progress.work_log import TAIL

Cell = tuple[str, str]  # (stage, unit class)

RECENCY = 0.8  # weight of a run relative to the next newer one


@dataclass(frozen=True, slots=True)
class PastCell:
    """The past cost of one cell: log seconds per unit (mean, and sd for the next run), cv and number of runs.

    ``units`` are those of the newest run that reached the stage, 0 if it had none of this class. ``log_cost`` is valid
    for a stage of ``log_size`` (log units of all its classes); ``slope`` is its change with the log size, with standard
    deviation ``slope_sd``: part of a stage's cost is fixed, so units get cheaper when there are more of them.
    """

    log_cost: float
    log_cost_sd: float
    units: int
    cv: float
    runs: int
    log_size: float = 0.0
    slope: float = 0.0
    slope_sd: float = 0.0

    def expected(self, log_size: float) -> tuple[float, float]:
        """Return mean and sd of the next run's log seconds per unit for a stage of ``log_size``."""
        away = log_size - self.log_size
        return self.log_cost + self.slope * away, math.hypot(self.log_cost_sd, self.slope_sd * away)


@dataclass(frozen=True)
class CostHistory:
    """Unit costs of finished, comparable runs, newest first."""

    runs: tuple[tuple[UnitCost, ...], ...] = ()

    @cached_property
    def cells(self) -> dict[Cell, PastCell]:
        """The past cost of each cell that was measured at least once."""
        found: dict[Cell, list[_Measured]] = {}
        last: dict[str, dict[str, int]] = {}  # units by class in the newest run that reached the stage
        for age, run in enumerate(self.runs):
            usable = [cost for cost in run if _is_usable(cost)]
            sizes = _log_sizes(usable)
            for cost in usable:
                measured = _Measured(RECENCY**age, sizes[cost.stage], _log_cost(cost), cost.cv)
                found.setdefault((cost.stage, cost.unit_class), []).append(measured)
            for stage in {cost.stage for cost in usable} - last.keys():
                last[stage] = {cost.unit_class: cost.units for cost in usable if cost.stage == stage}
        return {cell: _past_cell(cell[1], runs, last[cell[0]].get(cell[1], 0)) for cell, runs in found.items()}

    @cached_property
    def correlation(self) -> float:
        """The correlation of the costs of two cells from run to run, 0-0.9."""
        return _correlation(self.runs, self.cells)

    def cells_of(self, stage: str) -> dict[str, PastCell]:
        """Return the past costs of a stage's classes."""
        return self._by_stage.get(stage, {})

    @cached_property
    def _by_stage(self) -> dict[str, dict[str, PastCell]]:
        found: dict[str, dict[str, PastCell]] = {}
        for (stage, unit_class), past in self.cells.items():
            found.setdefault(stage, {})[unit_class] = past
        return found


# The typical spread of a unit's cost from run to run, and the number of runs that this prior counts as.
_TYPICAL_SD = 0.2
_TYPICAL_RUNS = 2
# Prior slope of log cost over log size, and its sd. The cost of fetching is proportional to the number of symbols;
# local computation has a large fixed part (pools, compiled code, data frames).
_FETCHED_SLOPE = (-0.05, 0.2)
_COMPUTED_SLOPE = (-0.4, 0.4)
_SLOPES = (-1.0, 0.25)  # bounds: all cost is fixed, or units get slightly more expensive with size
# The typical correlation of two cells (the whole machine is faster or slower), and the number of runs it counts as.
TYPICAL_CORRELATION = 0.2
_CORRELATION_RUNS = 4
_MOST_CORRELATED = 0.9


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


@dataclass(frozen=True, slots=True)
class _Measured:
    """The measurement of a cell in one run, and its weight."""

    weight: float
    log_size: float
    log_cost: float
    cv: float


def _past_cell(unit_class: str, runs: Sequence[_Measured], units: int) -> PastCell:
    """Pool one cell's runs.

    The slope is the posterior mean of a regression of log cost on log size with the typical sd as noise, within bounds.
    The predictive sd is the posterior-predictive one of a normal with an inverse-gamma variance, so that few runs give
    a wide one: sd^2 = (2 * 0.2^2 + sum e^2) / (2 + k - 1) * (1 + 1/k), with k the effective number of runs and e the
    residuals of the regression (Gelman et al., Bayesian Data Analysis, 3.2 and 14.2).
    """
    total = math.fsum(run.weight for run in runs)
    mean = math.fsum(run.weight * run.log_cost for run in runs) / total
    size = math.fsum(run.weight * run.log_size for run in runs) / total
    slope, slope_sd = _slope(unit_class, runs, mean, size)
    effective = total**2 / math.fsum(run.weight**2 for run in runs)
    departures = [(run.weight, run.log_cost - mean - slope * (run.log_size - size)) for run in runs]
    squares = math.fsum(weight * one**2 for weight, one in departures) * effective / total
    variance = (_TYPICAL_RUNS * _TYPICAL_SD**2 + squares) / (_TYPICAL_RUNS + effective - 1) * (1 + 1 / effective)
    return PastCell(
        log_cost=mean,
        log_cost_sd=math.sqrt(variance),
        units=units,
        cv=math.fsum(run.weight * run.cv for run in runs) / total,
        runs=len(runs),
        log_size=size,
        slope=slope,
        slope_sd=slope_sd,
    )


def _slope(unit_class: str, runs: Sequence[_Measured], mean: float, size: float) -> tuple[float, float]:
    prior, prior_sd = _FETCHED_SLOPE if unit_class == "miss" else _COMPUTED_SLOPE
    spread = math.fsum(run.weight * (run.log_size - size) ** 2 for run in runs) / _TYPICAL_SD**2
    along = math.fsum(run.weight * (run.log_size - size) * (run.log_cost - mean) for run in runs) / _TYPICAL_SD**2
    precision = spread + 1 / prior_sd**2
    least, most = _SLOPES
    return min(most, max(least, (along + prior / prior_sd**2) / precision)), precision**-0.5


def _correlation(runs: Iterable[tuple[UnitCost, ...]], cells: Mapping[Cell, PastCell]) -> float:
    """Return the correlation of the cells' costs from run to run, shrunk towards the typical correlation.

    It is the mean product of two cells' standardised residuals in one run, over all pairs and runs; k runs count k - 1.
    """
    products: list[float] = []
    count = 0
    for run in runs:
        usable = [cost for cost in run if _is_usable(cost)]
        sizes = _log_sizes(usable)
        departures = [
            (_log_cost(cost) - past.expected(sizes[cost.stage])[0]) / past.log_cost_sd
            for cost in usable
            if (past := cells.get((cost.stage, cost.unit_class))) is not None and past.runs > 1
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
