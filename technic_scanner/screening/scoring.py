"""Compute the six sub-scores of a chart, 0–100 with 50 as neutral, and TechRating as their weighted mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from technic_scanner.domain.profiles import PROFILE_WEIGHTS, STRATEGY_PROFILES, SUB_SCORES, Weights
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.indicator_names import COLUMN
from technic_scanner.screening.matrix import SESSIONS_PER_YEAR, BoolArray, clipped, column, ratio

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

Columns = Mapping[str, FloatArray]


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
    columns = {name: column(indicators, name) for name in _READ}
    scores = np.empty((len(indicators), len(SUB_SCORES)))
    # Rows are scored before they are filtered: impossible bars must not raise or warn here, because a filter reports
    # them.
    with np.errstate(all="ignore"):
        for j, name in enumerate(SUB_SCORES):
            scores[:, j] = 50.0 + 50.0 * _mean_known(_COMPONENTS[name](columns))
    return scores


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


def _mean_known(components: list[FloatArray]) -> FloatArray:
    stacked = np.stack([clipped(component) for component in components])
    known = ~np.isnan(stacked)
    count = known.sum(axis=0)
    total = np.where(known, stacked, 0.0).sum(axis=0)
    mean = np.full(stacked.shape[1], np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return mean


def _moves(change: FloatArray, annual_vol: FloatArray, sessions: int) -> FloatArray:
    """Return a return over ``sessions`` in units of two standard deviations of such returns: ±2 sd is ±1."""
    return ratio(change, 2.0 * annual_vol * math.sqrt(sessions / SESSIONS_PER_YEAR))


def _trend(c: Columns) -> list[FloatArray]:
    atr, directional = c["atr_14"], c["plus_di_14"] + c["minus_di_14"]
    return [
        ratio(c["close"] - c["sma_20"], 2.0 * atr),
        ratio(c["sma_20"] - c["sma_50"], 2.0 * atr),
        ratio(c["sma_50"] - c["sma_200"], 6.0 * atr),
        ratio(c["plus_di_14"] - c["minus_di_14"], directional) * np.minimum(c["adx_14"] / 25.0, 1.0),
        ratio(c["trend_slope_63"] * c["trend_r2_63"], 2.0 * c["realised_vol_60"]),
    ]


def _momentum(c: Columns) -> list[FloatArray]:
    vol, atr = c["realised_vol_60"], c["atr_14"]
    return [
        _moves(c["roc_21"], c["realised_vol_20"], 21),
        _moves(c["roc_63"], vol, 63),
        _moves(c["momentum_12_1"], vol, 231),
        ratio(c["macd_hist"], 0.5 * atr),
        ratio(c["macd_hist"] - c["macd_hist_prev"], 0.2 * atr),
    ]


def _where_moving(oscillator: FloatArray, c: Columns) -> FloatArray:
    """Return a 0–100 oscillator, unknown where the price has not moved for 20 bars (TA-Lib returns 0)."""
    return np.where(c["realised_vol_20"] == 0.0, np.nan, oscillator)


def _volume(c: Columns) -> list[FloatArray]:
    surge = np.clip((c["relative_volume"] - 1.0) / 2.0, 0.0, 1.0)
    return [
        c["obv_slope"] / 0.5,
        (_where_moving(c["mfi_14"], c) - 50.0) / 30.0,
        clipped(_moves(c["return_1"], c["realised_vol_20"], 1) * 2.0) * surge,
    ]


def _volatility(c: Columns) -> list[FloatArray]:
    level = np.log2(ratio(np.full_like(c["close"], 0.30), c["realised_vol_60"]))
    span = np.log2(ratio(0.02 * c["close"], c["atr_14"]))
    return [level, span, (1.0 - _calm_ratio(c["realised_vol_20"], c["realised_vol_60"])) / 0.5]


def _calm_ratio(short: FloatArray, long: FloatArray) -> FloatArray:
    return np.where((short == 0.0) & (long == 0.0), 1.0, ratio(short, long))


def _oscillator(c: Columns) -> list[FloatArray]:
    rsi, stoch = _where_moving(c["rsi_14"], c), _where_moving(c["stoch_k"], c)
    return [
        (50.0 - rsi) / 20.0,
        (50.0 - stoch) / 30.0,
        (stoch - c["stoch_d"]) / 20.0,
        (0.5 - c["bollinger_pct_b"]) / 0.5,
        -_moves(c["roc_5"], c["realised_vol_20"], 5),
    ]


def _breakout(c: Columns) -> list[FloatArray]:
    close, high, low = c["close"], c["prior_high_20"], c["prior_low_20"]
    beyond = np.maximum(close - high, 0.0) + np.minimum(close - low, 0.0)
    year_high, year_low = close / (1.0 + c["high_252_distance"]), close / (1.0 + c["low_252_distance"])
    expansion = np.clip(c["true_range_expansion"] - 1.0, 0.0, 1.0)
    return [
        ratio(2.0 * close - high - low, high - low),
        ratio(beyond, c["atr_14"]),
        ratio(2.0 * close - year_high - year_low, year_high - year_low),
        clipped(_moves(c["return_1"], c["realised_vol_20"], 1)) * expansion,
    ]


_COMPONENTS: dict[str, Callable[[Columns], list[FloatArray]]] = {
    "trend": _trend,
    "momentum": _momentum,
    "volume": _volume,
    "volatility": _volatility,
    "oscillator": _oscillator,
    "breakout": _breakout,
}
