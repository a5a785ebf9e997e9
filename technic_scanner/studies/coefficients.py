"""The rank IC of ``rank by``: how well its order of a date's entries foretells the order of their returns."""

from __future__ import annotations

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.evidence import LEAST_PAIRS, MeanTest, mean_ranks, mean_test
from technic_scanner.screening.matrix import IntArray
from technic_scanner.studies.kernel_ranks import rank_correlation
from technic_scanner.studies.result import Study
from technic_scanner.studies.row_chunks import each_part


def information_coefficients(study: Study, horizon: int, threads: int | None = None) -> tuple[IntArray, FloatArray]:
    """Return the columns (D,) of the dates with an entry, and the rank IC (D,) of each, NaN where there is none.

    The best according to ``rank by`` counts as the highest, so that a positive IC means that its order is right.
    ``threads``: at most that many, by default one a core.
    """
    columns, starts = np.unique(study.columns, return_index=True)
    values = np.full(len(columns), np.nan)
    rank = study.criteria.tree.rank
    if study.order is None or rank is None:
        return columns, values
    ranks, forward, ends = study.order_ranks, study.forward(horizon), np.append(starts[1:], len(study))
    sign = 1.0 if rank.descending else -1.0

    def correlate(first: int, stop: int) -> None:
        for number in range(first, stop):
            date = slice(starts[number], ends[number])
            values[number] = sign * _correlation(ranks[date], forward[date])

    each_part(len(columns), threads, correlate)
    return columns, values


def _correlation(ranks: FloatArray, forward: FloatArray) -> float:
    """Return the rank correlation of mean ranks and returns (m,) where both are known; NaN where few are."""
    known = np.isfinite(forward)
    both = known & np.isfinite(ranks)
    if not both.all():
        ranks, forward = ranks[both], forward[both]
    if not known.all():
        ranks = mean_ranks(ranks)  # among the entries that are left
    return float(rank_correlation(ranks, forward, np.argsort(forward))) if len(ranks) >= LEAST_PAIRS else np.nan


def mean_ic(study: Study, horizon: int) -> MeanTest:
    """Return the mean IC over dates with its interval, which allows for shared sessions."""
    columns, values = information_coefficients(study, horizon)
    return mean_test(values, columns, horizon, study.alike(horizon))
