"""Kernels that put bars in order: bars of a symbol without its halts, and bars of weeks or months."""

from __future__ import annotations

import math

import numpy as np

from technic_scanner.criteria.kernel_compile import kernel


@kernel
def has_holes(close, m):  # type: ignore[no-untyped-def]
    """Return whether a row misses a bar after an existing one, among its newest ``m`` or before them."""
    rows, total = close.shape
    for i in range(rows):
        newest = close[i, total - m :]
        missing = 0
        for t in range(m):
            missing += newest[t] != newest[t]
        if missing > 0:
            t = total - 1
            while t >= total - m and close[i, t] == close[i, t]:
                t -= 1
            while t >= 0:
                if close[i, t] == close[i, t]:
                    return True
                t -= 1
    return False


@kernel
def positions(close, m):  # type: ignore[no-untyped-def]
    """Return (rows, m): the columns of each row's newest existing bars, oldest first, -1 where there are fewer."""
    rows, total = close.shape
    out = np.full((rows, m), -1, dtype=np.int32)
    for i in range(rows):
        free = m
        for t in range(total - 1, -1, -1):
            if close[i, t] == close[i, t]:
                free -= 1
                out[i, free] = t
                if free == 0:
                    break
    return out


@kernel
def compacted(values, position):  # type: ignore[no-untyped-def]
    """Return (rows, m): ``values`` at each row's positions, NaN where there is none."""
    rows, m = position.shape
    out = np.empty((rows, m))
    for i in range(rows):
        for j in range(m):
            t = position[i, j]
            out[i, j] = values[i, t] if t >= 0 else math.nan
    return out


@kernel
def period_bars(prices, when, numbers, over, first_whole, end, size, k):  # type: ignore[no-untyped-def]
    """Return bars of weeks or months (5, rows, size), and for the newest ``k`` bars the newest finished one's column.

    ``prices``: open, high, low, close, volume (rows, m). ``when`` (rows or 1, m): each bar's session, -1 for none.
    ``numbers`` (sessions,): the period of each session. ``over``: whether the period ends with that session.
    ``first_whole``: whether session 0 begins its period. Bars after column ``end`` are not read. A period of which the
    first sessions may not be stored has a close, and nothing else that is known.
    """
    open_, high, low, close, volume = prices
    rows = len(close)
    out = np.full((5, rows, size), np.nan)
    finished = np.full((rows, k), -1, dtype=np.int32)
    for i in range(rows):
        at = when[i if when.shape[0] > 1 else 0]
        column, current, oldest = size, -1, -1
        for t in range(end, -1, -1):
            session = at[t]
            if session < 0 or close[i, t] != close[i, t]:
                continue
            if column == size or numbers[session] != current:
                if column == 0:
                    oldest = -1
                    break
                column -= 1
                current = numbers[session]
                out[0, i, column] = open_[i, t]
                out[1, i, column] = high[i, t]
                out[2, i, column] = low[i, t]
                out[3, i, column] = close[i, t]
                out[4, i, column] = volume[i, t]
            else:
                h, low_ = high[i, t], low[i, t]
                out[0, i, column] = open_[i, t]
                if h > out[1, i, column] or h != h:
                    out[1, i, column] = h
                if low_ < out[2, i, column] or low_ != low_:
                    out[2, i, column] = low_
                out[4, i, column] += volume[i, t]
            oldest = session
            if end - t < k:
                finished[i, k - 1 - (end - t)] = column if over[session] else column - 1
        if oldest == 0 and not first_whole and column < size:
            out[0, i, column] = out[1, i, column] = out[2, i, column] = out[4, i, column] = math.nan
    return out, finished
