"""The formulas of the sub-scores over whole columns, in NumPy: what the kernel is compared with."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from technic_scanner.domain.profiles import SUB_SCORES
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.indicator_names import INDICATORS
from technic_scanner.screening.matrix import SESSIONS_PER_YEAR, column, ratio

Columns = Mapping[str, FloatArray]


def sub_scores_of_columns(indicators: FloatArray) -> FloatArray:
    """Return the sub-scores (n, 6) of the matrix (n, K)."""
    columns = {name: column(indicators, name) for name in INDICATORS}
    with np.errstate(all="ignore"):
        return np.column_stack([50.0 + 50.0 * _mean_known(_COMPONENTS[name](columns)) for name in SUB_SCORES])


def clipped(values: FloatArray) -> FloatArray:
    """Return values clipped to −1 … 1; NaN remains NaN."""
    return np.clip(values, -1.0, 1.0)


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
