"""Compute the six sub-scores of a chart, 0–100 with 50 as neutral, and TechRating as their weighted mean."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from technic_scanner.domain.profiles import PROFILE_WEIGHTS, STRATEGY_PROFILES, SUB_SCORES, Weights
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.screening.bars import FloatArray, read_only
from technic_scanner.screening.indicator_names import COLUMN
from technic_scanner.screening.kernel_scores import score_rows
from technic_scanner.screening.matrix import BoolArray, column, ratio

# The indicators of each sub-score; components with unknown indicators are omitted from the mean.
INPUTS: dict[str, tuple[str, ...]] = {
    "trend": (
        *("close", "sma_20", "sma_50", "sma_200", "atr_14", "adx_14", "plus_di_14", "minus_di_14"),
        *("trend_slope_63", "trend_r2_63", "realised_vol_60"),
    ),
    "momentum": (
        *("roc_21", "roc_63", "momentum_12_1", "macd_hist", "macd_hist_prev", "atr_14"),
        *("realised_vol_20", "realised_vol_60"),
    ),
    "volume": ("obv_slope", "mfi_14", "relative_volume", "return_1", "realised_vol_20"),
    "volatility": ("realised_vol_20", "realised_vol_60", "atr_14", "close"),
    "oscillator": ("rsi_14", "stoch_k", "stoch_d", "bollinger_pct_b", "roc_5", "realised_vol_20"),
    "breakout": (
        *("close", "prior_high_20", "prior_low_20", "atr_14", "high_252_distance", "low_252_distance"),
        *("return_1", "true_range_expansion", "realised_vol_20"),
    ),
}

_READ: tuple[str, ...] = tuple(dict.fromkeys(name for names in INPUTS.values() for name in names))


def profile_weights(profile: str, overrides: Iterable[tuple[str, float]] = ()) -> Weights:
    """Return the six weights of a strategy profile with ``overrides``, scaled to sum to 1.

    ``overrides`` are (sub-score, weight ≥ 0) on the scale of the profile's own weights, which sum to 1. Raises
    ConfigError that names every unknown name and invalid weight, or if no weight is above 0.
    """
    pairs = tuple(overrides)
    problems = [] if profile in PROFILE_WEIGHTS else [_unknown("strategy_profile_name", profile, STRATEGY_PROFILES)]
    problems += [_unknown("profile_weights", name, SUB_SCORES) for name, _ in pairs if name not in SUB_SCORES]
    problems += [
        FieldProblem(f"profile_weights.{name}", f"must be a number of at least 0, not {weight!r}")
        for name, weight in pairs
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0.0 <= weight < math.inf
    ]
    if problems:
        raise ConfigError(problems)
    weights = dict(zip(SUB_SCORES, PROFILE_WEIGHTS[profile], strict=True)) | dict(pairs)
    total = math.fsum(weights.values())
    if total <= 0.0:
        raise ConfigError([FieldProblem("profile_weights", "at least one weight must be above 0")])
    trend, momentum, volume, volatility, oscillator, breakout = (weights[name] / total for name in SUB_SCORES)
    return trend, momentum, volume, volatility, oscillator, breakout


def sub_scores(indicators: FloatArray) -> FloatArray:
    """Return the sub-scores (n, 6) of the matrix (n, K), columns as in SUB_SCORES, each 0–100.

    Each is 50 + 50 × the mean of its known components, which are −1 … 1; NaN if none is known. Mirroring a chart
    vertically changes trend, momentum, volume, oscillator and breakout to 100 minus their value; volatility has no
    direction. The formulas and their sources are in docs/numbers.md.
    """
    scores = np.empty((len(indicators), len(SUB_SCORES)))
    score_rows(*score_inputs(indicators), scores)
    return scores


def score_inputs(indicators: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what ``score_rows`` reads."""
    parts = np.empty((len(indicators), 2))
    # Rows are scored before they are filtered: impossible bars must not raise or warn here, because a filter reports
    # them.
    with np.errstate(all="ignore"):
        parts[:, 0] = np.log2(ratio(np.full(len(indicators), 0.30), column(indicators, "realised_vol_60")))
        parts[:, 1] = np.log2(ratio(0.02 * column(indicators, "close"), column(indicators, "atr_14")))
    return read_only(indicators), parts


def tech_rating(sub: FloatArray, weights: Weights) -> tuple[FloatArray, BoolArray]:
    """Return the rating (n,) 0–100 and which sub-scores were missing (n, 6).

    The rating is the mean of the known sub-scores (n, 6) with ``weights``; the weight of missing ones is distributed
    over the others. NaN only if no sub-score with positive weight is known.
    """
    missing = np.isnan(sub)
    share = np.where(missing, 0.0, np.asarray(weights))
    total = share.sum(axis=1)
    weighted = (share * np.where(missing, 0.0, sub)).sum(axis=1)
    known = total > 0.0
    rating = np.full(len(sub), np.nan)
    np.divide(weighted, total, out=rating, where=known)
    return np.clip(rating, 0.0, 100.0), missing


def missing_inputs(indicators: FloatArray) -> tuple[str, ...]:
    """Return for each row the unknown indicators that a sub-score needs, as "sma_200, roc_63" or ""."""
    unknown = np.isnan(np.column_stack([indicators[:, COLUMN[name]] for name in _READ]))
    if not unknown.any():
        return ("",) * len(indicators)
    # Rows of equal listing age lack the same inputs, so the text of each of the few patterns is made once.
    patterns, which = np.unique(np.packbits(unknown, axis=1), axis=0, return_inverse=True)
    flags = np.unpackbits(patterns, axis=1, count=len(_READ)).astype(bool)
    texts = [", ".join(name for name, gone in zip(_READ, row, strict=True) if gone) for row in flags.tolist()]
    return tuple(texts[k] for k in which.ravel().tolist())


def _unknown(field: str, value: str, known: tuple[str, ...]) -> FieldProblem:
    return FieldProblem(field, f"{value!r} is not one of {', '.join(known)}")
