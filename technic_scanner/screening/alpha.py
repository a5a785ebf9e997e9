"""Place each row in a reference distribution of five factors, and blend that alpha with TechRating."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import BoolArray, IntArray, column

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
    return _scale_about(_samples(indicators), _groups(sectors) if sector_neutral else None)


def alpha_scales(indicators: FloatArray, sectors: Sequence[str | None]) -> tuple[AlphaScale, AlphaScale]:
    """Return the distributions about the mean of all rows, and those about the means of sectors."""
    samples = _samples(indicators)
    return _scale_about(samples, None), _scale_about(samples, _groups(sectors))


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
    groups = _groups(sectors) if sector_neutral else None
    z = {name: _placed(values, scale.measures[name], groups) for name, values in _measured(indicators).items()}
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


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """The sectors of n rows: their ``names``, "" for none, and the ``member`` (n,) of them that each row is."""

    names: list[str]
    member: IntArray


def _groups(sectors: Sequence[str | None] | None) -> _Groups | None:
    """Return the sectors of rows as groups; None where they are not known."""
    if sectors is None:
        return None
    numbers: dict[str, int] = {}
    member = [numbers.setdefault(name or "", len(numbers)) for name in sectors]
    return _Groups(list(numbers), np.array(member, dtype=np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """The values of all rows (n,), which of them are ``known`` (n,), and those (k,) with the tails limited."""

    values: FloatArray
    known: BoolArray
    limited: FloatArray
    low: float = -math.inf
    high: float = math.inf

    @classmethod
    def of(cls, values: FloatArray, *, tails: bool = True) -> Self:
        """Take the known values (n,), and limit them at the winsor cuts unless ``tails`` is false."""
        known = np.isfinite(values)
        sample = values[known]
        if not tails or not len(sample):
            return cls(values, known, sample)
        low, high = np.quantile(sample, [WINSOR_TAIL, 1.0 - WINSOR_TAIL]).tolist()
        return cls(values, known, np.clip(sample, low, high), low, high)


def _samples(indicators: FloatArray) -> dict[str, _Sample]:
    """Return the sample of each measure, in the order of _MEASURES."""
    return {name: _Sample.of(values) for name, values in _measured(indicators).items()}


def _scale_about(measures: Mapping[str, _Sample], groups: _Groups | None) -> AlphaScale:
    """Return the distributions of measures about the mean of all rows, or about those of groups."""
    scales = {name: _scale_of(sample, groups) for name, sample in measures.items()}
    z = {name: _placed(sample.values, scales[name], groups) for name, sample in measures.items()}
    reversal = _scale_of(_Sample.of(_mean_of_known(z["roc_5"], z["roc_21"]), tails=False), None)
    composite = _scale_of(_Sample.of(_weighted(_factors(z, reversal)), tails=False), None, least=_CONSTANT)
    return AlphaScale(scales, reversal, composite)


def _scale_of(sample: _Sample, groups: _Groups | None, *, least: float = 0.0) -> Scale | None:
    """Return the distribution of the known values; None if there are none or all are equal."""
    values = sample.limited
    if not len(values):
        return None
    mean, means = float(values.mean()), {}
    centred = values - mean
    if groups is not None:
        member = groups.member[sample.known]
        counts = np.bincount(member, minlength=len(groups.names))
        by_group = np.bincount(member, weights=values, minlength=len(groups.names)) / np.maximum(counts, 1)
        means = {groups.names[i]: float(by_group[i]) for i in np.flatnonzero(counts).tolist()}
        centred = values - by_group[member]
    if float(np.abs(centred).max()) <= max(_CONSTANT * float(np.abs(values).max()), least):
        return None
    return Scale(mean, float(centred.std()), sample.low, sample.high, means)


def _placed(values: FloatArray, scale: Scale | None, groups: _Groups | None) -> FloatArray:
    """Return z-scores (n,), NaN where the value is unknown or without a scale."""
    z = np.full(len(values), np.nan)
    if scale is None:
        return z
    known = np.isfinite(values)
    mean: float | FloatArray = scale.mean
    if groups is not None and scale.sector_means:
        of_groups = np.array([scale.sector_means.get(name, scale.mean) for name in groups.names])
        mean = of_groups[groups.member[known]]
    z[known] = np.clip((np.clip(values[known], scale.low, scale.high) - mean) / scale.spread, -Z_LIMIT, Z_LIMIT)
    return z


def _first_known(first: FloatArray, second: FloatArray) -> FloatArray:
    return np.where(np.isnan(first), second, first)


def _mean_of_known(first: FloatArray, second: FloatArray) -> FloatArray:
    both = 0.5 * (first + second)
    return np.where(np.isnan(first), second, np.where(np.isnan(second), first, both))


def _log(values: FloatArray) -> FloatArray:
    logs = np.full(len(values), np.nan)
    np.log(values, out=logs, where=values > 0.0)
    return logs
