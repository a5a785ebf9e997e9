"""Kernels that start at the first stored bar: EMA, MACD, RSI, ATR, directional movement, OBV, counts and pivots.

Seeds are those of TA-Lib. An unknown value is no bar: it is passed over, and the value of that bar is unknown.
"""

from __future__ import annotations

import math

import numpy as np

from technic_scanner.criteria.kernel_compile import kernel

PLUS, MINUS, ADX = 0, 1, 2
LINE, SIGNAL, HISTOGRAM = 0, 1, 2


@kernel
def ema(x, n, k):  # type: ignore[no-untyped-def]
    """Return the exponential average of ``n``, started with the mean of the first ``n`` values."""
    rows, m = x.shape
    out = np.full((rows, k), np.nan)
    weight = 2.0 / (n + 1.0)
    for i in range(rows):
        seen, value = 0, 0.0
        for t in range(m):
            v = x[i, t]
            if v != v:
                continue
            seen += 1
            if seen < n:
                value += v
                continue
            value = (value + v) / n if seen == n else value + weight * (v - value)
            if t >= m - k:
                out[i, t - m + k] = value
    return out


@kernel
def macd(x, periods, k, what):  # type: ignore[no-untyped-def]
    """Return MACD, its signal or the difference; ``periods``: fast, slow, signal. Known once the signal is."""
    rows, m = x.shape
    fast_n, slow_n, signal_n = periods
    out = np.full((rows, k), np.nan)
    a, b, c = 2.0 / (fast_n + 1.0), 2.0 / (slow_n + 1.0), 2.0 / (signal_n + 1.0)
    for i in range(rows):
        seen = 0
        fast = slow = signal = 0.0
        for t in range(m):
            v = x[i, t]
            if v != v:
                continue
            seen += 1
            if seen <= slow_n:
                slow += v
                if seen > slow_n - fast_n:
                    fast += v
                if seen < slow_n:
                    continue
                slow, fast = slow / slow_n, fast / fast_n
            else:
                slow += b * (v - slow)
                fast += a * (v - fast)
            value = fast - slow
            after = seen - slow_n + 1
            if after < signal_n:
                signal += value
                continue
            signal = (signal + value) / signal_n if after == signal_n else signal + c * (value - signal)
            if t >= m - k:
                out[i, t - m + k] = value if what == LINE else (signal if what == SIGNAL else value - signal)
    return out


@kernel
def rsi(x, n, k):  # type: ignore[no-untyped-def]
    """Return Wilder's relative strength index of ``n``; 0 if the value never moved."""
    rows, m = x.shape
    out = np.full((rows, k), np.nan)
    keep = 1.0 - 1.0 / n
    for i in range(rows):
        row = x[i]
        seen, up, down, last = 0, 0.0, 0.0, math.nan
        first = 0
        while first < m and row[first] != row[first]:
            first += 1
        for t in range(first, m):
            v = row[t]
            if v != v:
                continue
            if seen > 0:
                change = v - last
                decay = keep if seen > n else 1.0
                up = decay * up + max(change, 0.0)
                down = decay * down + max(-change, 0.0)
            last = v
            seen += 1
            if seen > n and t >= m - k:
                both = up + down
                out[i, t - m + k] = 100.0 * up / both if both > 0.0 else 0.0
    return out


@kernel
def atr(high, low, close, n, k):  # type: ignore[no-untyped-def]
    """Return Wilder's average true range of ``n``."""
    rows, m = close.shape
    out = np.full((rows, k), np.nan)
    for i in range(rows):
        seen, value, last = 0, 0.0, math.nan
        for t in range(m):
            h, low_, c = high[i, t], low[i, t], close[i, t]
            if h != h or low_ != low_ or c != c:
                continue
            if seen > 0:
                span = max(h, last) - min(low_, last)
                value = value + span if seen <= n else (1.0 - 1.0 / n) * value + span
            last = c
            seen += 1
            if seen > n and t >= m - k:
                out[i, t - m + k] = value / n
    return out


@kernel
def directional(high, low, close, n, k, what):  # type: ignore[no-untyped-def]
    """Return +DI, -DI or ADX of ``n``; 0 where there is no range or no movement."""
    rows, m = close.shape
    out = np.full((rows, k), np.nan)
    keep = 1.0 - 1.0 / n
    for i in range(rows):
        seen = 0
        span = plus = minus = adx = 0.0
        h = low_ = c = math.nan
        for t in range(m):
            a, b, d = high[i, t], low[i, t], close[i, t]
            if a != a or b != b or d != d:
                continue
            if seen > 0:
                up, down = a - h, low_ - b
                decay = keep if seen >= n else 1.0
                span = decay * span + (max(a, c) - min(b, c))
                plus = decay * plus + (up if up > down and up > 0.0 else 0.0)
                minus = decay * minus + (down if down > up and down > 0.0 else 0.0)
            if seen >= n:
                both = plus + minus
                dx = abs(plus - minus) / both if both > 0.0 else 0.0
                adx = keep * adx + dx if seen >= 2 * n else adx + dx
            h, low_, c = a, b, d
            seen += 1
            if t >= m - k:
                if what == ADX:
                    if seen >= 2 * n:
                        out[i, t - m + k] = 100.0 * adx / n
                elif seen > n:
                    part = plus if what == PLUS else minus
                    out[i, t - m + k] = 100.0 * part / span if span > 0.0 else 0.0
    return out


@kernel
def obv(close, volume, k):  # type: ignore[no-untyped-def]
    """Return on-balance volume, started with the first bar's volume."""
    rows, m = close.shape
    out = np.full((rows, k), np.nan)
    for i in range(rows):
        total, last = 0.0, math.nan
        for t in range(m):
            c, v = close[i, t], volume[i, t]
            if c != c or v != v:
                continue
            total += v if (last != last or c > last) else (-v if c < last else 0.0)
            last = c
            if t >= m - k:
                out[i, t - m + k] = total
    return out


@kernel
def bars(close, k):  # type: ignore[no-untyped-def]
    """Return how many bars exist up to each column."""
    rows, m = close.shape
    out = np.full((rows, k), np.nan)
    for i in range(rows):
        seen = 0
        for t in range(m):
            if close[i, t] == close[i, t]:
                seen += 1
                if t >= m - k:
                    out[i, t - m + k] = seen
    return out


@kernel
def pivots(x, n, k, sign):  # type: ignore[no-untyped-def]
    """Return the last value above (sign 1) or below (-1) the ``n`` before and not below (above) the ``n`` after it."""
    rows, m = x.shape
    out = np.full((rows, k), np.nan)
    for i in range(rows):
        found = math.nan
        for t in range(m):
            p = t - n
            if p >= n:
                v = sign * x[i, p]
                is_pivot = v == v
                for lag in range(1, n + 1):
                    if not (v > sign * x[i, p - lag] and v >= sign * x[i, p + lag]):
                        is_pivot = False
                        break
                if is_pivot:
                    found = sign * v
            if t >= m - k and x[i, t] == x[i, t]:
                out[i, t - m + k] = found
    return out
