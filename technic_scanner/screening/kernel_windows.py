"""Indicators of a fixed number of last bars: averages, ranges, oscillators, volume, volatility, trend, beta.

Sums run in several parts, so that one addition need not wait for the last; the compiler may not reorder them itself,
for then a sum would depend on the machine. Spreads are taken of distances from one of the numbers: of equal numbers
they are exactly 0, and one pass is enough, for with a 0 among n numbers their variance is at least 1 / n of their mean
square. Comparisons are multiplied in: the direction of a price is a coin flip that a branch mispredicts.
"""

from __future__ import annotations

import math

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.kernel_compile import fast

SESSIONS_A_YEAR = 252.0
# |difference| of two typical prices that counts as none, relative to |a| + |b|: TA-Lib's dead zone, about 90 ulp.
FLOW_TIE = 1e-14
BETA_MIN_RETURNS = 60
TREND_BARS = 63
STRENGTH_BARS = 64


def _slope_weights(bars: int) -> FloatArray:
    """Return (bars,): n numbers times these, summed, is their least-squares slope a bar."""
    centred = np.arange(bars) - (bars - 1) / 2.0
    return np.asarray(centred / np.square(centred).sum())


def _obv_weights(bars: int) -> FloatArray:
    """Return (bars,): a bar's signed volume times these, summed, is the least-squares slope of on-balance volume.

    OBV is the running sum of signed volumes, so the weight of a bar is the sum of the slope weights from it on.
    """
    return np.ascontiguousarray(np.cumsum(_slope_weights(bars)[::-1])[::-1])


OBV_WEIGHTS = _obv_weights(20)
TREND_WEIGHTS = _slope_weights(TREND_BARS)
# The sum of squared distances of 0..62 from their mean.
TREND_SPREAD = TREND_BARS * (TREND_BARS**2 - 1) / 12.0


@fast
def total(x: FloatArray, start: int, count: int) -> float:
    """Return the sum of ``count`` numbers of x from ``start`` on."""
    a = b = c = d = 0.0
    fours = count // 4 * 4
    for t in range(start, start + fours, 4):
        a += x[t]
        b += x[t + 1]
        c += x[t + 2]
        d += x[t + 3]
    for t in range(start + fours, start + count):
        a += x[t]
    value: float = (a + b) + (c + d)
    return value


@fast
def product(x: FloatArray, y: FloatArray, start: int, count: int) -> float:
    """Return the sum of x * y over the first ``count`` numbers of x and as many of y from ``start`` on."""
    a = b = c = d = 0.0
    fours = count // 4 * 4
    for t in range(0, fours, 4):
        a += x[t] * y[start + t]
        b += x[t + 1] * y[start + t + 1]
        c += x[t + 2] * y[start + t + 2]
        d += x[t + 3] * y[start + t + 3]
    for t in range(fours, count):
        a += x[t] * y[start + t]
    value: float = (a + b) + (c + d)
    return value


@fast
def highest(x: FloatArray, start: int, count: int) -> float:
    """Return the largest of ``count`` numbers of x from ``start`` on."""
    a = b = c = d = x[start]
    fours = count // 4 * 4
    for t in range(start, start + fours, 4):
        a = max(a, x[t])
        b = max(b, x[t + 1])
        c = max(c, x[t + 2])
        d = max(d, x[t + 3])
    for t in range(start + fours, start + count):
        a = max(a, x[t])
    value: float = max(max(a, b), max(c, d))  # noqa: PLW3301 - pairs need not wait for each other
    return value


@fast
def lowest(x: FloatArray, start: int, count: int) -> float:
    """Return the smallest of ``count`` numbers of x from ``start`` on."""
    a = b = c = d = x[start]
    fours = count // 4 * 4
    for t in range(start, start + fours, 4):
        a = min(a, x[t])
        b = min(b, x[t + 1])
        c = min(c, x[t + 2])
        d = min(d, x[t + 3])
    for t in range(start + fours, start + count):
        a = min(a, x[t])
    value: float = min(min(a, b), min(c, d))  # noqa: PLW3301 - pairs need not wait for each other
    return value


@fast
def spread(x: FloatArray, start: int, count: int) -> tuple[float, float]:
    """Return mean and sum of squared distances from it of ``count``, a multiple of four, numbers from ``start`` on."""
    last = x[start + count - 1]
    a = b = c = d = p = q = r = s = 0.0
    for t in range(start, start + count, 4):
        e, f, g, h = x[t] - last, x[t + 1] - last, x[t + 2] - last, x[t + 3] - last
        a, b, c, d = a + e, b + f, c + g, d + h
        p, q, r, s = p + e * e, q + f * f, r + g * g, s + h * h
    away = (a + b) + (c + d)
    return last + away / count, (p + q) + (r + s) - away * away / count


