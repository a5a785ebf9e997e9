"""Fit the mean of overlapping returns under several covariances at once, block by block along the band, in NumPy.

A compiled kernel would be as fast, but it would load Numba, which costs a server 0.5 s and 100 MB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import IntArray

# How alike what two ranges of periods hold is, (rows, columns).
Likeness = Callable[[slice, slice], FloatArray]
# The covariances (G, rows, columns) of two ranges of periods.
Covariances = Callable[[slice, slice], FloatArray]

# Added to the variance of every period if two have the same sessions, so that the covariance can be inverted.
_OF_EQUALS = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class OverlapFits:
    """One number (G,) per covariance C: residual sum, 1'C⁻¹1, ln det C, mean of all entries of C.

    The residual sum is that of generalised least squares on a constant.
    """

    residuals: FloatArray
    precision: FloatArray
    log_det: FloatArray
    mean_covariance: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Consecutive ``periods`` (b,) with what they add: the sum of C's entries (G,), the factor's diagonal block
    (G, b, b), and values and ones divided by the factor (G, b, 2)."""

    periods: slice
    entries: FloatArray
    factor: FloatArray
    white: FloatArray


def fit_overlap(
    values: FloatArray,
    sessions: IntArray,
    horizon: int,
    decays: FloatArray,
    common: FloatArray,
    likeness: Likeness | None = None,
) -> OverlapFits:
    """Return the fits of ``values`` (n,), which belong to ascending ``sessions`` (n,), for G covariances C.

    C holds 1 on its diagonal, ``common`` · (1 − d / horizon) · ``decay``^d for two periods that begin d < horizon
    sessions apart, times their ``likeness`` (None: 1), and 0 for others.
    """
    reach = np.arange(horizon + 1)
    shared = common[:, None] * (1.0 - reach / horizon) * decays[:, None] ** reach

    def covariances(rows: slice, columns: slice) -> FloatArray:
        apart = np.abs(np.subtract.outer(sessions[rows], sessions[columns]))
        found = shared[:, np.minimum(apart, horizon)]
        return found if likeness is None else found * likeness(rows, columns)

    blocks = list(_blocks(values, sessions, horizon, covariances))
    white = np.concatenate([block.white for block in blocks], axis=1)
    of_values, of_ones = white[..., 0], white[..., 1]
    precision = np.square(of_ones).sum(axis=1)
    mean = (of_ones * of_values).sum(axis=1) / precision
    rest = of_values - mean[:, None] * of_ones
    factors = [np.diagonal(block.factor, axis1=1, axis2=2) for block in blocks]
    log_det = 2.0 * np.log(np.concatenate(factors, axis=1)).sum(axis=1)
    entries = np.sum([block.entries for block in blocks], axis=0)
    return OverlapFits(np.square(rest).sum(axis=1), precision, log_det, entries / len(values) ** 2)


def _blocks(values: FloatArray, sessions: IntArray, horizon: int, covariances: Covariances) -> Iterator[_Block]:
    """Yield the blocks of a Cholesky factorisation, so long that each shares sessions with its neighbours only."""
    count = len(sessions)
    first = np.searchsorted(sessions, sessions - horizon, side="right")
    length = max(int((np.arange(count) - first).max()), 1)
    variance = 1.0 + _OF_EQUALS * bool((np.diff(sessions) == 0).any())
    sides = np.stack([values, np.ones(count)], axis=1)
    before: _Block | None = None
    for start in range(0, count, length):
        part = slice(start, min(start + length, count))
        before = _next_block(before, part, sides[part], covariances, variance)
        yield before


def _next_block(
    before: _Block | None, periods: slice, sides: FloatArray, covariances: Covariances, variance: float
) -> _Block:
    covariance = covariances(periods, periods)
    diagonal = np.arange(len(sides))
    covariance[:, diagonal, diagonal] = variance
    entries = covariance.sum(axis=(1, 2))
    rest = np.broadcast_to(sides, (len(covariance), *sides.shape))
    if before is not None:
        beside = covariances(before.periods, periods)
        entries += 2.0 * beside.sum(axis=(1, 2))
        solved: FloatArray = np.asarray(np.linalg.solve(before.factor, beside), dtype=np.float64)
        across = solved.transpose(0, 2, 1)
        covariance -= across @ solved
        rest = rest - across @ before.white
    factor = np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
    white = np.asarray(np.linalg.solve(factor, rest), dtype=np.float64)
    return _Block(periods, entries, factor, white)
