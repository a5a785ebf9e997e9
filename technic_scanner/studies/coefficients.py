"""The rank IC of ``rank by``: how well its order of a date's entries foretells the order of their returns."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.evidence import MeanTest, mean_test, rank_ic
from technic_scanner.screening.matrix import IntArray
from technic_scanner.studies.result import Study


def information_coefficients(study: Study, horizon: int) -> tuple[IntArray, FloatArray]:
    """Return the columns (D,) of the dates with an entry, and the rank IC (D,) of each, NaN where there is none.

    The best according to ``rank by`` counts as the highest, so that a positive IC means that its order is right.
    """
    columns, starts = np.unique(study.columns, return_index=True)
    values = np.full(len(columns), np.nan)
    if study.order is None:
        return columns, values
    rank = study.criteria.tree.rank
    order = study.order if rank is None or rank.descending else -study.order
    forward = study.forward(horizon)
    for number, (start, end) in enumerate(pairwise([*starts.tolist(), len(study.columns)])):
        found = rank_ic(order[start:end], forward[start:end])
        values[number] = np.nan if found is None else found
    return columns, values


def mean_ic(study: Study, horizon: int) -> MeanTest:
    """Return the mean IC over dates with its interval, which allows for shared sessions."""
    columns, values = information_coefficients(study, horizon)
    return mean_test(values, columns, horizon, study.alike(horizon))
