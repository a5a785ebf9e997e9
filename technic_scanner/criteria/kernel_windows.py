"""Kernels of a fixed number of bars, whose bits depend on the numbers of the window alone.

No running sum is carried along. Where windows share work, they share it by doubling: the sum of 2^b values is that of
two neighbouring halves, and a window of n values is put together from the powers of two in n. That is log2(n) steps a
bar, which the compiler does for many bars at once, and every window adds in the same order. A bar that does
not exist, or is unknown, makes a window unknown.
"""

from __future__ import annotations

import math

import numpy as np

from technic_scanner.criteria.kernel_compile import exact, kernel

SUM, MEAN = 0, 1
STDEV, PCT_B, WIDTH = 0, 1, 2
SLOPE, R2 = 0, 1


@exact
def take_row(x, i, held):  # type: ignore[no-untyped-def]
    """Fill ``held`` with the newest values of row ``i``, unknown where there are none."""
    have = min(x.shape[1], len(held))
    held[: len(held) - have] = math.nan
    row = x[i, x.shape[1] - have :]
    into = held[len(held) - have :]
    for t in range(have):
        into[t] = row[t]


@exact
def add_pairs(low, high, into):  # type: ignore[no-untyped-def]
    """Fill ``into`` with low + high."""
    for t in range(len(into)):
        into[t] = low[t] + high[t]


@exact
def largest_pairs(low, high, into):  # type: ignore[no-untyped-def]
    """Fill ``into`` with the larger of each pair, unknown where one is."""
    for t in range(len(into)):
        a, b = low[t], high[t]
        into[t] = a if (a > b) | (a != a) else b


@exact
def add_part(part, width, taken, what, out):  # type: ignore[no-untyped-def]
    """Add the sums of ``width`` values to those, or join them to the means, of the ``taken`` ones after them."""
    # The mean of 2^b values is their sum times a power of two, which is exact.
    scale = 1.0 if what == SUM else 1.0 / width
    if taken == 0:
        for j in range(len(out)):
            out[j] = part[j] * scale
    elif what == SUM:
        for j in range(len(out)):
            out[j] += part[j]
    else:
        share = width / (taken + width)
        for j in range(len(out)):
            out[j] += (part[j] * scale - out[j]) * share


@kernel
def totals(x, n, k, what):  # type: ignore[no-untyped-def]
    """Return sum or mean of the ``n`` values up to each of the newest ``k`` columns; of equal values exactly theirs."""
    rows = len(x)
    size = k + n - 1
    out = np.empty((rows, k))
    work = np.full((2, size), math.nan)
    for i in range(rows):
        o = out[i]
        now = 0
        take_row(x, i, work[now])
        taken, width = 0, 1
        while True:
            one = work[now]
            if n & width:
                add_part(one[n - 1 - taken : n - 1 - taken + k], width, taken, what, o)
                taken += width
            if 2 * width > n:
                break
            add_pairs(one[: size - width], one[width:], work[1 - now, width:])
            now = 1 - now
            width *= 2
        for j in range(k):
            o[j] = o[j] if abs(o[j]) < math.inf else math.nan
    return out


@kernel
def extremes(x, n, k, sign):  # type: ignore[no-untyped-def]
    """Return the largest (sign 1) or smallest (-1) of the ``n`` values up to each of the newest ``k`` columns."""
    rows = len(x)
    size = k + n - 1
    out = np.empty((rows, k))
    work = np.full((2, size), math.nan)
    for i in range(rows):
        o = out[i]
        now = 0
        take_row(x, i, work[now])
        if sign < 0.0:
            turn(work[now])
        width = 1
        while 2 * width <= n:
            one = work[now]
            largest_pairs(one[: size - width], one[width:], work[1 - now, width:])
            now = 1 - now
            width *= 2
        largest_pairs(work[now, width - 1 : width - 1 + k], work[now, n - 1 :], o)
        if sign < 0.0:
            turn(o)
    return out


@exact
def turn(values):  # type: ignore[no-untyped-def]
    """Change the sign of every value."""
    for t in range(len(values)):
        values[t] = -values[t]


@exact
def truest_pairs(low, high, into):  # type: ignore[no-untyped-def]
    """Fill ``into`` with low or high."""
    for t in range(len(into)):
        into[t] = low[t] if low[t] > high[t] else high[t]


@exact
def opposite(truth):  # type: ignore[no-untyped-def]
    """Change true to false and false to true."""
    for t in range(len(truth)):
        truth[t] = np.int8(2) - truth[t]


@kernel
def held(x, n, k, every):  # type: ignore[no-untyped-def]
    """Return whether a yes/no was true on one of ``n`` bars, or on every one; a bar that does not exist is unknown."""
    rows, m = x.shape
    size = k + n - 1
    have = min(m, size)
    out = np.empty((rows, k), dtype=np.int8)
    work = np.ones((2, size), dtype=np.int8)
    for i in range(rows):
        now = 0
        work[0, : size - have] = 1
        work[0, size - have :] = x[i, m - have :]
        if every:
            opposite(work[now])
        width = 1
        while 2 * width <= n:
            one = work[now]
            truest_pairs(one[: size - width], one[width:], work[1 - now, width:])
            now = 1 - now
            width *= 2
        truest_pairs(work[now, width - 1 : width - 1 + k], work[now, n - 1 :], out[i])
        if every:
            opposite(out[i])
    return out


