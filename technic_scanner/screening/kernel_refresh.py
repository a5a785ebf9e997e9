"""The refresh over many symbols without the GIL: a state from a full pass, and that state moved on by one bar each."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from technic_scanner.screening import kernel_block as block
from technic_scanner.screening import kernel_lane as lane
from technic_scanner.screening import kernel_rows as rows
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.kernel_compile import entry, exact, sources_digest
from technic_scanner.screening.kernel_limits import BARS_NEEDED, BETA_RETURNS, LEAST_PRICE, LIMIT
from technic_scanner.screening.kernel_smoothing import STATE_SIZE
from technic_scanner.screening.kernel_windows import raw_stochastic
from technic_scanner.screening.kernels import Prices, read, settled

# heads (B,), cells (B, CELLS, WIDTH), tails (B, TAILS, ROOM, WIDTH) of B blocks; the indicators before (n, K)
Saved = tuple[FloatArray, FloatArray, FloatArray, FloatArray]
# The benchmark's close and its change over 63 bars; NaN where it has none.
Market = tuple[float, float]


class PrepareKernel(Protocol):
    """The compiled start of a state."""

    def __call__(self, prices: Prices, market: FloatArray, saved: Saved) -> None: ...


class RefreshKernel(Protocol):
    """The compiled step of a state."""

    def __call__(self, bars: FloatArray, market: Market, saved: Saved, out: FloatArray) -> None: ...


@exact
def keep(cells: FloatArray, tail: FloatArray, columns: rows.Columns, place: tuple[int, int]) -> None:
    """Copy the last of (m,) columns, m >= 1, into the tail up to ``place``, and set the sums over them."""
    last, j = place
    _, high, low, close, volume, market = columns
    bars = len(close)
    for back in range(min(bars, block.KEPT)):
        t, source = last - back, bars - 1 - back
        tail[block.HIGHS, t, j] = high[source]
        tail[block.LOWS, t, j] = low[source]
        tail[block.CLOSES, t, j] = close[source]
        tail[block.MARKETS, t, j] = market[source]
        tail[block.VOLUMES, t, j] = volume[source]
        if cells[block.JOINED, j] == back and market[source] > 0.0 and close[source] >= LEAST_PRICE:
            cells[block.JOINED, j] += 1.0
    for back in range(200):
        if back < 50:
            block.add_one(cells, block.SUM_50, j, tail[block.CLOSES, last - back, j])
        block.add_one(cells, block.SUM_200, j, tail[block.CLOSES, last - back, j])
    for back in range(4):
        if bars - back >= 14:
            cells[block.RAW + 3 - back, j] = raw_stochastic(high, low, close, bars - 1 - back)
    block.anchor_logs(cells, tail, last, j)
    if cells[block.JOINED, j] >= min(bars, BETA_RETURNS + 1):
        block.sum_returns(cells, tail, last, j)


def _prepare(sources: str) -> PrepareKernel:
    @entry
    def prepare(prices: Prices, market: FloatArray, saved: Saved) -> None:
        _ = sources
        open_, high, low, close, volume = prices
        heads, cells, tails, indicators = saved
        held = np.empty((6, BARS_NEEDED))
        for b in range(len(heads)):
            # Tails fill up at different times, so that no single refresh has to move them all back.
            heads[b] = block.KEPT + b % (block.ROOM - block.KEPT + 1)
            last = int(heads[b]) - 1
            for j in range(min(block.WIDTH, len(close) - b * block.WIDTH)):
                i = b * block.WIDTH + j
                whole = (open_[i], high[i], low[i], close[i], volume[i], market)
                columns, _ = read(whole, held)
                cells[b, block.COUNT, j] = indicators[i, rows.BARS]
                if len(columns[3]) > 0:
                    state = settled(columns, whole)
                    for at in range(STATE_SIZE):
                        cells[b, at, j] = state[at]
                    keep(cells[b], tails[b], columns, (last, j))
            block.reset_year(cells[b], tails[b], last)

    return prepare


@exact
def receive(bars: FloatArray, market: Market, cells: FloatArray, tail: FloatArray, head: int) -> int:
    """Push the bars of one block's symbols, (at most WIDTH, 5), at slot ``head``; return how many have none."""
    missing = 0
    for j in range(len(bars)):
        opened, high, low, close, volume = bars[j, 0], bars[j, 1], bars[j, 2], bars[j, 3], bars[j, 4]
        if abs(opened) + abs(high) + abs(low) + abs(close) + abs(volume) < LIMIT:
            if cells[block.LAG, j] > 0.0:
                block.catch_up(cells, tail, head, j)
            lane.push(cells, tail, (head, j), (high, low, close, market[0], volume))
        else:
            cells[block.LAG, j] += 1.0
            missing += 1
    return missing


@exact
def put_lane(
    out: FloatArray, opened: float, blocks: tuple[FloatArray, FloatArray, FloatArray], place: tuple[int, int],
    scratch: FloatArray,
) -> None:  # fmt: skip
    """Write the indicators of one symbol that has a new bar, but for its relative strength."""
    cells, tail, work = blocks
    count = int(cells[block.COUNT, place[1]])
    out[:] = math.nan
    out[rows.BARS] = count
    lane.put_smoothed(out, cells, tail, place)
    lane.put_changes(out, tail[block.CLOSES], place, opened)
    lane.put_ranges(out, cells, tail, work, place)
    lane.put_sums(out, cells, tail, work, place)
    lane.put_logs(out, cells, work, place[1])
    lane.put_beta(out, cells, tail, place, scratch)
    lane.only_known(out, count)


def _refresh(sources: str) -> RefreshKernel:
    @entry
    def refresh(bars: FloatArray, market: Market, saved: Saved, out: FloatArray) -> None:
        _ = sources
        heads, cells, tails, before = saved
        work = np.empty((block.WORK, block.WIDTH))
        sums = np.empty((block.SUM_END - block.PEAK, block.WIDTH))
        scratch = np.empty((4, block.KEPT))
        for b in range(len(heads)):
            start, stop = b * block.WIDTH, min((b + 1) * block.WIDTH, len(bars))
            head = int(heads[b])
            if head == block.ROOM:
                head = block.move_back(cells[b], tails[b])
            missing = receive(bars[start:stop], market, cells[b], tails[b], head)
            if missing > 0:
                sums[:] = cells[b, block.PEAK : block.SUM_END]
            block.windows(work, tails[b], head)
            block.roll(cells[b], tails[b], work, head)
            heads[b] = head + 1
            for j in range(stop - start):
                row = out[start + j]
                if cells[b, block.LAG, j] > 0.0:
                    row[:] = before[start + j]
                    cells[b, block.PEAK : block.SUM_END, j] = sums[:, j]
                else:
                    put_lane(row, bars[start + j, 0], (cells[b], tails[b], work), (head, j), scratch)
                row[rows.STRENGTH] = row[rows.ROC_63] - market[1]
                rows.finite_or_nan(row)

    return refresh


prepare = _prepare(sources_digest())
refresh = _refresh(sources_digest())
