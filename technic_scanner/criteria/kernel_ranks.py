"""Kernels that count within windows or among symbols: ranks, bars since, value when, beta."""

from __future__ import annotations

import math

import numpy as np

from technic_scanner.criteria.kernel_compile import kernel

RANK, PERCENTILE = 0, 1


@kernel
def window_ranks(x, n, k):  # type: ignore[no-untyped-def]
    """Return the rank of the newest of ``n`` values, above 0 to 1; equal values share their mean rank."""
    rows, m = x.shape
    size = k + n - 1
    start = m - size
    out = np.empty((rows, k))
    held = np.empty(size)
    twice = np.empty(k)  # twice the rank: 2 for a smaller value, 1 for an equal one
    for i in range(rows):
        missing = 0
        for t in range(size):
            held[t] = x[i, start + t] if start + t >= 0 else math.nan
            missing += held[t] != held[t]
        last = held[n - 1 :]
        twice[:] = 2.0
        for lag in range(n - 1, 0, -1):
            old = held[n - 1 - lag : n - 1 - lag + k]
            for j in range(k):
                twice[j] += (1.0 if old[j] < last[j] else 0.0) + (1.0 if old[j] <= last[j] else 0.0)
            if missing > 0:
                for j in range(k):
                    twice[j] += 0.0 * old[j]
        for j in range(k):
            out[i, j] = twice[j] / (2.0 * n) + 0.0 * last[j]
    return out


@kernel
def ordered_window_ranks(x, n, k):  # type: ignore[no-untyped-def]
    """Return the same as ``window_ranks`` in O(log) a bar: counts of the window's values in a tree over their order."""
    rows, m = x.shape
    size = k + n - 1
    start = m - size
    out = np.empty((rows, k))
    held = np.empty(size)
    place = np.empty(size, dtype=np.int64)  # the number of a value among the row's distinct ones, from 1
    tree = np.empty(size + 1, dtype=np.int64)
    for i in range(rows):
        for t in range(size):
            held[t] = x[i, start + t] if start + t >= 0 else math.nan
        order = np.argsort(held)
        number = 0
        for a in range(size):
            if a == 0 or held[order[a]] != held[order[a - 1]]:
                number += 1
            place[order[a]] = number
        tree[:] = 0
        missing = 0
        for t in range(size):
            if held[t] != held[t]:
                missing += 1
            else:
                p = place[t]
                while p <= size:
                    tree[p] += 1
                    p += p & -p
            if t >= n:
                if held[t - n] != held[t - n]:
                    missing -= 1
                else:
                    p = place[t - n]
                    while p <= size:
                        tree[p] -= 1
                        p += p & -p
            if t >= n - 1:
                if missing > 0:
                    out[i, t - n + 1] = math.nan
                    continue
                below, p = 0, place[t] - 1
                while p > 0:
                    below += tree[p]
                    p -= p & -p
                upto, p = 0, place[t]
                while p > 0:
                    upto += tree[p]
                    p -= p & -p
                out[i, t - n + 1] = (below + upto + 1) / (2.0 * n)
    return out


@kernel
def bars_since(x, n, k):  # type: ignore[no-untyped-def]
    """Return the bars since a yes/no was last true within ``n`` bars; unknown if none, or if one is nearer."""
    rows, m = x.shape
    out = np.empty((rows, k))
    for i in range(rows):
        for j in range(k):
            end = m - k + j
            out[i, j] = math.nan
            for lag in range(n):
                if end - lag < 0 or x[i, end - lag] == 1:
                    break
                if x[i, end - lag] == 2:
                    out[i, j] = lag
                    break
    return out


@kernel
def value_when(x, y, n, k):  # type: ignore[no-untyped-def]
    """Return y at the last of ``n`` bars on which x was true; unknown as in ``bars_since``."""
    rows, m = x.shape
    shift = y.shape[1] - m
    out = np.empty((rows, k))
    for i in range(rows):
        for j in range(k):
            end = m - k + j
            out[i, j] = math.nan
            for lag in range(n):
                if end - lag < 0 or end - lag + shift < 0 or x[i, end - lag] == 1:
                    break
                if x[i, end - lag] == 2:
                    out[i, j] = y[i, end - lag + shift]
                    break
    return out


@kernel
def betas(close, market, n, k, least):  # type: ignore[no-untyped-def]
    """Return covariance / variance of daily returns against the market, of the last ``n`` + 1 bars.

    Those count on which both have a close; returns are from one of them to the next; at least ``least`` of them.
    Unknown where the market has no bar on the last one.
    """
    rows, m = close.shape
    out = np.empty((rows, k))
    pairs = np.empty((2, n))
    for i in range(rows):
        for j in range(k):
            end = m - k + j
            count = -1
            before = base = total = market_total = 0.0
            positive = close[i, end] == close[i, end]
            for t in range(max(end - n, 0), end + 1):
                c, d = close[i, t], market[i, t]
                positive = positive and not c <= 0.0
                if c > 0.0 and d > 0.0:
                    if count >= 0:
                        pairs[0, count] = c / before - 1.0
                        pairs[1, count] = d / base - 1.0
                        total += pairs[0, count]
                        market_total += pairs[1, count]
                    before, base = c, d
                    count += 1
            out[i, j] = math.nan
            if count >= least and positive and market[i, end] > 0.0:
                both = whole = 0.0
                for t in range(count):
                    e = pairs[1, t] - market_total / count
                    both += (pairs[0, t] - total / count) * e
                    whole += e * e
                if whole > 0.0:
                    out[i, j] = both / whole
    return out


@kernel
def ranks_across(values, order, stops, what, out):  # type: ignore[no-untyped-def]
    """Fill ``out`` (sessions, n), which may be ``values``, with the rank or percentile of each value in its group.

    The columns of a group stand side by side; ``stops`` are the ends of the groups, ``order`` (sessions, n) the places
    within a group in the order of its values, the unknown last.
    """
    sorted_ = np.empty(values.shape[1])
    for session in range(values.shape[0]):
        first = 0
        for stop in stops:
            places = order[session, first:stop]
            part = sorted_[: stop - first]
            for a in range(len(part)):
                part[a] = values[session, first + places[a]]
            into = out[session, first:stop]
            known = len(part)
            while known > 0 and part[known - 1] != part[known - 1]:
                known -= 1
            for a in range(known, len(part)):
                into[places[a]] = math.nan
            a = 0
            while a < known:
                b = a + 1
                while b < known and part[b] == part[a]:
                    b += 1
                same = b - a
                found = (a + (same + 1.0) / 2.0) / known if what == RANK else 100.0 * (a + same / 2.0) / known
                for t in range(a, b):
                    into[places[t]] = found
                a = b
            first = stop