@fast
def deviation(logs: FloatArray, start: int, count: int) -> float:
    """Return the annualised sample deviation of the ``count``, a multiple of four, returns to logs[start] and later."""
    last = logs[start + count - 1] - logs[start + count - 2]
    a = b = c = d = p = q = r = s = 0.0
    for t in range(start, start + count, 4):
        e = logs[t] - logs[t - 1] - last
        f = logs[t + 1] - logs[t] - last
        g = logs[t + 2] - logs[t + 1] - last
        h = logs[t + 3] - logs[t + 2] - last
        a, b, c, d = a + e, b + f, c + g, d + h
        p, q, r, s = p + e * e, q + f * f, r + g * g, s + h * h
    away = (a + b) + (c + d)
    return math.sqrt(SESSIONS_A_YEAR * ((p + q) + (r + s) - away * away / count) / (count - 1))


@fast
def trend(logs: FloatArray, start: int) -> tuple[float, float, float]:
    """Return (slope a bar, explained, whole) of the least-squares line through 63 logs from ``start`` on.

    r squared is explained / whole.
    """
    last = logs[start + TREND_BARS - 1]
    a = b = c = p = q = r = u = v = w = 0.0
    for t in range(0, TREND_BARS, 3):
        e, f, g = logs[start + t] - last, logs[start + t + 1] - last, logs[start + t + 2] - last
        a, b, c = a + e, b + f, c + g
        p, q, r = p + e * e, q + f * f, r + g * g
        u, v, w = u + TREND_WEIGHTS[t] * e, v + TREND_WEIGHTS[t + 1] * f, w + TREND_WEIGHTS[t + 2] * g
    away, slope = a + b + c, u + v + w
    return slope, slope * slope * TREND_SPREAD, p + q + r - away * away / TREND_BARS


@fast
def raw_stochastic(high: FloatArray, low: FloatArray, close: FloatArray, last: int) -> float:
    """Return Lane's unsmoothed %K, 0-100, of the 14 bars up to and with ``last``; 0 without a range, as TA-Lib."""
    top = highest(high, last - 13, 14)
    bottom = lowest(low, last - 13, 14)
    return 100.0 * (close[last] - bottom) / (top - bottom) if top != bottom else 0.0


@fast
def money_flow(high: FloatArray, low: FloatArray, close: FloatArray, volume: FloatArray) -> float:
    """Return the money flow index, 0-100, of the last 14 of at least 15 bars; 0 without any flow, as TA-Lib.

    The typical price is (high + low + close) / 3; the third cancels.
    """
    bars = len(close)
    previous = high[bars - 15] + low[bars - 15] + close[bars - 15]
    positive = negative = 0.0
    for t in range(bars - 14, bars):
        typical = high[t] + low[t] + close[t]
        step = typical - previous
        tie = FLOW_TIE * (abs(typical) + abs(previous))
        flow = typical * volume[t]
        positive += flow * (step > tie)
        negative += flow * (step < -tie)
        previous = typical
    both = positive + negative
    return 100.0 * positive / both if both > 0.0 else 0.0


@fast
def obv_slope(close: FloatArray, volume: FloatArray) -> float:
    """Return the least-squares slope a bar, in shares, of on-balance volume over the last 20 bars."""
    first = len(close) - 20
    slope = 0.0
    for i in range(1, 20):
        step = close[first + i] - close[first + i - 1]
        slope += math.copysign(OBV_WEIGHTS[i] * volume[first + i], step) * (step != 0.0)
    return slope


@fast
def traded(close: FloatArray, volume: FloatArray) -> float:
    """Return the mean of close x volume of the last 20 bars."""
    first = len(close) - 20
    return product(close[first:], volume, first, 20) / 20.0


@fast
def covariance(x: FloatArray, y: FloatArray, count: int) -> tuple[float, float]:
    """Return the sums of (x - mean)(y - mean) and of (y - mean) squared over the first ``count`` of each."""
    mean_x = total(x, 0, count) / count
    mean_y = total(y, 0, count) / count
    both = whole = 0.0
    for t in range(count):
        both += (x[t] - mean_x) * (y[t] - mean_y)
        whole += (y[t] - mean_y) * (y[t] - mean_y)
    return both, whole
