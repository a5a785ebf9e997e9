"""Kernels that start at the first stored bar: EMA, MACD, RSI, ATR, directional movement, OBV, counts and pivots.

Seeds are those of TA-Lib. An unknown value is no bar: it is passed over, and the value of that bar is unknown.
"""

from __future__ import annotations

import math

import numpy as np

from technic_scanner.criteria.kernel_compile import exact, kernel

PLUS, MINUS, ADX = 0, 1, 2
LINE, SIGNAL, HISTOGRAM = 0, 1, 2
# Rows that are computed side by side, and bars of them that are read at once: each bar waits for the one before it,
# and the rows do not wait for one another.
LANES, BLOCK = 32, 60


@exact
def load_tile(x, first, start, tile):  # type: ignore[no-untyped-def]
    """Fill ``tile`` (bars, LANES) with bars of rows from ``first`` on; return how many, and whether all are known."""
    rows, m = x.shape
    size = min(len(tile), m - start)
    count = min(LANES, rows - first)
    whole = count == LANES
    for r in range(count):
        row = x[first + r, start : start + size]
        total = 0.0
        for b in range(size):
            tile[b, r] = row[b]
            total += row[b]
        whole = whole and total == total
    tile[:size, count:] = math.nan
    return size, whole


@exact
def store_tile(found, size, first, column, out):  # type: ignore[no-untyped-def]
    """Put a tile into the rows of ``out`` from ``first`` on, its first bar at ``column``, which may be negative."""
    for r in range(min(LANES, len(out) - first)):
        for b in range(max(0, -column), size):
            out[first + r, column + b] = found[b, r]


@exact
def ema_step(values, state, weight, n):  # type: ignore[no-untyped-def]
    """Take one value of each lane; ``state``: averages (sums before the n-th value), and how many values there were."""
    for r in range(LANES):
        v, before, seen = values[r], state[0, r], state[1, r] + 1.0
        sums = before + v
        average = before + weight * (v - before)
        value = sums if seen < n else (sums / n if seen == n else average)
        state[0, r] = value if v == v else before
        state[1, r] = seen if v == v else state[1, r]


@exact
def ema_quick_step(values, state, weight):  # type: ignore[no-untyped-def]
    """Take one known value of each lane, all of which have an average."""
    for r in range(LANES):
        state[0, r] += weight * (values[r] - state[0, r])


@kernel
def ema(x, n, k):  # type: ignore[no-untyped-def]
    """Return the exponential average of ``n``, started with the mean of the first ``n`` values."""
    rows, m = x.shape
    out = np.empty((rows, k))
    weight = 2.0 / (n + 1.0)
    tile, found, state = np.empty((BLOCK, LANES)), np.empty((BLOCK, LANES)), np.empty((2, LANES))
    for first in range(0, rows, LANES):
        state[:] = 0.0
        for start in range(0, m, BLOCK):
            size, whole = load_tile(x, first, start, tile)
            quick = whole and state[1].min() >= n
            for b in range(size):
                if quick:
                    ema_quick_step(tile[b], state, weight)
                else:
                    ema_step(tile[b], state, weight, n)
                if start + b >= m - k:
                    for r in range(LANES):
                        found[b, r] = state[0, r] if (state[1, r] >= n) & (tile[b, r] == tile[b, r]) else math.nan
            store_tile(found, size, first, start - (m - k), out)
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


@exact
def rsi_step(values, state, keep, n):  # type: ignore[no-untyped-def]
    """Take one value of each lane; ``state``: rises, falls, last values, and how many values there were."""
    for r in range(LANES):
        v, seen = values[r], state[3, r]
        change = v - state[2, r]
        decay = keep if seen > n else 1.0
        up = decay * state[0, r] + (change if change > 0.0 else 0.0)
        down = decay * state[1, r] + (-change if change < 0.0 else 0.0)
        known = v == v
        state[0, r] = up if known else state[0, r]
        state[1, r] = down if known else state[1, r]
        state[2, r] = v if known else state[2, r]
        state[3, r] = seen + 1.0 if known else seen


@exact
def rsi_quick_step(values, state, keep):  # type: ignore[no-untyped-def]
    """Take one known value of each lane, all of which have had more than n."""
    for r in range(LANES):
        v = values[r]
        change = v - state[2, r]
        state[0, r] = keep * state[0, r] + (change if change > 0.0 else 0.0)
        state[1, r] = keep * state[1, r] + (-change if change < 0.0 else 0.0)
        state[2, r] = v


@exact
def rsi_values(values, state, n, found):  # type: ignore[no-untyped-def]
    """Fill ``found`` with the index of each lane."""
    for r in range(LANES):
        both = state[0, r] + state[1, r]
        value = 100.0 * state[0, r] / both
        value = value if both > 0.0 else 0.0
        found[r] = value if (state[3, r] > n) & (values[r] == values[r]) else math.nan


@kernel
def rsi(x, n, k):  # type: ignore[no-untyped-def]
    """Return Wilder's relative strength index of ``n``; 0 if the value never moved."""
    rows, m = x.shape
    out = np.empty((rows, k))
    keep = 1.0 - 1.0 / n
    tile, found, state = np.empty((BLOCK, LANES)), np.empty((BLOCK, LANES)), np.empty((4, LANES))
    for first in range(0, rows, LANES):
        state[:] = 0.0
        state[2] = math.nan
        for start in range(0, m, BLOCK):
            size, whole = load_tile(x, first, start, tile)
            quick = whole and state[3].min() > n
            for b in range(size):
                if quick:
                    rsi_quick_step(tile[b], state, keep)
                else:
                    rsi_step(tile[b], state, keep, n)
                if start + b >= m - k:
                    rsi_values(tile[b], state, n, found[b])
            store_tile(found, size, first, start - (m - k), out)
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
