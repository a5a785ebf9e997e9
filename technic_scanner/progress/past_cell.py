"""Pool what one class of work cost in past runs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from technic_scanner.domain.metrics import UnitCost
from technic_scanner.progress.recency import effective_runs
from technic_scanner.progress.shape import FLAT, PastShape, Shape, pooled

# The typical spread of a unit's cost from run to run, and the number of runs that this counts as: for a pipeline, and
# for one of its cells.
TYPICAL_SD = 0.2
_RUNS_OF_PIPELINE = 1
_RUNS_OF_CELL = 2
# Prior slope of log cost over log size, and its sd. The cost of fetching is proportional to the number of symbols;
# local computation has a large fixed part (pools, compiled code, data frames).
_FETCHED_SLOPE = (-0.05, 0.2)
_COMPUTED_SLOPE = (-0.4, 0.4)
_SLOPES = (-1.0, 0.25)  # bounds: all cost is fixed, or units get slightly more expensive with size


@dataclass(frozen=True, slots=True)
class PastCell:
    """The past cost of one cell: log seconds per unit (mean, and sd for the next run), cv and number of runs.

    ``units`` are those of the newest run that reached the stage, 0 if it had none of this class. ``log_cost`` is valid
    for a stage of ``log_size`` (log units of all its classes); ``slope`` is its change with the log size, with standard
    deviation ``slope_sd``: part of a stage's cost is fixed, so units get cheaper when there are more of them.
    ``shape`` is how the cost is spread over the units.
    """

    log_cost: float
    log_cost_sd: float
    units: int
    cv: float
    runs: int
    log_size: float = 0.0
    slope: float = 0.0
    slope_sd: float = 0.0
    shape: Shape = FLAT

    def expected(self, log_size: float) -> tuple[float, float]:
        """Return mean and sd of the next run's log seconds per unit for a stage of ``log_size``."""
        away = log_size - self.log_size
        return self.log_cost + self.slope * away, math.hypot(self.log_cost_sd, self.slope_sd * away)


@dataclass(frozen=True, slots=True)
class Measured:
    """The measurement of a cell in one run, its weight, and the log size of its stage."""

    weight: float
    log_size: float
    log_cost: float
    cost: UnitCost


@dataclass(frozen=True, slots=True)
class Level:
    """A cell's regression of log cost on log size: mean, mean size, slope with its sd.

    ``squares`` are the squared residuals of ``effective`` runs, with so many ``degrees`` of freedom.
    """

    mean: float
    size: float
    slope: float
    slope_sd: float
    squares: float
    effective: float
    degrees: float


def level_of(unit_class: str, runs: Sequence[Measured]) -> Level:
    """Regress one cell's log cost on log size: the posterior mean with the typical sd as noise, within bounds.

    A slope that is mostly the prior's takes less than one degree of freedom.
    """
    total = math.fsum(run.weight for run in runs)
    mean = math.fsum(run.weight * run.log_cost for run in runs) / total
    size = math.fsum(run.weight * run.log_size for run in runs) / total
    prior, prior_sd = _FETCHED_SLOPE if unit_class == "miss" else _COMPUTED_SLOPE
    spread = math.fsum(run.weight * (run.log_size - size) ** 2 for run in runs) / TYPICAL_SD**2
    along = math.fsum(run.weight * (run.log_size - size) * (run.log_cost - mean) for run in runs) / TYPICAL_SD**2
    precision = spread + 1 / prior_sd**2
    least, most = _SLOPES
    slope = min(most, max(least, (along + prior / prior_sd**2) / precision))
    effective = effective_runs([run.weight for run in runs])
    squares = math.fsum(run.weight * (run.log_cost - mean - slope * (run.log_size - size)) ** 2 for run in runs)
    degrees = max(0.0, effective - 1 - spread / precision)
    return Level(mean, size, slope, precision**-0.5, squares * effective / total, effective, degrees)


def typical_variance(others: Iterable[Level]) -> float:
    """Return by how much the cost of a cell of this pipeline typically varies from run to run.

    The typical spread of any pipeline, which counts as one run, is updated with the ``others`` of the cell that is to
    be judged, which itself is not among them (empirical Bayes).
    """
    others = list(others)
    squares = math.fsum(level.squares for level in others)
    degrees = math.fsum(level.degrees for level in others)
    return (_RUNS_OF_PIPELINE * TYPICAL_SD**2 + squares) / (_RUNS_OF_PIPELINE + degrees)


def past_cell(level: Level, runs: Sequence[Measured], units: int, typical: float) -> PastCell:
    """Pool one cell's runs.

    The predictive sd is the posterior-predictive one of a normal with an inverse-gamma variance, so that few runs give
    a wide one: sd^2 = (2 * typical + sum e^2) / (2 + d) * (1 + 1/k), with k the effective number of runs, e the
    residuals of the regression and d their degrees of freedom (Gelman et al., Bayesian Data Analysis, 3.2 and 14.2).
    """
    total = math.fsum(run.weight for run in runs)
    variance = (_RUNS_OF_CELL * typical + level.squares) / (_RUNS_OF_CELL + level.degrees)
    return PastCell(
        log_cost=level.mean,
        log_cost_sd=math.sqrt(variance * (1 + 1 / level.effective)),
        units=units,
        cv=math.fsum(run.weight * run.cost.cv for run in runs) / total,
        runs=len(runs),
        log_size=level.size,
        slope=level.slope,
        slope_sd=level.slope_sd,
        shape=pooled([PastShape(run.weight, run.cost.units, run.cost.cv, run.cost.shape) for run in runs]),
    )
