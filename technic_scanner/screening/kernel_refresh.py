"""The refresh over many symbols without the GIL: a state from a full pass, and that state moved on by one bar each."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.kernel_advance import (
    CLOSES,
    COUNT,
    HEAD,
    HIGHS,
    JOINED,
    KEPT,
    LOGS,
    LOWS,
    MARKETS,
    RAW,
    ROOM,
    SUM_50,
    SUM_200,
    VOLUMES,
    YEAR_HIGH,
    YEAR_LOW,
    Market,
    add,
    advance_beta,
    advance_logs,
    advance_smoothed,
    advance_stochastic,
    advance_sums,
    advance_year,
    anchor_logs,
    last,
    newest_highest,
    newest_lowest,
    push,
    sum_returns,
)
from technic_scanner.screening.kernel_compile import entry, exact, sources_digest
from technic_scanner.screening.kernel_rows import (
    BARS,
    CLOSE,
    LEAST_PRICE,
    LIMIT,
    ROC_63,
    STRENGTH,
    Columns,
    finite_or_nan,
    put_bands,
    put_changes,
    put_ranges,
    put_volume,
)
from technic_scanner.screening.kernel_smoothing import STATE_SIZE
from technic_scanner.screening.kernel_windows import BETA_RETURNS, raw_stochastic
from technic_scanner.screening.kernels import BARS_NEEDED, Prices, read, settled

# cells (n, CELLS), tails (n, TAILS, ROOM), the indicators before (n, K)
Saved = tuple[FloatArray, FloatArray, FloatArray]


class PrepareKernel(Protocol):
    """The compiled start of a state."""

    def __call__(
        self, prices: Prices, market: FloatArray, indicators: FloatArray, cells: FloatArray, tails: FloatArray
    ) -> None: ...


class RefreshKernel(Protocol):
    """The compiled step of a state."""

    def __call__(self, bars: FloatArray, market: Market, change_63: float, saved: Saved, out: FloatArray) -> None: ...


@exact
def keep(cells: FloatArray, tail: FloatArray, columns: Columns, offset: int) -> None:
    """Copy the last KEPT of (m,) columns into the tail, from ``offset`` on."""
    _, high, low, close, volume, market = columns
    kept = min(len(close), KEPT)
    first = len(close) - kept
    for t in range(kept):
        tail[HIGHS, offset + t] = high[first + t]
        tail[LOWS, offset + t] = low[first + t]
        tail[CLOSES, offset + t] = close[first + t]
        tail[MARKETS, offset + t] = market[first + t]
        tail[VOLUMES, offset + t] = volume[first + t]
    cells[HEAD] = offset + kept


@exact
def joined(whole: Columns) -> int:
    """Return in how many latest sessions in a row, at most KEPT, both the symbol and the benchmark have a bar."""
    open_, high, low, close, volume, market = whole
    count = 0
    for t in range(len(close) - 1, max(len(close) - KEPT, 0) - 1, -1):
        size = abs(open_[t]) + abs(high[t]) + abs(low[t]) + abs(close[t]) + abs(volume[t])
        if not (size < LIMIT and close[t] >= LEAST_PRICE and market[t] > 0.0):
            break
        count += 1
    return count


@exact
def sum_up(cells: FloatArray, tail: FloatArray) -> None:
    """Set sums, extremes, raw %K and logs from the kept bars, at least one."""
    high, low, close = last(tail, HIGHS, cells), last(tail, LOWS, cells), last(tail, CLOSES, cells)
    bars = len(close)
    for t in range(max(bars - 50, 0), bars):
        add(cells, SUM_50, close[t])
    for t in range(max(bars - 200, 0), bars):
        add(cells, SUM_200, close[t])
    cells[YEAR_HIGH], cells[YEAR_HIGH + 1] = newest_highest(high, max(bars - 252, 0))
    cells[YEAR_LOW], cells[YEAR_LOW + 1] = newest_lowest(low, max(bars - 252, 0))
    for back in range(4):
        if bars - back >= 14:
            cells[RAW + 3 - back] = raw_stochastic(high, low, close, bars - 1 - back)
    anchor_logs(cells, close, last(tail, LOGS, cells))
    if cells[JOINED] > BETA_RETURNS:
        sum_returns(cells, close, last(tail, MARKETS, cells))


def _prepare(sources: str) -> PrepareKernel:
    @entry
    def prepare(
        prices: Prices, market: FloatArray, indicators: FloatArray, cells: FloatArray, tails: FloatArray
    ) -> None:
        _ = sources
        open_, high, low, close, volume = prices
        held = np.empty((6, BARS_NEEDED))
        for i in range(len(close)):
            whole = (open_[i], high[i], low[i], close[i], volume[i], market)
            columns, _ = read(whole, held)
            cells[i, COUNT] = indicators[i, BARS]
            # Tails fill up at different times, so that no single refresh has to move them all back.
            offset = i % (ROOM - KEPT + 1)
            keep(cells[i], tails[i], columns, offset)
            if len(columns[3]) > 0:
                state = settled(columns, whole)
                for at in range(STATE_SIZE):
                    cells[i, at] = state[at]
                cells[i, JOINED] = joined(whole)
                sum_up(cells[i], tails[i])

    return prepare


@exact
def advance_row(out: FloatArray, cells: FloatArray, tail: FloatArray, market: Market, scratch: FloatArray) -> None:
    """Write all but the open's gap and relative strength after a bar was pushed."""
    high, low, close = last(tail, HIGHS, cells), last(tail, LOWS, cells), last(tail, CLOSES, cells)
    out[BARS] = cells[COUNT]
    out[CLOSE] = close[-1]
    advance_smoothed(out, cells, high, low, close)
    put_bands(out, close)
    put_ranges(out, high, low)
    advance_sums(out, cells, close)
    advance_year(out, cells, high, low, close)
    advance_stochastic(out, cells, high, low, close)
    put_volume(out, high, low, close, last(tail, VOLUMES, cells))
    advance_logs(out, cells, close, last(tail, LOGS, cells))
    advance_beta(out, cells, (close, last(tail, MARKETS, cells)), market, scratch)


def _refresh(sources: str) -> RefreshKernel:
    @entry
    def refresh(bars: FloatArray, market: Market, change_63: float, saved: Saved, out: FloatArray) -> None:
        _ = sources
        cells, tails, before = saved
        scratch = np.empty((2, BETA_RETURNS))
        for i in range(len(bars)):
            row = out[i]
            opened, high, low, close, volume = bars[i, 0], bars[i, 1], bars[i, 2], bars[i, 3], bars[i, 4]
            if abs(opened) + abs(high) + abs(low) + abs(close) + abs(volume) < LIMIT:
                row[:] = math.nan
                push(cells[i], tails[i], (high, low, close, market[0], volume))
                advance_row(row, cells[i], tails[i], market, scratch)
                put_changes(row, opened, last(tails[i], CLOSES, cells[i]))
            else:
                row[:] = before[i]
                cells[i, JOINED] = 0.0
            row[STRENGTH] = row[ROC_63] - change_63
            finite_or_nan(row)

    return refresh


prepare = _prepare(sources_digest())
refresh = _refresh(sources_digest())
