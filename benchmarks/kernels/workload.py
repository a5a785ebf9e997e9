"""The bars every contestant works on, and the 24 numbers a symbol that they all compute."""

from __future__ import annotations

import numpy as np

from technic_scanner.screening.bars import FloatArray, Panel

# What the peers are asked for, as names of our own columns (obv stands for obv_slope: the peers give its level).
SHARED = (
    "sma_20", "sma_50", "sma_200", "ema_12", "ema_26", "rsi_14", "macd", "macd_signal", "macd_hist", "atr_14", "adx_14",
    "plus_di_14", "minus_di_14", "bollinger_pct_b", "bollinger_bandwidth", "stoch_k", "stoch_d", "mfi_14", "obv",
    "roc_5", "roc_21", "roc_63", "roc_126", "roc_252",
)  # fmt: skip


def synthetic(symbols: int, bars: int, seed: int = 1) -> tuple[Panel, FloatArray]:
    """Return random walks in cents without missing bars, and a benchmark's closes."""
    rng = np.random.default_rng(seed)
    close = np.round(60.0 * np.exp(np.cumsum(rng.normal(0.0, 0.02, (symbols, bars)), axis=1)), 2).clip(0.5)
    open_ = np.round(close * (1.0 + rng.normal(0.0, 0.006, (symbols, bars))), 2)
    high = np.round(np.maximum(open_, close) * (1.0 + np.abs(rng.normal(0.0, 0.006, (symbols, bars)))), 2)
    low = np.round(np.minimum(open_, close) * (1.0 - np.abs(rng.normal(0.0, 0.006, (symbols, bars)))), 2)
    volume = np.round(rng.lognormal(13.0, 1.0, (symbols, bars)))
    sessions = np.datetime64("2019-01-01", "D") + np.arange(bars)
    panel = Panel(tuple(f"S{i:05d}" for i in range(symbols)), sessions, open_, high, low, close, volume)
    return panel, 400.0 * np.exp(np.cumsum(rng.normal(0.0003, 0.01, bars)))
