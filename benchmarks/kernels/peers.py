"""Other libraries doing the same 24 indicators: TA-Lib, ta, pandas-ta-classic, polars, numpy across symbols."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import talib

from technic_scanner.screening.bars import FloatArray, Panel

Run = Callable[[], object]


def talib_loop(panel: Panel) -> FloatArray:
    """Return (n, 24), a loop over symbols that calls TA-Lib and keeps each last value."""
    out = np.empty((panel.shape[0], 24))
    for i in range(panel.shape[0]):
        h, low, c, v = panel.high[i], panel.low[i], panel.close[i], panel.volume[i]
        macd, signal, hist = talib.MACD(c, 12, 26, 9)
        upper, middle, lower = talib.BBANDS(c, 20, 2.0, 2.0)
        k, d = talib.STOCH(h, low, c, 14, 3, 0, 3, 0)
        width = upper[-1] - lower[-1]
        out[i] = (
            *(talib.SMA(c, n)[-1] for n in (20, 50, 200)),
            *(talib.EMA(c, n)[-1] for n in (12, 26)),
            *(talib.RSI(c, 14)[-1], macd[-1], signal[-1], hist[-1]),
            *(f(h, low, c, 14)[-1] for f in (talib.ATR, talib.ADX, talib.PLUS_DI, talib.MINUS_DI)),
            *((c[-1] - lower[-1]) / width, width / middle[-1], k[-1], d[-1]),
            *(talib.MFI(h, low, c, v, 14)[-1], talib.OBV(c, v)[-1]),
            *(talib.ROC(c, n)[-1] / 100.0 for n in (5, 21, 63, 126, 252)),
        )
    return out


def ta_loop(panel: Panel) -> Run | None:
    """Return a loop over symbols with ``ta``, None if it is not installed."""
    ta = _optional("ta")
    if ta is None:
        return None

    def run() -> None:
        for i in range(panel.shape[0]):
            h, low, c, v = (pd.Series(getattr(panel, name)[i]) for name in ("high", "low", "close", "volume"))
            macd = ta.trend.MACD(c)
            adx = ta.trend.ADXIndicator(h, low, c)
            bands = ta.volatility.BollingerBands(c)
            stochastic = ta.momentum.StochasticOscillator(h, low, c)
            series = [
                *(ta.trend.sma_indicator(c, n) for n in (20, 50, 200)),
                *(ta.trend.ema_indicator(c, n) for n in (12, 26)),
                *(ta.momentum.rsi(c), macd.macd(), macd.macd_signal(), macd.macd_diff()),
                *(ta.volatility.average_true_range(h, low, c), adx.adx(), adx.adx_pos(), adx.adx_neg()),
                *(bands.bollinger_pband(), bands.bollinger_wband(), stochastic.stoch(), stochastic.stoch_signal()),
                *(ta.volume.money_flow_index(h, low, c, v), ta.volume.on_balance_volume(c, v)),
                *(ta.momentum.roc(c, n) for n in (5, 21, 63, 126, 252)),
            ]
            _ = [float(one.iloc[-1]) for one in series]

    return _quiet(run)


def pandas_ta_loop(panel: Panel) -> Run | None:
    """Return a loop over symbols with pandas-ta-classic's own code, None if it is not installed."""
    pta = _optional("pandas_ta_classic")
    if pta is None:
        return None

    def run() -> None:
        for i in range(panel.shape[0]):
            h, low, c, v = (pd.Series(getattr(panel, name)[i]) for name in ("high", "low", "close", "volume"))
            frames = [
                *(pta.sma(c, n, talib=False) for n in (20, 50, 200)),
                *(pta.ema(c, n, talib=False) for n in (12, 26)),
                *(pta.rsi(c, 14, talib=False), pta.macd(c, talib=False), pta.atr(h, low, c, 14, talib=False)),
                *(pta.adx(h, low, c, 14, talib=False), pta.bbands(c, 20, 2.0, talib=False)),
                *(pta.stoch(h, low, c, 14, 3, 3, talib=False), pta.mfi(h, low, c, v, 14, talib=False)),
                pta.obv(c, v, talib=False),
                *(pta.roc(c, n, talib=False) for n in (5, 21, 63, 126, 252)),
            ]
            _ = [one.iloc[-1] for one in frames]

    return _quiet(run)


