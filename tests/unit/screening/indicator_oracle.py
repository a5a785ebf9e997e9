"""Every indicator once more: from TA-Lib where it has the indicator, from numpy, pandas and scipy elsewhere."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import talib
from scipy import stats

from technic_scanner.screening.bars import FIELDS, FloatArray, Panel
from technic_scanner.screening.indicator_names import COLUMN, INDICATOR_TABLE, INDICATORS

NAN = math.nan
UNIT = {name: unit for name, unit, _ in INDICATOR_TABLE}


def indicators_of(
    panel: Panel, row: int, benchmark: FloatArray | None = None, *, windows_only: bool = False
) -> dict[str, float]:
    """Return what each indicator of one symbol should be, from its own existing bars.

    TA-Lib slides SMA, BBANDS, STOCH and MFI over the whole history by adding the new bar and taking away the old one,
    so what a large old bar rounded off stays in its sums: after a day of 1e15 shares, an MFI of days of one share is
    wrong in its first digits. ``windows_only`` gives these functions no more bars than their window, where they have
    nothing to slide. The recursive functions (EMA, RSI, MACD, ATR, ADX) always see all bars.
    """
    frame = pd.DataFrame({name: getattr(panel, name)[row] for name in FIELDS})
    frame["market"] = NAN if benchmark is None else benchmark
    frame = frame[np.isfinite(frame[list(FIELDS)]).all(axis=1)]
    answers = dict.fromkeys(INDICATORS, NAN)
    answers["bars"] = float(len(frame))
    if len(frame) == 0:
        return answers
    o, h, low, c, v = (frame[name].to_numpy(dtype=np.float64) for name in FIELDS)
    with np.errstate(all="ignore"):
        answers |= (
            _recursive(h, low, c)
            | _sliding(h, low, c, v, windows_only)
            | _windows(o, h, low, c)
            | _volume(c, v)
            | _logs(c)
        )
        answers |= _market(c, frame["market"].to_numpy(), benchmark)
    return {name: value if math.isfinite(value) else NAN for name, value in answers.items()}


def mismatches(got: FloatArray, want: dict[str, float], relative: float = 1e-9) -> list[str]:
    """Return a line for each indicator that is not as wanted.

    A difference of nearly equal numbers cannot be better than the rounding of these: an MACD of 1e-12 at a price of
    100 is noise in both libraries. So a thousandth of the tolerance, of the size of what is subtracted, is allowed too.
    """
    close = want["close"] if math.isfinite(want["close"]) else 1.0
    size = {"currency": abs(close), "0-100": 100.0}
    lines = []
    for name, column in COLUMN.items():
        a, b = float(got[column]), want[name]
        if math.isnan(a) != math.isnan(b) or abs(a - b) > relative * (abs(b) + 1e-3 * size.get(UNIT[name], 1.0)):
            lines.append(f"{name}: {a!r}, wanted {b!r}")
    return lines


def _last(values: FloatArray, back: int = 1) -> float:
    return float(values[-back]) if len(values) >= back else NAN


def _recursive(h: FloatArray, low: FloatArray, c: FloatArray) -> dict[str, float]:
    macd, signal, hist = talib.MACD(c, 12, 26, 9)
    atr = talib.ATR(h, low, c, 14)
    before = _last(atr, 2)
    return {
        "ema_12": _last(talib.EMA(c, 12)),
        "ema_26": _last(talib.EMA(c, 26)),
        "rsi_14": _last(talib.RSI(c, 14)),
        "macd": _last(macd),
        "macd_signal": _last(signal),
        "macd_hist": _last(hist),
        "macd_hist_prev": _last(hist, 2),
        "atr_14": _last(atr),
        "adx_14": _last(talib.ADX(h, low, c, 14)),
        "plus_di_14": _last(talib.PLUS_DI(h, low, c, 14)),
        "minus_di_14": _last(talib.MINUS_DI(h, low, c, 14)),
        "true_range_expansion": _last(talib.TRANGE(h, low, c)) / before if before else NAN,
    } | {f"roc_{n}": _last(talib.ROC(c, n)) / 100.0 for n in (5, 21, 63, 126, 252)}


def _sliding(h: FloatArray, low: FloatArray, c: FloatArray, v: FloatArray, windows_only: bool) -> dict[str, float]:
    def cut(values: FloatArray, bars: int) -> FloatArray:
        return values[-bars:] if windows_only else values

    slow_k, slow_d = talib.STOCH(cut(h, 18), cut(low, 18), cut(c, 18), 14, 3, 0, 3, 0)
    upper, middle, lower = (_last(band) for band in talib.BBANDS(cut(c, 20), 20, 2.0, 2.0))
    return {f"sma_{n}": _last(talib.SMA(cut(c, n), n)) for n in (20, 50, 200)} | {
        "bollinger_pct_b": (c[-1] - lower) / (upper - lower) if upper != lower else NAN,
        "bollinger_bandwidth": (upper - lower) / middle,
        "stoch_k": _last(slow_k),
        "stoch_d": _last(slow_d),
        "mfi_14": _last(talib.MFI(cut(h, 15), cut(low, 15), cut(c, 15), cut(v, 15), 14)),
    }


def _windows(o: FloatArray, h: FloatArray, low: FloatArray, c: FloatArray) -> dict[str, float]:
    highs, lows = pd.Series(h), pd.Series(low)
    return {
        "close": float(c[-1]),
        "return_1": c[-1] / _last(c, 2) - 1.0,
        "gap": o[-1] / _last(c, 2) - 1.0,
        "momentum_12_1": _last(c, 22) / _last(c, 253) - 1.0,
        "high_252_distance": c[-1] / highs.rolling(252).max().iloc[-1] - 1.0,
        "low_252_distance": c[-1] / lows.rolling(252).min().iloc[-1] - 1.0,
        "prior_high_20": float(highs.shift().rolling(20).max().iloc[-1]),
        "prior_low_20": float(lows.shift().rolling(20).min().iloc[-1]),
        "swing_high_10": float(highs.rolling(10).max().iloc[-1]),
        "swing_low_10": float(lows.rolling(10).min().iloc[-1]),
    }


def _volume(c: FloatArray, v: FloatArray) -> dict[str, float]:
    if len(c) < 20:
        return {}
    # The level of OBV does not matter to its slope, but 1e12 shares of it would cost the slope its digits.
    obv = talib.OBV(c, v)[-20:]
    slope = stats.linregress(np.arange(20.0), obv - obv[0]).slope
    before = v[-21:-1].mean() if len(c) > 20 else NAN
    return {
        "obv_slope": slope / v[-20:].mean() if v[-20:].any() else NAN,
        "dollar_volume_20": float((c * v)[-20:].mean()),
        "relative_volume": v[-1] / before if before else NAN,
    }


def _logs(c: FloatArray) -> dict[str, float]:
    answers = {}
    returns = np.log(c[1:] / c[:-1])
    for count in (20, 60):
        if len(returns) >= count:
            answers[f"realised_vol_{count}"] = float(np.std(returns[-count:], ddof=1) * math.sqrt(252.0))
    if len(c) >= 63:
        logs = np.log(c[-63:] / c[-1])
        if np.ptp(logs) == 0.0:
            return answers | {"trend_slope_63": 0.0}
        fit = stats.linregress(np.arange(63.0), logs)
        answers |= {"trend_slope_63": fit.slope * 252.0, "trend_r2_63": fit.rvalue**2}
    return answers


def _market(c: FloatArray, aligned: FloatArray, benchmark: FloatArray | None) -> dict[str, float]:
    if benchmark is None:
        return {}
    answers = {}
    pairs = pd.DataFrame({"own": c, "market": aligned}).tail(253).dropna().pct_change().dropna()
    if len(pairs) >= 60 and np.isfinite(aligned[-1]):
        answers["beta_252"] = float(np.cov(pairs["own"], pairs["market"])[0, 1] / pairs["market"].var())
    if len(c) >= 64:
        answers["relative_strength_63"] = (c[-1] / c[-64] - 1.0) - (aligned[-1] / aligned[-64] - 1.0)
    return answers
