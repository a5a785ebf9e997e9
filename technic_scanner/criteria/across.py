"""Functions across the symbols of one session, all or by group: rank, percentile, z-score, distance from the mean."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from technic_scanner.criteria.kernel_ranks import ranks_across
from technic_scanner.screening.bars import FloatArray


def across_symbols(function: str, values: FloatArray, groups: npt.NDArray[np.int64]) -> FloatArray:
    """Return (n, sessions): ``function`` of each session's known values among the rows of one group.

    ``groups``: (n,), negative where a row's group is unknown, whose value is then unknown too.
    """
    out = np.full(values.shape, np.nan)
    rows = np.flatnonzero(groups >= 0)
    compute = _ranked if function in {"rank", "percentile"} else _centred
    for column in range(values.shape[1]):
        out[rows, column] = compute(function, np.ascontiguousarray(values[rows, column]), groups[rows])
    return out


def _ranked(function: str, values: FloatArray, groups: npt.NDArray[np.int64]) -> FloatArray:
    order = np.lexsort((values, groups)) if len(groups) and groups.any() else np.argsort(values, kind="stable")
    counts = np.full((3, len(values)), np.nan)
    ranks_across(values, groups, order, counts)
    below, same, known = counts
    if function == "rank":
        return np.asarray((below + (same + 1.0) / 2.0) / known)
    return np.asarray(100.0 * (below + same / 2.0) / known)


def _centred(function: str, values: FloatArray, groups: npt.NDArray[np.int64]) -> FloatArray:
    known = ~np.isnan(values)
    if not known.any():
        return np.full(len(values), np.nan)
    size = int(groups.max()) + 1
    count = np.bincount(groups[known], minlength=size)
    with np.errstate(all="ignore"):
        # Around one value of the group first, so that equal values are exactly 0 apart.
        base = np.zeros(size)
        base[groups[known][::-1]] = values[known][::-1]
        away = values - base[groups]
        mean = np.bincount(groups[known], away[known], minlength=size) / count
        centred = away - mean[groups]
        if function == "demean":
            return np.asarray(centred)
        variance = np.bincount(groups[known], np.square(centred[known]), minlength=size) / count
        deviation = np.sqrt(variance)[groups]
        return np.where(deviation > 0.0, centred / deviation, np.nan)
