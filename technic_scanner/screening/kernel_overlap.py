"""Fits the mean of overlapping returns under one covariance per decay: a banded Cholesky factorisation, compiled."""

from __future__ import annotations

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.kernel_compile import entry, exact
from technic_scanner.screening.matrix import IntArray

# A pivot below this would be rounding: two periods with the same sessions.
_LEAST_PIVOT = 1e-10


@exact
def _first_sharing(sessions: IntArray, horizon: int) -> IntArray:
    """Return for each period (n,) the first one that shares sessions with it."""
    first = np.zeros(len(sessions), dtype=np.int64)
    for i in range(1, len(sessions)):
        start = first[i - 1]
        while sessions[i] - sessions[start] >= horizon:
            start += 1
        first[i] = start
    return first


@exact
def _factor_row(i: int, first: IntArray, covariance: FloatArray, lower: FloatArray) -> float:
    """Turn row ``i`` of ``covariance`` (its part left of the diagonal) into that of the factor; return the diagonal."""
    pivot = 1.0
    for j in range(first[i], i):
        left = covariance[j - first[i]]
        for k in range(max(first[i], first[j]), j):
            left -= lower[i, k - first[i]] * lower[j, k - first[j]]
        left /= lower[j, j - first[j]]
        lower[i, j - first[i]] = left
        pivot -= left * left
    root = np.sqrt(max(pivot, _LEAST_PIVOT))
    lower[i, i - first[i]] = root
    return float(root)


@exact
def _whitened(i: int, first: IntArray, root: float, value: float, lower: FloatArray, white: FloatArray) -> float:
    for j in range(first[i], i):
        value -= lower[i, j - first[i]] * white[j]
    return float(value / root)


@entry
def fit_overlap(
    values: FloatArray, sessions: IntArray, horizon: int, decays: FloatArray, common: FloatArray, out: FloatArray
) -> None:
    """Fill ``out`` (G, 4) for each of G covariances C: residual sum, 1'C⁻¹1, ln det C, mean of all entries of C.

    ``values`` (n,) belong to ascending ``sessions`` (n,). C holds 1 on its diagonal, ``common`` · (1 − d / horizon) ·
    ``decay``^d for two periods that begin d < horizon sessions apart, and 0 for others. The residual sum is that of
    generalised least squares on a constant.
    """
    count = len(values)
    first = _first_sharing(sessions, horizon)
    width = (np.arange(count) - first).max() + 1
    lower, row = np.empty((count, width)), np.empty(width)
    reach = np.arange(horizon)
    white, ones = np.empty(count), np.empty(count)
    for g in range(len(decays)):
        total, log_det = float(count), 0.0
        shared = common[g] * (1.0 - reach / horizon) * decays[g] ** reach
        for i in range(count):
            for j in range(first[i], i):
                row[j - first[i]] = shared[sessions[i] - sessions[j]]
                total += 2.0 * row[j - first[i]]
            root = _factor_row(i, first, row, lower)
            white[i] = _whitened(i, first, root, values[i], lower, white)
            ones[i] = _whitened(i, first, root, 1.0, lower, ones)
            log_det += 2.0 * np.log(root)
        precision = (ones * ones).sum()
        rest = white - (ones * white).sum() / precision * ones
        out[g] = (rest * rest).sum(), precision, log_det, total / (count * count)
