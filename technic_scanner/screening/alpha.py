"""Compute the cross-sectional alpha of each row from five factors, and its blend with TechRating."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import IntArray, column

FACTORS: tuple[str, ...] = ("momentum", "reversal", "low_volatility", "liquidity", "trend_quality")
FACTOR_WEIGHTS: tuple[float, ...] = (0.30, 0.15, 0.20, 0.10, 0.25)

WINSOR_TAIL = 0.025
Z_LIMIT = 3.0
# A spread this small relative to the values is rounding noise of a constant.
_CONSTANT = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Alpha:
    """The position of each of n rows relative to the others.

    ``z`` (n, 5): z-scores in the order of FACTORS, 0 where a factor is unknown or equal for all rows.
    ``composite`` (n,): their weighted sum in standard deviations. ``score`` (n,): 100 × Φ(composite), 0–100.
    ``coverage`` (n,): share 0–1 of the factor weight that is known for the row and differs between rows.
    """

    z: FloatArray
    composite: FloatArray
    score: FloatArray
    coverage: FloatArray


def alpha(
    indicators: FloatArray, sectors: Sequence[str | None] | None = None, *, sector_neutral: bool = False
) -> Alpha:
    """Return the alpha of the rows of the matrix (n, K); never NaN, for any n and any column constant or missing.

    Per factor: winsorise at the 2.5th and 97.5th percentile, with ``sector_neutral`` subtract the sector's mean
    (``sectors``: n names; rows without one form a group), divide by the standard deviation, clip at ±3. Factors,
    weights and sources are in docs/numbers.md.
    """
    groups = _groups(sectors) if sector_neutral and sectors is not None else None
    roc_5, roc_21 = _z(-column(indicators, "roc_5"), groups), _z(-column(indicators, "roc_21"), groups)
    quality = column(indicators, "trend_slope_63") * column(indicators, "trend_r2_63")
    z = np.stack(
        [
            _z(column(indicators, "momentum_12_1"), groups),
            _mean_of_known(roc_5, roc_21),
            _z(-_first_known(column(indicators, "realised_vol_60"), column(indicators, "realised_vol_20")), groups),
            _z(_log(column(indicators, "dollar_volume_20")), groups),
            _z(quality, groups),
        ],
        axis=1,
    )
    known = ~np.isnan(z)
    z = np.where(known, z, 0.0)
    weights = np.asarray(FACTOR_WEIGHTS)
    composite = _standardised(z @ weights)
    return Alpha(z, composite, 100.0 * normal_cdf(composite), known @ weights)


def blend(tech: FloatArray, alpha_score: FloatArray, weight: float | FloatArray) -> FloatArray:
    """Return (1 − weight) × tech + weight × alpha_score, (n,) 0–100; ``weight`` is 0–1, one or per row.

    Multiply a regime's weight by ``Alpha.coverage``, so that an alpha without information on a row does not pull it to
    50. An unknown alpha leaves TechRating unchanged; an unknown TechRating remains unknown.
    """
    share: FloatArray = np.where(np.isnan(alpha_score), 0.0, np.clip(weight, 0.0, 1.0))
    return (1.0 - share) * tech + share * np.where(np.isnan(alpha_score), 0.0, alpha_score)


def normal_cdf(values: FloatArray) -> FloatArray:
    """Return Φ of each value (n,)."""
    scaled = (values / math.sqrt(2.0)).tolist()
    return 0.5 + 0.5 * np.fromiter(map(math.erf, scaled), dtype=np.float64, count=len(scaled))


def _z(values: FloatArray, groups: IntArray | None) -> FloatArray:
    """Return z-scores (n,), NaN where the value is unknown or all known values are equal."""
    known = np.isfinite(values)
    z = np.full(len(values), np.nan)
    sample = values[known]
    if not len(sample):
        return z
    low, high = np.quantile(sample, [WINSOR_TAIL, 1.0 - WINSOR_TAIL])
    sample = np.clip(sample, low, high)
    size = float(np.abs(sample).max())
    centred = sample - (sample.mean() if groups is None else _group_means(sample, groups[known]))
    if float(np.abs(centred).max()) <= _CONSTANT * size:
        return z
    z[known] = np.clip(centred / centred.std(), -Z_LIMIT, Z_LIMIT)
    return z


def _standardised(values: FloatArray) -> FloatArray:
    """Return values minus their mean, in standard deviations; all 0 if they do not differ."""
    if not len(values):
        return values
    centred = values - values.mean()
    spread = float(centred.std())
    return centred / spread if spread > _CONSTANT else np.zeros(len(values))


def _group_means(sample: FloatArray, groups: IntArray) -> FloatArray:
    counts = np.bincount(groups)
    return (np.bincount(groups, weights=sample) / np.maximum(counts, 1))[groups]


def _groups(sectors: Sequence[str | None]) -> IntArray:
    _, member = np.unique(np.array([name or "" for name in sectors], dtype=np.str_), return_inverse=True)
    return member.astype(np.int64)


def _first_known(first: FloatArray, second: FloatArray) -> FloatArray:
    return np.where(np.isnan(first), second, first)


def _mean_of_known(first: FloatArray, second: FloatArray) -> FloatArray:
    both = 0.5 * (first + second)
    return np.where(np.isnan(first), second, np.where(np.isnan(second), first, both))


def _log(values: FloatArray) -> FloatArray:
    logs = np.full(len(values), np.nan)
    np.log(values, out=logs, where=values > 0.0)
    return logs
