"""Functions across the symbols of one session, all or by group: rank, percentile, z-score, distance from the mean."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from technic_scanner.criteria.kernel_ranks import PERCENTILE, RANK, ranks_across
from technic_scanner.screening.bars import FloatArray

# Sessions that are ranked at once: a block of them is small beside the panel.
_BLOCK = 32


def across_symbols(function: str, values: FloatArray, groups: npt.NDArray[np.int64], threads: int = 1) -> FloatArray:
    """Return ``values`` (n, sessions), which are replaced: ``function`` of each session's known ones among a group.

    ``groups``: (n,), negative where a row's group is unknown, whose value is then unknown too.
    """
    out = values
    out[groups < 0] = np.nan
    rows = np.flatnonzero(groups >= 0)
    rows = rows[np.argsort(groups[rows], kind="stable")]
    if function in {"rank", "percentile"}:
        _ranked(function, values, groups[rows], rows, out, threads)
        return out
    for column in range(values.shape[1]):
        out[rows, column] = _centred(function, np.ascontiguousarray(values[rows, column]), groups[rows])
    return out


def _ranked(
    function: str,
    values: FloatArray,
    groups: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    out: FloatArray,
    threads: int,
) -> None:
    stops = np.append(np.flatnonzero(np.diff(groups)) + 1, len(groups))
    what = RANK if function == "rank" else PERCENTILE

    def block(first: int) -> None:
        part = np.ascontiguousarray(values[rows, first : first + _BLOCK].T)
        order = np.empty(part.shape, dtype=np.int64)
        for start, stop in pairwise((0, *stops.tolist())):
            order[:, start:stop] = np.argsort(part[:, start:stop], axis=1)  # the unknown last
        ranks_across(part, order, stops, what, part)
        out[rows, first : first + _BLOCK] = part.T

    starts = range(0, values.shape[1], _BLOCK)
    if threads == 1 or len(starts) == 1:
        for first in starts:
            block(first)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(block, starts))


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
