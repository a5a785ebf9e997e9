"""Place each row in a reference distribution of five factors, and blend that alpha with TechRating."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import column

FACTORS: tuple[str, ...] = ("momentum", "reversal", "low_volatility", "liquidity", "trend_quality")
FACTOR_WEIGHTS: tuple[float, ...] = (0.30, 0.15, 0.20, 0.10, 0.25)

WINSOR_TAIL = 0.025
Z_LIMIT = 3.0
# A spread this small relative to the values is rounding noise of a constant.
_CONSTANT = 1e-12
_MEASURES: tuple[str, ...] = ("momentum", "roc_5", "roc_21", "low_volatility", "liquidity", "trend_quality")


@dataclass(frozen=True, slots=True, eq=False)
class Alpha:
    """The position of each of n rows in a reference.

    ``z`` (n, 5): z-scores in the order of FACTORS, 0 where a factor is unknown or equal for all rows.
    ``composite`` (n,): their weighted sum in standard deviations. ``score`` (n,): 100 × Φ(composite), 0–100.
    ``coverage`` (n,): share 0–1 of the factor weight that is known for the row and differs in the reference.
    """

    z: FloatArray
    composite: FloatArray
    score: FloatArray
    coverage: FloatArray


@dataclass(frozen=True, slots=True)
class Scale:
    """The distribution of one value in a reference: limits of its tails, mean and standard deviation.

    ``sector_means`` has the means that replace ``mean`` for the rows of a sector ("" of those without one); empty where
    sectors do not matter.
    """

    mean: float
    spread: float
    low: float = -math.inf
    high: float = math.inf
    sector_means: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlphaScale:
    """How the factors are distributed in a reference; None for one that is unknown or equal in all its rows.

    ``measures`` has a Scale for each measure that a factor is made of, ``reversal`` that of the mean of its two, and
    ``composite`` that of the weighted sum.
    """

    measures: Mapping[str, Scale | None]
    reversal: Scale | None
    composite: Scale | None


def alpha_scale(
    indicators: FloatArray, sectors: Sequence[str | None] | None = None, *, sector_neutral: bool = False
) -> AlphaScale:
    """Return how the factors are distributed over the rows of the matrix (n, K), which are the reference.

    Per measure: winsorise at the 2.5th and 97.5th percentile, take the mean (with ``sector_neutral`` of each sector;
    ``sectors``: n names, rows without one form a group) and the standard deviation about it.
    """
    names = _names(sectors, len(indicators)) if sector_neutral and sectors is not None else None
    measured = _measured(indicators)
    measures = {name: _scale_of(values, names) for name, values in measured.items()}
    z = {name: _placed(values, measures[name], names) for name, values in measured.items()}
    reversal = _scale_of(_mean_of_known(z["roc_5"], z["roc_21"]), None, tails=False)
    composite = _scale_of(_weighted(_factors(z, reversal)), None, tails=False, least=_CONSTANT)
    return AlphaScale(measures, reversal, composite)


def alpha(
    indicators: FloatArray,
    sectors: Sequence[str | None] | None = None,
    *,
    sector_neutral: bool = False,
    scale: AlphaScale | None = None,
) -> Alpha:
    """Return the alpha of the rows of the matrix (n, K); never NaN, for any n and any column constant or missing.

    Each row is placed in ``scale`` by its own numbers alone; None places the rows among themselves. Per factor:
    limit to the winsor cuts, subtract the mean (the sector's with ``sector_neutral``), divide by the standard
    deviation, clip at ±3. Factors, weights and sources are in docs/numbers.md.
    """
    if scale is None:
        scale = alpha_scale(indicators, sectors, sector_neutral=sector_neutral)
    names = _names(sectors, len(indicators)) if sector_neutral and sectors is not None else None
    z = {name: _placed(values, scale.measures[name], names) for name, values in _measured(indicators).items()}
    factors = _factors(z, scale.reversal)
    known = ~np.isnan(factors)
    total = _weighted(factors)
    composite = np.zeros(len(total))
    if scale.composite is not None:
        composite = (total - scale.composite.mean) / scale.composite.spread
    coverage = _weighted(np.where(known, 1.0, 0.0))
    return Alpha(np.where(known, factors, 0.0), composite, 100.0 * normal_cdf(composite), coverage)


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


def _measured(indicators: FloatArray) -> dict[str, FloatArray]:
    """Return the values (n,) that the factors are made of, higher for better, in the order of _MEASURES."""
    values = (
        column(indicators, "momentum_12_1"),
        -column(indicators, "roc_5"),
        -column(indicators, "roc_21"),
        -_first_known(column(indicators, "realised_vol_60"), column(indicators, "realised_vol_20")),
        _log(column(indicators, "dollar_volume_20")),
        column(indicators, "trend_slope_63") * column(indicators, "trend_r2_63"),
    )
    return dict(zip(_MEASURES, values, strict=True))


def _factors(z: Mapping[str, FloatArray], reversal: Scale | None) -> FloatArray:
    """Return (n, 5) z-scores in the order of FACTORS from those of the measures, NaN where unknown.

    The mean of two z-scores varies less than each of them: it is standardised again, so that the weight of reversal is
    what it is stated to be.
    """
    both = _placed(_mean_of_known(z["roc_5"], z["roc_21"]), reversal, None)
    return np.stack([both if name == "reversal" else z[name] for name in FACTORS], axis=1)


def _weighted(values: FloatArray) -> FloatArray:
    """Return the weighted sum (n,) of (n, 5), unknown values as 0.

    It is added up column by column: a matrix product may round differently when there are other rows.
    """
    total = np.zeros(len(values))
    for j, weight in enumerate(FACTOR_WEIGHTS):
        total += weight * np.nan_to_num(values[:, j], nan=0.0)
    return total


def _scale_of(
    values: FloatArray, names: Sequence[str] | None, *, tails: bool = True, least: float = 0.0
) -> Scale | None:
    """Return the distribution of the known values (n,); None if there are none or all are equal."""
    known = np.isfinite(values)
    sample = values[known]
    if not len(sample):
        return None
    low, high = np.quantile(sample, [WINSOR_TAIL, 1.0 - WINSOR_TAIL]).tolist() if tails else (-math.inf, math.inf)
    sample = np.clip(sample, low, high)
    size = float(np.abs(sample).max())
    mean = float(sample.mean())
    means = {} if names is None else _sector_means(sample, np.asarray(names, dtype=np.str_)[known])
    centred = sample - (
        mean if names is None else np.array([means[name] for name in np.asarray(names)[known].tolist()])
    )
    if float(np.abs(centred).max()) <= max(_CONSTANT * size, least):
        return None
    return Scale(mean, float(centred.std()), low, high, means)


def _placed(values: FloatArray, scale: Scale | None, names: Sequence[str] | None) -> FloatArray:
    """Return z-scores (n,), NaN where the value is unknown or without a scale."""
    z = np.full(len(values), np.nan)
    if scale is None:
        return z
    known = np.isfinite(values)
    mean: float | FloatArray = scale.mean
    if names is not None and scale.sector_means:
        mean = np.array([scale.sector_means.get(name, scale.mean) for name in names])[known]
    z[known] = np.clip((np.clip(values[known], scale.low, scale.high) - mean) / scale.spread, -Z_LIMIT, Z_LIMIT)
    return z


def _sector_means(sample: FloatArray, names: np.ndarray) -> dict[str, float]:
    groups, member, counts = np.unique(names, return_inverse=True, return_counts=True)
    means = np.bincount(member.ravel(), weights=sample, minlength=len(groups)) / counts
    return dict(zip(groups.tolist(), means.tolist(), strict=True))


def _names(sectors: Sequence[str | None] | None, rows: int) -> list[str]:
    return [""] * rows if sectors is None else [name or "" for name in sectors]


def _first_known(first: FloatArray, second: FloatArray) -> FloatArray:
    return np.where(np.isnan(first), second, first)


def _mean_of_known(first: FloatArray, second: FloatArray) -> FloatArray:
    both = 0.5 * (first + second)
    return np.where(np.isnan(first), second, np.where(np.isnan(second), first, both))


def _log(values: FloatArray) -> FloatArray:
    logs = np.full(len(values), np.nan)
    np.log(values, out=logs, where=values > 0.0)
    return logs
