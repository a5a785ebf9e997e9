"""Learn how the costs of the cells vary together from run to run, and by how much the whole run varies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from technic_scanner.progress.past_cell import PastCell
from technic_scanner.progress.recency import effective_runs

Cell = tuple[str, str]  # (stage, unit class)
Departures = Mapping[Cell, float]  # of a run's log costs from what all runs together say

# The typical correlation of two cells (the whole machine is faster or slower), and the number of runs it counts as.
TYPICAL_CORRELATION = 0.2
_CORRELATION_RUNS = 4
_MOST_CORRELATED = 0.9
_RUNS_OF_WHOLE = 1.0  # that the sum of the cells, each with its own sd, counts as beside how much whole runs varied


def correlation_of(runs: Sequence[Departures], cells: Mapping[Cell, PastCell]) -> float:
    """Return the correlation of the cells' costs from run to run, shrunk towards the typical correlation.

    It is the mean product of two cells' standardised residuals in one run, over all pairs and runs; k runs count k - 1.
    """
    products: list[float] = []
    for run in runs:
        scaled = [away / cells[cell].log_cost_sd for cell, away in run.items() if cells[cell].runs > 1]
        if len(scaled) > 1:
            pairs = len(scaled) * (len(scaled) - 1)
            products.append((sum(scaled) ** 2 - math.fsum(one**2 for one in scaled)) / pairs)
    count = len(products)
    if count < 2:
        return TYPICAL_CORRELATION
    measured = math.fsum(products) / (count - 1)
    found = (_CORRELATION_RUNS * TYPICAL_CORRELATION + (count - 1) * measured) / (_CORRELATION_RUNS + count - 1)
    return min(_MOST_CORRELATED, max(0.0, found))


def spread_of_whole(
    runs: Sequence[Departures], weights: Sequence[float], cells: Mapping[Cell, PastCell], correlation: float
) -> float:
    """Return the factor for the cells' sd with which whole runs vary as much as they did.

    The log of the whole varies by sum g_j x_j, with g_j the cell's share of the time. How much it did is compared with
    how much it would have if the cells, each as it varied, were correlated alike. Without this, stages that make up for
    each other (of runs that always take the same time) would give far too wide a band.
    """
    seconds = {cell: past.units * math.exp(past.log_cost) for cell, past in cells.items()}
    whole = math.fsum(seconds.values())
    if whole <= 0 or len(runs) < 2:
        return 1.0
    shares = {cell: one / whole for cell, one in seconds.items()}
    expected = _of_sum([shares[cell] ** 2 * past.log_cost_sd**2 for cell, past in cells.items()], correlation)
    squares = {
        cell: math.fsum(weight * (share * run.get(cell, 0.0)) ** 2 for weight, run in zip(weights, runs, strict=True))
        for cell, share in shares.items()
    }
    sums = [math.fsum(shares[cell] * away for cell, away in run.items()) for run in runs]
    each = effective_runs(weights) / math.fsum(weights) / expected
    found = each * math.fsum(weight * one**2 for weight, one in zip(weights, sums, strict=True))
    alone = each * _of_sum(list(squares.values()), correlation)
    return math.sqrt((_RUNS_OF_WHOLE + found) / (_RUNS_OF_WHOLE + alone))


def _of_sum(variances: Sequence[float], correlation: float) -> float:
    """Return the variance of a sum of equally correlated variables."""
    whole = math.fsum(math.sqrt(variance) for variance in variances) ** 2
    return (1 - correlation) * math.fsum(variances) + correlation * whole
