"""The refresh: a state saved from a full pass, and all indicators moved on by one new bar a symbol."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from technic_scanner.screening.bars import FIELDS, FloatArray, Panel
from technic_scanner.screening.indicator_names import INDICATORS
from technic_scanner.screening.indicators import change_63, last_indicators, on_sessions, prices_of
from technic_scanner.screening.kernel_block import CELLS, ROOM, TAILS, WIDTH
from technic_scanner.screening.kernel_refresh import prepare, refresh


@dataclass(slots=True, eq=False)
class IndicatorState:
    """What the last bar of n symbols left behind, as plain arrays that can be stored; ``advance`` moves it on in place.

    Symbols lie side by side in B blocks of WIDTH. ``heads`` (B,): where a block's next bar goes. ``cells``
    (B, CELLS, WIDTH): recursive averages and sums. ``tails`` (B, TAILS, ROOM, WIDTH): the last bars. ``indicators``
    (n, K): as of the last bar. ``market_bars`` (64,): the benchmark's last closes, newest last, NaN in front.
    """

    symbols: tuple[str, ...]
    heads: FloatArray
    cells: FloatArray
    tails: FloatArray
    indicators: FloatArray
    market_bars: FloatArray

    @classmethod
    def of(cls, panel: Panel, benchmark_close: FloatArray | None = None) -> IndicatorState:
        """Return the state after a panel's last session; ``benchmark_close``: (T,) as for ``last_indicators``."""
        count, sessions = panel.shape
        market = on_sessions(benchmark_close, sessions)
        indicators = last_indicators(panel, benchmark_close)
        blocks = -(-count // WIDTH)
        heads, cells = np.zeros(blocks), np.zeros((blocks, CELLS, WIDTH))
        tails = np.zeros((blocks, TAILS, ROOM, WIDTH))
        prepare(prices_of(panel), market, (heads, cells, tails, indicators))
        own = market[np.isfinite(market)][-64:]
        market_bars = np.concatenate([np.full(64 - len(own), np.nan), own])
        return cls(panel.symbols, heads, cells, tails, indicators, market_bars)


def advance(
    state: IndicatorState, bars: FloatArray, benchmark_close: float = math.nan, *, threads: int = 1
) -> FloatArray:
    """Return (n, K), the indicators after one more session, and move ``state`` on to it.

    ``bars``: (n, 5), open, high, low, close, volume of that session, NaN for a symbol without a bar.
    ``benchmark_close``: NaN if it has none. ``threads``: how many share the symbols. ValueError: bars of another shape.
    The same as ``last_indicators`` of the panel with that session appended.
    """
    count = len(state.symbols)
    if bars.shape != (count, 5):
        raise ValueError(f"bars have shape {bars.shape}, the state has {count} symbols")
    bars = np.require(bars, np.float64, ("C_CONTIGUOUS", "ALIGNED", "WRITEABLE"))
    close = float(on_sessions(np.array([benchmark_close]), 1)[0])
    if math.isfinite(close):
        state.market_bars = np.append(state.market_bars[1:], close)
    market = close, change_63(state.market_bars)
    out = np.empty((count, len(INDICATORS)))

    def part(start: int, stop: int) -> None:
        rows = slice(start * WIDTH, stop * WIDTH)
        saved = (state.heads[start:stop], state.cells[start:stop], state.tails[start:stop], state.indicators[rows])
        refresh(bars[rows], market, saved, out[rows])

    edges = np.linspace(0, len(state.heads), threads + 1).astype(int).tolist()
    if threads == 1:
        part(*edges)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(part, edges[:-1], edges[1:]))
    state.indicators = out
    return out


def warm_up() -> None:
    """Compile the refresh, or load it from Numba's cache."""
    panel = Panel(("A",), np.zeros(1, dtype="datetime64[D]"), *(np.ones((1, 1)) for _ in FIELDS))
    advance(IndicatorState.of(panel), np.ones((1, 5)))
