"""Indicators of a fixed number of last bars: averages, ranges, oscillators, volume, volatility, trend, beta."""

from __future__ import annotations

import math

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.kernel_compile import fast

SESSIONS_A_YEAR = 252.0
# |difference| of two typical prices that counts as none, relative to |a| + |b|: TA-Lib's dead zone, about 90 ulp.
FLOW_TIE = 1e-14
BETA_RETURNS = 252
BETA_MIN_RETURNS = 60


def _obv_weights(bars: int) -> FloatArray:
    """Return (bars,): a bar's signed volume times these, summed, is the least-squares slope of on-balance volume.

    OBV is the running sum of signed volumes, so the weight of a bar is the sum of the slope weights from it on.
    """
    centred = np.arange(bars) - (bars - 1) / 2.0
    slope_weights = centred / np.square(centred).sum()
    return np.ascontiguousarray(np.cumsum(slope_weights[::-1])[::-1])


OBV_WEIGHTS = _obv_weights(20)


@fast
def total(x: FloatArray, start: int, stop: int) -> float:
    """Return the sum of x[start:stop], in four parts so that one addition need not wait for the last."""
    a = b = c = d = 0.0
    fours = start + (stop - start) // 4 * 4
    for t in range(start, fours, 4):
        a += x[t]
        b += x[t + 1]
        c += x[t + 2]
        d += x[t + 3]
    for t in range(fours, stop):
        a += x[t]
    value: float = (a + b) + (c + d)
    return value


@fast
def shifted_mean(x: FloatArray, start: int, stop: int) -> float:
    """Return the mean of x[start:stop], summed as distances from the last one: of equal numbers it is that number."""
    last = x[stop - 1]
    away = 0.0
    for t in range(start, stop):
        away += x[t] - last
    return last + away / (stop - start)


@fast
def highest(x: FloatArray, start: int, stop: int) -> float:
    """Return the largest of x[start:stop], in four parts like ``total``."""
    a = b = c = d = x[start]
    fours = start + (stop - start) // 4 * 4
    for t in range(start, fours, 4):
        a = max(a, x[t])
        b = max(b, x[t + 1])
        c = max(c, x[t + 2])
        d = max(d, x[t + 3])
    for t in range(fours, stop):
        a = max(a, x[t])
    value: float = max(a, b, c, d)
    return value


@fast
def lowest(x: FloatArray, start: int, stop: int) -> float:
    """Return the smallest of x[start:stop], in four parts like ``total``."""
    a = b = c = d = x[start]
    fours = start + (stop - start) // 4 * 4
    for t in range(start, fours, 4):
        a = min(a, x[t])
        b = min(b, x[t + 1])
        c = min(c, x[t + 2])
        d = min(d, x[t + 3])
    for t in range(fours, stop):
        a = min(a, x[t])
    value: float = min(a, b, c, d)
    return value


@fast
def squares(x: FloatArray, start: int, stop: int, mean: float) -> float:
    """Return the sum of squared distances of x[start:stop] from ``mean``: two passes, for one cancels."""
    a = b = 0.0
    twos = start + (stop - start) // 2 * 2
    for t in range(start, twos, 2):
        a += (x[t] - mean) * (x[t] - mean)
        b += (x[t + 1] - mean) * (x[t + 1] - mean)
    for t in range(twos, stop):
        a += (x[t] - mean) * (x[t] - mean)
    return a + b


@fast
def raw_stochastic(high: FloatArray, low: FloatArray, close: FloatArray, last: int) -> float:
    """Return Lane's unsmoothed %K, 0-100, of the 14 bars up to and with ``last``; 0 without a range, as TA-Lib."""
    top = highest(high, last - 13, last + 1)
    bottom = lowest(low, last - 13, last + 1)
    return 100.0 * (close[last] - bottom) / (top - bottom) if top != bottom else 0.0


@fast
def money_flow(high: FloatArray, low: FloatArray, close: FloatArray, volume: FloatArray) -> float:
    """Return the money flow index, 0-100, of the last 14 of at least 15 bars; 0 without any flow, as TA-Lib."""
    bars = len(close)
    previous = (high[bars - 15] + low[bars - 15] + close[bars - 15]) / 3.0
    positive = negative = 0.0
    for t in range(bars - 14, bars):
        typical = (high[t] + low[t] + close[t]) / 3.0
        step = typical - previous
        flow = typical * volume[t] * (abs(step) > FLOW_TIE * (abs(typical) + abs(previous)))
        positive += flow * (step > 0.0)
        negative += flow * (step < 0.0)
        previous = typical
    both = positive + negative
    return 100.0 * positive / both if both > 0.0 else 0.0


@fast
def obv_slope(close: FloatArray, volume: FloatArray) -> float:
    """Return the least-squares slope a bar, in shares, of on-balance volume over the last 20 bars."""
    bars = len(close)
    slope = 0.0
    for i in range(1, 20):
        t = bars - 20 + i
        sign = 1.0 * (close[t] > close[t - 1]) - 1.0 * (close[t] < close[t - 1])
        slope += OBV_WEIGHTS[i] * sign * volume[t]
    return slope


@fast
def traded(close: FloatArray, volume: FloatArray) -> float:
    """Return the mean of close x volume of the last 20 bars."""
    bars = len(close)
    value = 0.0
    for t in range(bars - 20, bars):
        value += close[t] * volume[t]
    return value / 20.0


@fast
def deviation(returns: FloatArray, count: int) -> float:
    """Return the annualised sample deviation of the last ``count`` log returns."""
    stop = len(returns)
    mean = total(returns, stop - count, stop) / count
    return math.sqrt(SESSIONS_A_YEAR * squares(returns, stop - count, stop, mean) / (count - 1))


@fast
def fit(logs: FloatArray) -> tuple[float, float, float]:
    """Return (slope a bar, explained, whole) of the line through (n,) logs; r squared is explained / whole."""
    bars = len(logs)
    middle = (bars - 1) / 2.0
    mean = shifted_mean(logs, 0, bars)
    across = 0.0
    for t in range(bars):
        across += (t - middle) * (logs[t] - mean)
    slope = across / (bars * (bars * bars - 1.0) / 12.0)
    return slope, slope * across, squares(logs, 0, bars, mean)


@fast
def covariance(x: FloatArray, y: FloatArray, count: int) -> tuple[float, float]:
    """Return the sums of (x - mean)(y - mean) and of (y - mean) squared over the first ``count`` of each."""
    mean_x = total(x, 0, count) / count
    mean_y = total(y, 0, count) / count
    both = 0.0
    for t in range(count):
        both += (x[t] - mean_x) * (y[t] - mean_y)
    return both, squares(y, 0, count, mean_y)


@fast
def product(x: FloatArray, y: FloatArray) -> float:
    """Return the sum of x * y over (n,) arrays, in four parts like ``total``."""
    a = b = c = d = 0.0
    fours = len(x) // 4 * 4
    for t in range(0, fours, 4):
        a += x[t] * y[t]
        b += x[t + 1] * y[t + 1]
        c += x[t + 2] * y[t + 2]
        d += x[t + 3] * y[t + 3]
    for t in range(fours, len(x)):
        a += x[t] * y[t]
    return (a + b) + (c + d)