def polars_group_by(panel: Panel) -> Run | None:
    """Return one query over a long frame, grouped by symbol; EMAs start at the first value; None: not installed."""
    pl = _optional("polars")
    if pl is None:
        return None
    count, bars = panel.shape
    long = {name: getattr(panel, name).ravel() for name in ("high", "low", "close", "volume")}
    frame = pl.DataFrame({"symbol": np.repeat(np.arange(count), bars), **long})
    h, low, c, v = (pl.col(name) for name in ("high", "low", "close", "volume"))

    def wilder(x: object) -> object:
        return x.ewm_mean(alpha=1.0 / 14.0, adjust=False)

    def ema(x: object, n: int) -> object:
        return x.ewm_mean(span=n, adjust=False)

    change, up, down = c.diff(), h.diff(), -low.diff()
    true_range = pl.max_horizontal(h - low, (h - c.shift()).abs(), (low - c.shift()).abs())
    plus = wilder(pl.when((up > down) & (up > 0)).then(up).otherwise(0.0))
    minus = wilder(pl.when((down > up) & (down > 0)).then(down).otherwise(0.0))
    atr, macd = wilder(true_range), ema(c, 12) - ema(c, 26)
    mean, sd = c.rolling_mean(20), c.rolling_std(20, ddof=0)
    top, bottom = h.rolling_max(14), low.rolling_min(14)
    k = (100.0 * (c - bottom) / (top - bottom)).rolling_mean(3)
    typical = (h + low + c) / 3.0
    flow = typical * v
    inflow = pl.when(typical.diff() > 0).then(flow).otherwise(0.0).rolling_sum(14)
    outflow = pl.when(typical.diff() < 0).then(flow).otherwise(0.0).rolling_sum(14)
    gain, loss = wilder(change.clip(lower_bound=0.0)), wilder((-change).clip(lower_bound=0.0))
    series = [
        *(c.rolling_mean(n) for n in (20, 50, 200)),
        *(ema(c, 12), ema(c, 26), 100.0 * gain / (gain + loss), macd, ema(macd, 9), macd - ema(macd, 9)),
        *(atr, wilder(100.0 * (plus - minus).abs() / (plus + minus)), 100.0 * plus / atr, 100.0 * minus / atr),
        *((c - mean + 2.0 * sd) / (4.0 * sd), 4.0 * sd / mean, k, k.rolling_mean(3)),
        *(100.0 * inflow / (inflow + outflow), (change.sign() * v).cum_sum()),
        *(c / c.shift(n) - 1.0 for n in (5, 21, 63, 126, 252)),
    ]
    query = frame.lazy().group_by("symbol").agg([one.last().alias(f"i{j}") for j, one in enumerate(series)])
    return query.collect


def numpy_across(panel: Panel) -> Run:
    """Return numpy on all symbols at once, bar after bar where an average is recursive; (T, n) copies made before."""
    high, low, close, volume = (np.ascontiguousarray(getattr(panel, n).T) for n in ("high", "low", "close", "volume"))

    def run() -> None:
        _recursive(high, low, close)
        last = close[-1]
        mean, sd = close[-20:].mean(axis=0), close[-20:].std(axis=0)
        raw = []
        for end in range(len(close) - 5, len(close)):
            top, bottom = high[end - 13 : end + 1].max(axis=0), low[end - 13 : end + 1].min(axis=0)
            raw.append(100.0 * (close[end] - bottom) / (top - bottom))
        k = [(raw[i] + raw[i + 1] + raw[i + 2]) / 3.0 for i in range(3)]
        typical = (high[-15:] + low[-15:] + close[-15:]) / 3.0
        flow, step = typical[1:] * volume[-14:], np.diff(typical, axis=0)
        inflow, outflow = (flow * (step > 0)).sum(axis=0), (flow * (step < 0)).sum(axis=0)
        _ = [
            *(close[-n:].mean(axis=0) for n in (50, 200)),
            *((last - mean + 2.0 * sd) / (4.0 * sd), 4.0 * sd / mean, k[2], (k[0] + k[1] + k[2]) / 3.0),
            *(100.0 * inflow / (inflow + outflow), (np.sign(np.diff(close, axis=0)) * volume[1:]).sum(axis=0)),
            *(last / close[-1 - n] - 1.0 for n in (5, 21, 63, 126, 252)),
        ]

    return run


def _recursive(high: FloatArray, low: FloatArray, close: FloatArray) -> None:
    fast, slow, signal = close[0].copy(), close[0].copy(), np.zeros_like(close[0])
    gain, loss, ranges, plus, minus, adx = (np.zeros_like(close[0]) for _ in range(6))
    for t in range(1, len(close)):
        change, up, down = close[t] - close[t - 1], high[t] - high[t - 1], low[t - 1] - low[t]
        fast += (close[t] - fast) * (2.0 / 13.0)
        slow += (close[t] - slow) * (2.0 / 27.0)
        signal += (fast - slow - signal) * 0.2
        gain += (np.maximum(change, 0.0) - gain) / 14.0
        loss += (np.maximum(-change, 0.0) - loss) / 14.0
        ranges += (np.maximum(high[t], close[t - 1]) - np.minimum(low[t], close[t - 1]) - ranges) / 14.0
        plus += (np.maximum(up, 0.0) * (up > down) - plus) / 14.0
        minus += (np.maximum(down, 0.0) * (down > up) - minus) / 14.0
        adx += (100.0 * np.abs(plus - minus) / np.maximum(plus + minus, 1e-300) - adx) / 14.0


def _optional(name: str) -> object | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except ImportError:
        return None


def _quiet(run: Run) -> Run:
    def silent() -> None:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            run()

    return silent
