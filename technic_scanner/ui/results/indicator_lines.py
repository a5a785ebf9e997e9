"""Compute the lines that a chart draws below or over its bars, with a value for every bar.

Scans compute the newest value alone. Seeds are TA-Lib's, as in docs/numbers.md; the lines start at the first bar given.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from technic_scanner.screening.bars import FloatArray


class Macd(NamedTuple):
    """Fast less slow average, the average of that, and the difference of the two; each (T,), in the unit of prices."""

    line: FloatArray
    signal: FloatArray
    histogram: FloatArray


def moving_average(values: FloatArray, length: int) -> FloatArray:
    """Return the simple moving average of (T,) values; NaN where one of the last ``length`` bars is missing."""
    return pd.Series(values).rolling(length).mean().to_numpy(dtype=np.float64)


def rsi(close: FloatArray, length: int = 14) -> FloatArray:
    """Return Wilder's relative strength index of (T,) closes, 0 to 100; NaN for the first ``length`` bars.

    It is 0 where the close never moved. Source: Wilder, New Concepts in Technical Trading Systems (1978).
    """
    changes = np.diff(close)
    up = _smoothed(np.maximum(changes, 0.0), length, 1.0 / length)
    down = _smoothed(np.maximum(-changes, 0.0), length, 1.0 / length)
    both = up + down
    values = np.divide(100.0 * up, both, out=np.where(np.isnan(both), np.nan, 0.0), where=both > 0.0)
    return np.concatenate(([np.nan] * min(1, len(close)), values))


def macd(close: FloatArray, fast: int = 12, slow: int = 26, signal: int = 9) -> Macd:
    """Return MACD of (T,) closes; NaN until its signal is known. Source: Appel; both averages start at one bar."""
    line = np.full(len(close), np.nan)
    line[slow - fast :] = _exponential(close[slow - fast :], fast)
    line -= _exponential(close, slow)
    smoothed = np.full(len(close), np.nan)
    smoothed[slow - 1 :] = _exponential(line[slow - 1 :], signal)
    return Macd(np.where(np.isnan(smoothed), np.nan, line), smoothed, line - smoothed)


def rebased(values: FloatArray, newest: int, begin: float) -> FloatArray:
    """Return (T,) values scaled so that the first known of the ``newest`` last ones is ``begin``."""
    known = values[-newest:][np.isfinite(values[-newest:])] if newest else values[:0]
    return values * (begin / known[0]) if len(known) and known[0] else np.full(len(values), np.nan)


def _exponential(values: FloatArray, length: int) -> FloatArray:
    return _smoothed(values, length, 2.0 / (length + 1.0))


def _smoothed(values: FloatArray, length: int, weight: float) -> FloatArray:
    """Return (T,) exponential averages, started with the mean of the first ``length`` values; NaN before."""
    out = np.full(len(values), np.nan)
    if len(values) < length:
        return out
    seeded = np.concatenate(([values[:length].mean()], values[length:]))
    out[length - 1 :] = pd.Series(seeded).ewm(alpha=weight, adjust=False).mean().to_numpy()
    return out
