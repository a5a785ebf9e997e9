"""The pass over many symbols without the GIL: which bars exist, which are read, and one row of indicators each."""

from __future__ import annotations

import math

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.kernel_compile import LightKernel, entry, exact, sources_digest
from technic_scanner.screening.kernel_limits import BARS_NEEDED, BETA_RETURNS, LIMIT
from technic_scanner.screening.kernel_rows import (
    BARS,
    Columns,
    finite_or_nan,
    put_beta,
    put_row,
    put_strength,
    put_whole_beta,
)
from technic_scanner.screening.kernel_smoothing import smooth_all

# Bars more than BARS_NEEDED back have no effect on Wilder's averages unless the price has hardly moved since. If the
# averages (Wilder's sums, so of 14 bars) are below this share of the window's first or last close, older bars may still
# affect the ninth digit of a ratio, and the whole history is read.
QUIET = 1e-3

# open, high, low, close, volume: (n, T) each.
Prices = tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]
# Room for the bars of one row, those that are read (6, BARS_NEEDED) and all (6, T), and for (2, BETA_RETURNS) returns.
Room = tuple[FloatArray, FloatArray, FloatArray]


@exact
def cut(columns: Columns, start: int) -> Columns:
    """Return the columns from ``start`` on."""
    open_, high, low, close, volume, market = columns
    return open_[start:], high[start:], low[start:], close[start:], volume[start:], market[start:]


@exact
def all_exist(columns: Columns) -> bool:
    """Return whether every bar exists, which means that all its five numbers are known."""
    open_, high, low, close, volume, _ = columns
    missing = 0
    for t in range(len(close)):
        missing += not abs(open_[t]) + abs(high[t]) + abs(low[t]) + abs(close[t]) + abs(volume[t]) < LIMIT
    return missing == 0


@exact
def newest(columns: Columns, held: FloatArray) -> Columns:
    """Return the newest existing bars of (T,) columns, copied to the right end of ``held`` (6, bars wanted)."""
    open_, high, low, close, volume, market = columns
    free = held.shape[1]
    for t in range(len(close) - 1, -1, -1):
        if abs(open_[t]) + abs(high[t]) + abs(low[t]) + abs(close[t]) + abs(volume[t]) < LIMIT:
            free -= 1
            held[0, free] = open_[t]
            held[1, free] = high[t]
            held[2, free] = low[t]
            held[3, free] = close[t]
            held[4, free] = volume[t]
            held[5, free] = market[t]
            if free == 0:
                break
    return cut((held[0], held[1], held[2], held[3], held[4], held[5]), free)


@exact
def read(whole: Columns, held: FloatArray) -> tuple[Columns, bool]:
    """Return the newest existing bars of ``whole``, BARS_NEEDED or all, and whether they are consecutive sessions.

    Consecutive bars are returned as views; others are copied together into ``held`` (6, BARS_NEEDED).
    """
    columns = cut(whole, max(len(whole[3]) - BARS_NEEDED, 0))
    unbroken = all_exist(columns)
    if not unbroken:
        columns = newest(whole, held)
    return columns, unbroken


@exact
def closes(close: FloatArray) -> int:
    """Return the number of sessions with a close."""
    count = 0
    for t in range(len(close)):
        count += abs(close[t]) < LIMIT
    return count


@exact
def quiet(state: tuple[float, ...], price: float) -> bool:
    """Return whether gains, losses, ranges or directional movements are so small that older bars may matter."""
    return min(state[7], state[8], state[12], state[13], state[14]) < QUIET * price


@exact
def settled(columns: Columns, whole: Columns, held: FloatArray) -> tuple[float, ...]:
    """Return the averages over ``columns``, or over all bars of ``whole``, held (6, T), if older bars may matter."""
    high, low, close = columns[1], columns[2], columns[3]
    state = smooth_all(high, low, close)
    if len(close) == BARS_NEEDED and len(whole[3]) > BARS_NEEDED and quiet(state, max(abs(close[0]), abs(close[-1]))):
        every = newest(whole, held)
        state = smooth_all(every[1], every[2], every[3])
    return state


def _rows(sources: str) -> LightKernel:
    @entry
    def rows(prices: Prices, market: FloatArray, steps: FloatArray, room: Room, out: FloatArray) -> None:
        _ = sources
        open_, high, low, close, volume = prices
        held, every, scratch = room
        out[:] = math.nan
        for i in range(len(close)):
            row = out[i]
            whole = (open_[i], high[i], low[i], close[i], volume[i], market)
            columns, unbroken = read(whole, held)
            # With fewer than BARS_NEEDED bars these are all; otherwise the rest of the row is only counted.
            bars = len(columns[3])
            row[BARS] = closes(close[i]) if bars == BARS_NEEDED else bars
            if bars > 0:
                put_row(row, columns, settled(columns, whole, every), scratch[0])
                if unbroken and len(steps) == BETA_RETURNS:
                    put_whole_beta(row, columns[3], steps, scratch[0])
                else:
                    put_beta(row, columns[3], columns[5], scratch)
                put_strength(row, columns[5])
            finite_or_nan(row)

    return rows


def room_for(sessions: int) -> Room:
    """Return room for one call of ``rows``, which makes no arrays of its own."""
    return np.empty((6, BARS_NEEDED)), np.empty((6, sessions)), np.empty((2, BETA_RETURNS))


rows = _rows(sources_digest())