@kernel
def moments(x, n, k, factor, what):  # type: ignore[no-untyped-def]
    """Return the population deviation of ``n`` values, or the place in or width of bands ``factor`` deviations wide.

    Distances are taken from the newest value, so that equal values have a deviation of exactly 0.
    """
    rows, m = x.shape
    size = k + n - 1
    start = m - size
    out = np.empty((rows, k))
    held_ = np.empty(size)
    away = np.empty(k)
    squares = np.empty(k)
    for i in range(rows):
        for t in range(size):
            held_[t] = x[i, start + t] if start + t >= 0 else math.nan
        last = held_[n - 1 :]
        away[:] = 0.0
        squares[:] = 0.0
        for lag in range(n - 1, 0, -1):
            old = held_[n - 1 - lag : n - 1 - lag + k]
            for j in range(k):
                e = old[j] - last[j]
                away[j] += e
                squares[j] += e * e
        for j in range(k):
            variance = (squares[j] - away[j] * away[j] / n) / n
            if not variance < math.inf or last[j] != last[j]:
                out[i, j] = math.nan
            else:
                reach = factor * math.sqrt(max(variance, 0.0))
                mean = last[j] + away[j] / n
                if what == STDEV:
                    out[i, j] = reach
                elif what == PCT_B:
                    out[i, j] = (reach - away[j] / n) / (2.0 * reach) if reach > 0.0 else math.nan
                else:
                    out[i, j] = 2.0 * reach / mean if mean > 0.0 else math.nan
    return out


@kernel
def weighted(x, weights, k):  # type: ignore[no-untyped-def]
    """Return the newest value plus the weighted sum of distances from it; ``weights`` (n,), oldest first."""
    rows, m = x.shape
    n = len(weights)
    size = k + n - 1
    start = m - size
    out = np.zeros((rows, k))
    held_ = np.empty(size)
    for i in range(rows):
        o = out[i]
        for t in range(size):
            held_[t] = x[i, start + t] if start + t >= 0 else math.nan
        last = held_[n - 1 :]
        for lag in range(n - 1, 0, -1):
            old = held_[n - 1 - lag : n - 1 - lag + k]
            weight = weights[n - 1 - lag]
            for j in range(k):
                o[j] += weight * (old[j] - last[j])
        for j in range(k):
            o[j] += last[j]
    return out


@kernel
def line(x, n, k, what):  # type: ignore[no-untyped-def]
    """Return slope or r squared of the least-squares line through ``n`` values; of equal ones r squared is unknown."""
    rows, m = x.shape
    size = k + n - 1
    start = m - size
    out = np.empty((rows, k))
    held_ = np.empty(size)
    away = np.empty(k)
    squares = np.empty(k)
    slope = np.empty(k)
    spread = n * (n * n - 1.0) / 12.0
    for i in range(rows):
        for t in range(size):
            held_[t] = x[i, start + t] if start + t >= 0 else math.nan
        last = held_[n - 1 :]
        away[:] = 0.0
        squares[:] = 0.0
        slope[:] = 0.0
        for lag in range(n - 1, 0, -1):
            old = held_[n - 1 - lag : n - 1 - lag + k]
            weight = ((n - 1) / 2.0 - lag) / spread
            for j in range(k):
                e = old[j] - last[j]
                away[j] += e
                squares[j] += e * e
                slope[j] += weight * e
        for j in range(k):
            whole = squares[j] - away[j] * away[j] / n
            if what == SLOPE:
                out[i, j] = slope[j] + 0.0 * last[j]
            else:
                out[i, j] = min(slope[j] * slope[j] * spread / whole, 1.0) if whole > 0.0 else math.nan
    return out


@kernel
def correlations(x, y, n, k):  # type: ignore[no-untyped-def]
    """Return Pearson's correlation of ``n`` pairs; unknown where a side does not vary. Rows and columns as x's."""
    rows, m = x.shape
    size = k + n - 1
    start, start_y = m - size, y.shape[1] - size
    out = np.empty((rows, k))
    p = np.empty(size)
    q = np.empty(size)
    sums = np.empty((5, k))
    for i in range(rows):
        for t in range(size):
            p[t] = x[i, start + t] if start + t >= 0 else math.nan
            q[t] = y[i, start_y + t] if start_y + t >= 0 else math.nan
        u = p[n - 1 :]
        v = q[n - 1 :]
        sums[:] = 0.0
        for lag in range(n - 1, 0, -1):
            old_p = p[n - 1 - lag : n - 1 - lag + k]
            old_q = q[n - 1 - lag : n - 1 - lag + k]
            for j in range(k):
                d, e = old_p[j] - u[j], old_q[j] - v[j]
                sums[0, j] += d
                sums[1, j] += e
                sums[2, j] += d * d
                sums[3, j] += e * e
                sums[4, j] += d * e
        for j in range(k):
            xx = sums[2, j] - sums[0, j] * sums[0, j] / n
            yy = sums[3, j] - sums[1, j] * sums[1, j] / n
            xy = sums[4, j] - sums[0, j] * sums[1, j] / n
            both = math.sqrt(xx) * math.sqrt(yy) if xx > 0.0 and yy > 0.0 else 0.0
            out[i, j] = max(min(xy / both, 1.0), -1.0) if 0.0 < both < math.inf else math.nan
    return out
