"""Indicators that StockCharts and Chartink share, as formulas of our language.

In a formula ``{p}`` is the period of the bars (nothing, weekly.now. or monthly.now.), ``{x}`` the series, and ``{0}``,
``{1}`` … the numbers that the indicator takes. StockCharts' and Chartink's handbooks describe each of them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: its formula, how many numbers it takes, and whether it takes a series of its own."""

    formula: str
    numbers: int
    series: bool = False


_STOCH = "{p}stoch_"
FORMULAS: dict[str, Indicator] = {
    "sma": Indicator("sma({x}, {0})", 1, series=True),
    "ema": Indicator("ema({x}, {0})", 1, series=True),
    "wma": Indicator("wma({x}, {0})", 1, series=True),
    "max": Indicator("highest({x}, {0})", 1, series=True),
    "min": Indicator("lowest({x}, {0})", 1, series=True),
    "sum": Indicator("sum({x}, {0})", 1, series=True),
    "stdev": Indicator("stdev({x}, {0})", 1, series=True),
    "change_pct": Indicator("(100 * roc({x}, {0}))", 1, series=True),
    "rsi": Indicator("rsi({p}close, {0})", 1),
    "roc": Indicator("(100 * roc({p}close, {0}))", 1),
    "macd": Indicator("macd({p}close, {0}, {1}, {2})", 3),
    "macd_signal": Indicator("macd_signal({p}close, {0}, {1}, {2})", 3),
    "macd_hist": Indicator("macd_hist({p}close, {0}, {1}, {2})", 3),
    "ppo": Indicator("(100 * (ema({p}close, {0}) - ema({p}close, {1})) / ema({p}close, {1}))", 3),
    "upper_band": Indicator("(sma({p}close, {0}) + {1} * stdev({p}close, {0}))", 2),
    "middle_band": Indicator("sma({p}close, {0})", 2),
    "lower_band": Indicator("(sma({p}close, {0}) - {1} * stdev({p}close, {0}))", 2),
    "band_width": Indicator("(100 * bollinger_width({p}close, {0}, {1}))", 2),
    "pct_b": Indicator("bollinger_pct_b({p}close, {0}, {1})", 2),
    "atr": Indicator("{p}atr({0})", 1),
    "adx": Indicator("{p}adx({0})", 1),
    "plus_di": Indicator("{p}plus_di({0})", 1),
    "minus_di": Indicator("{p}minus_di({0})", 1),
    "mfi": Indicator("{p}mfi({0})", 1),
    "obv": Indicator("{p}obv", 0),
    "williams": Indicator(
        "(-100 * (highest({p}high, {0}) - {p}close) / (highest({p}high, {0}) - lowest({p}low, {0})))", 1
    ),
    "slow_k": Indicator(_STOCH + "k({0}, 3, {1})", 2),
    "slow_d": Indicator(_STOCH + "d({0}, 3, {1})", 2),
    "fast_k": Indicator(_STOCH + "k({0}, 1, {1})", 2),
    "fast_d": Indicator(_STOCH + "d({0}, 1, {1})", 2),
    "full_k": Indicator(_STOCH + "k({0}, {1}, {2})", 3),
    "full_d": Indicator(_STOCH + "d({0}, {1}, {2})", 3),
}
PRICES = ("open", "high", "low", "close", "volume")
