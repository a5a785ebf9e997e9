"""Each function on every bar against TA-Lib, or against pandas and scipy where TA-Lib has none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import talib

from technic_scanner.criteria import Panel
from tests.unit.criteria.bars import random_panel
from tests.unit.criteria.test_values import number

BARS = random_panel(6, 300, seed=11, whole=True)
Columns = dict[str, np.ndarray]
Oracle = Callable[[Columns], np.ndarray]


def series(b: Columns, name: str) -> pd.Series:
    return pd.Series(b[name])


def ranks(values: np.ndarray) -> float:
    return float(pd.Series(values).rank().iloc[-1] / len(values))


ORACLES: dict[str, Oracle] = {
    "sma(close, 20)": lambda b: talib.SMA(b["close"], 20),
    "ema(close, 21)": lambda b: talib.EMA(b["close"], 21),
    "wma(close, 13)": lambda b: talib.WMA(b["close"], 13),
    "rsi(14)": lambda b: talib.RSI(b["close"], 14),
    "rsi(high, 5)": lambda b: talib.RSI(b["high"], 5),
    "atr(14)": lambda b: talib.ATR(b["high"], b["low"], b["close"], 14),
    "atr(5)": lambda b: talib.ATR(b["high"], b["low"], b["close"], 5),
    "adx(14)": lambda b: talib.ADX(b["high"], b["low"], b["close"], 14),
    "adx(7)": lambda b: talib.ADX(b["high"], b["low"], b["close"], 7),
    "plus_di(14)": lambda b: talib.PLUS_DI(b["high"], b["low"], b["close"], 14),
    "minus_di(9)": lambda b: talib.MINUS_DI(b["high"], b["low"], b["close"], 9),
    "macd(12, 26, 9)": lambda b: talib.MACD(b["close"], 12, 26, 9)[0],
    "macd_signal(5, 35, 5)": lambda b: talib.MACD(b["close"], 5, 35, 5)[1],
    "macd_hist(12, 26, 9)": lambda b: talib.MACD(b["close"], 12, 26, 9)[2],
    "stoch_k(14, 3, 3)": lambda b: talib.STOCH(b["high"], b["low"], b["close"], 14, 3, 0, 3, 0)[0],
    "stoch_d(10, 4, 5)": lambda b: talib.STOCH(b["high"], b["low"], b["close"], 10, 4, 0, 5, 0)[1],
    "mfi(14)": lambda b: talib.MFI(b["high"], b["low"], b["close"], b["volume"], 14),
    "obv": lambda b: talib.OBV(b["close"], b["volume"]),
    "stdev(close, 20)": lambda b: series(b, "close").rolling(20).std(ddof=0).to_numpy(),
    "slope(close, 14)": lambda b: talib.LINEARREG_SLOPE(b["close"], 14),
    "r2(close, 20)": lambda b: (
        series(b, "close").rolling(20).apply(lambda y: np.corrcoef(np.arange(20), y)[0, 1] ** 2, raw=True).to_numpy()
    ),
    "highest(high, 52)": lambda b: series(b, "high").rolling(52).max().to_numpy(),
    "lowest(low, 7)": lambda b: series(b, "low").rolling(7).min().to_numpy(),
    "sum(volume, 11)": lambda b: series(b, "volume").rolling(11).sum().to_numpy(),
    "change(close, 6)": lambda b: series(b, "close").diff(6).to_numpy(),
    "roc(close, 21)": lambda b: series(b, "close").pct_change(21).to_numpy(),
    "ts_rank(close, 16)": lambda b: series(b, "close").rolling(16).apply(ranks, raw=True).to_numpy(),
    "correlation(close, volume, 20)": lambda b: series(b, "close").rolling(20).corr(series(b, "volume")).to_numpy(),
    "count(close > open, 9)": lambda b: (series(b, "close") > series(b, "open")).rolling(9).sum().to_numpy(),
    "bollinger_width(20, 2)": lambda b: np.divide(
        np.subtract(*talib.BBANDS(b["close"], 20, 2.0, 2.0, 0)[::2]), talib.SMA(b["close"], 20)
    ),
    "true_range": lambda b: talib.TRANGE(b["high"], b["low"], b["close"]),
    "realised_vol(20)": lambda b: (np.log(series(b, "close")).diff().rolling(20).std(ddof=1) * np.sqrt(252)).to_numpy(),
    "beta(60)": lambda b: talib.BETA(b["market"], b["close"], 60),
}


@pytest.mark.parametrize("text", ORACLES)
def test_every_bar_is_that_of_an_independent_implementation(text: str) -> None:
    found = number(text, BARS, 300)
    for row in range(len(BARS.symbols)):
        assert BARS.market is not None
        columns = {name: getattr(BARS.bars, name)[row] for name in ("open", "high", "low", "close", "volume")}
        wanted = ORACLES[text](columns | {"market": BARS.market.close[0]})
        np.testing.assert_array_equal(np.isnan(found[row]), np.isnan(wanted))
        np.testing.assert_allclose(found[row], wanted, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("text", ORACLES)
def test_one_bar_and_constant_prices_give_a_value_or_unknown(text: str) -> None:
    for closes in ([10.1], [10.1] * 120, [np.nan] * 50, [np.nan, 3.0, np.nan]):
        panel = Panel.from_arrays(closes, open=closes, high=closes, low=closes, volume=closes)
        found = number(text, panel, len(closes))
        assert not np.isinf(found).any()
