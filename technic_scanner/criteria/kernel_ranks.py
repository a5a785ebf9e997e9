"""Kernels that count within windows or among symbols: ranks, bars since, value when, beta."""

from __future__ import annotations

import math

import numpy as np

from technic_scanner.criteria.kernel_compile import kernel


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
def ranks_across(values, groups, order, out):  # type: ignore[no-untyped-def]
    """Fill ``out`` (n,) with (values below, equal values, known values) of each row's group; (3, n).

    ``order`` sorts the rows by group and value, unknown values last in a group.
    """
    n = len(order)
    first = 0
    while first < n:
        group = groups[order[first]]
        stop = first
        while stop < n and groups[order[stop]] == group and values[order[stop]] == values[order[stop]]:
            stop += 1
        a = first
        while a < stop:
            b = a
            while b < stop and values[order[b]] == values[order[a]]:
                b += 1
            for t in range(a, b):
                out[0, order[t]] = a - first
                out[1, order[t]] = b - a
                out[2, order[t]] = stop - first
            a = b
        while stop < n and groups[order[stop]] == group:
            stop += 1
        first = stop
