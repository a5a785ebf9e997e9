"""The components of the six sub-scores of each row, and their means, without the GIL; formulas: docs/numbers.md.

They have the bits that NumPy gives for the same formulas over whole columns.
"""

from __future__ import annotations

import math

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.indicator_names import COLUMN
from technic_scanner.screening.kernel_compile import entry, exact
from technic_scanner.screening.matrix import SESSIONS_PER_YEAR

_CLOSE, _SMA_20, _SMA_50, _SMA_200 = (COLUMN[name] for name in ("close", "sma_20", "sma_50", "sma_200"))
_ATR, _ADX, _PLUS, _MINUS = (COLUMN[name] for name in ("atr_14", "adx_14", "plus_di_14", "minus_di_14"))
_SLOPE, _FIT = COLUMN["trend_slope_63"], COLUMN["trend_r2_63"]
_VOL_20, _VOL_60 = COLUMN["realised_vol_20"], COLUMN["realised_vol_60"]
_RETURN, _WEEK, _MONTH, _QUARTER = (COLUMN[name] for name in ("return_1", "roc_5", "roc_21", "roc_63"))
_YEAR, _MACD, _MACD_BEFORE = (COLUMN[name] for name in ("momentum_12_1", "macd_hist", "macd_hist_prev"))
_OBV, _MFI, _RELATIVE = (COLUMN[name] for name in ("obv_slope", "mfi_14", "relative_volume"))
_RSI, _K, _D, _BAND = (COLUMN[name] for name in ("rsi_14", "stoch_k", "stoch_d", "bollinger_pct_b"))
_HIGH_20, _LOW_20 = COLUMN["prior_high_20"], COLUMN["prior_low_20"]
_HIGH_YEAR, _LOW_YEAR = COLUMN["high_252_distance"], COLUMN["low_252_distance"]
_EXPANSION = COLUMN["true_range_expansion"]

# Of so many sessions a return is taken, as a share of a year's standard deviation.
_OF_1, _OF_5, _OF_21, _OF_63, _OF_231 = (math.sqrt(sessions / SESSIONS_PER_YEAR) for sessions in (1, 5, 21, 63, 231))


@exact
def _ratio(numerator: float, divisor: float) -> float:
    """Return the quotient; 0 ÷ 0 is 0: a price that never moves is zero ranges away from its average."""
    return 0.0 if numerator == 0.0 and divisor == 0.0 else numerator / divisor


@exact
def _within(value: float, low: float, high: float) -> float:
    """Return the value limited to low … high; NaN remains NaN."""
    if value < low:
        return low
    if value > high:
        return high
    return value


@exact
def _moves(change: float, annual_vol: float, share: float) -> float:
    """Return a return in units of two standard deviations of such returns, ``share`` of the annual one each."""
    return _ratio(change, 2.0 * annual_vol * share)


@exact
def _score(components: tuple[float, ...]) -> float:
    """Return 50 + 50 × the mean of the known components, each limited to −1 … 1; NaN if none is known."""
    total, known = 0.0, 0
    for component in components:
        if not np.isnan(component):
            total += _within(component, -1.0, 1.0)
            known += 1
    return 50.0 + 50.0 * (total / known) if known else np.nan


@exact
def _trend(row: FloatArray) -> float:
    atr, plus, minus = row[_ATR], row[_PLUS], row[_MINUS]
    return _score(
        (
            _ratio(row[_CLOSE] - row[_SMA_20], 2.0 * atr),
            _ratio(row[_SMA_20] - row[_SMA_50], 2.0 * atr),
            _ratio(row[_SMA_50] - row[_SMA_200], 6.0 * atr),
            _ratio(plus - minus, plus + minus) * _within(row[_ADX] / 25.0, -np.inf, 1.0),
            _ratio(row[_SLOPE] * row[_FIT], 2.0 * row[_VOL_60]),
        )
    )


@exact
def _momentum(row: FloatArray) -> float:
    vol, atr = row[_VOL_60], row[_ATR]
    return _score(
        (
            _moves(row[_MONTH], row[_VOL_20], _OF_21),
            _moves(row[_QUARTER], vol, _OF_63),
            _moves(row[_YEAR], vol, _OF_231),
            _ratio(row[_MACD], 0.5 * atr),
            _ratio(row[_MACD] - row[_MACD_BEFORE], 0.2 * atr),
        )
    )


@exact
def _where_moving(oscillator: float, vol_20: float) -> float:
    """Return a 0–100 oscillator, unknown where the price has not moved for 20 bars (TA-Lib returns 0)."""
    return np.nan if vol_20 == 0.0 else oscillator


@exact
def _volume(row: FloatArray) -> float:
    vol = row[_VOL_20]
    surge = _within((row[_RELATIVE] - 1.0) / 2.0, 0.0, 1.0)
    return _score(
        (
            row[_OBV] / 0.5,
            (_where_moving(row[_MFI], vol) - 50.0) / 30.0,
            _within(_moves(row[_RETURN], vol, _OF_1) * 2.0, -1.0, 1.0) * surge,
        )
    )


@exact
def _volatility(row: FloatArray, level: float, span: float) -> float:
    short, long = row[_VOL_20], row[_VOL_60]
    calm = 1.0 if short == 0.0 and long == 0.0 else _ratio(short, long)
    return _score((level, span, (1.0 - calm) / 0.5))


@exact
def _oscillator(row: FloatArray) -> float:
    vol = row[_VOL_20]
    stoch = _where_moving(row[_K], vol)
    return _score(
        (
            (50.0 - _where_moving(row[_RSI], vol)) / 20.0,
            (50.0 - stoch) / 30.0,
            (stoch - row[_D]) / 20.0,
            (0.5 - row[_BAND]) / 0.5,
            -_moves(row[_WEEK], vol, _OF_5),
        )
    )


@exact
def _breakout(row: FloatArray) -> float:
    close, high, low = row[_CLOSE], row[_HIGH_20], row[_LOW_20]
    beyond = _within(close - high, 0.0, np.inf) + _within(close - low, -np.inf, 0.0)
    year_high, year_low = close / (1.0 + row[_HIGH_YEAR]), close / (1.0 + row[_LOW_YEAR])
    expansion = _within(row[_EXPANSION] - 1.0, 0.0, 1.0)
    return _score(
        (
            _ratio(2.0 * close - high - low, high - low),
            _ratio(beyond, row[_ATR]),
            _ratio(2.0 * close - year_high - year_low, year_high - year_low),
            _within(_moves(row[_RETURN], row[_VOL_20], _OF_1), -1.0, 1.0) * expansion,
        )
    )


@entry
def score_rows(indicators: FloatArray, volatility_parts: FloatArray, out: FloatArray) -> None:
    """Fill ``out`` (n, 6) with the sub-scores of ``indicators`` (n, K).

    ``volatility_parts`` (n, 2): the components of volatility that are logarithms, of which NumPy has its own.
    """
    for i in range(len(indicators)):
        row = indicators[i]
        out[i, 0] = _trend(row)
        out[i, 1] = _momentum(row)
        out[i, 2] = _volume(row)
        out[i, 3] = _volatility(row, volatility_parts[i, 0], volatility_parts[i, 1])
        out[i, 4] = _oscillator(row)
        out[i, 5] = _breakout(row)
