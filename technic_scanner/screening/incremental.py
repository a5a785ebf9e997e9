"""The refresh: a state saved from a full pass, and all indicators moved on by one new bar a symbol."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from technic_scanner.screening.bars import FloatArray, Panel
from technic_scanner.screening.indicator_names import INDICATORS
from technic_scanner.screening.indicators import change_63, last_indicators, on_sessions, prices_of
from technic_scanner.screening.kernel_advance import CELLS, KEPT, ROOM, TAILS, Market
from technic_scanner.screening.kernel_refresh import prepare, refresh
from technic_scanner.screening.kernel_windows import BETA_RETURNS


@dataclass(slots=True, eq=False)
class IndicatorState:
    """What the last bar of n symbols left behind, as plain arrays that can be stored; ``advance`` moves it on in place.

    ``cells`` (n, CELLS): recursive averages, sums and extremes. ``tails`` (n, TAILS, ROOM): the last bars.
    ``indicators`` (n, K): as of the last bar. ``market`` (KEPT,): the benchmark's close in the last sessions, newest
    last, NaN where it has none. ``market_bars`` (64,): its last existing closes.
    """

    symbols: tuple[str, ...]
    cells: FloatArray
    tails: FloatArray
    indicators: FloatArray
    market: FloatArray
    market_bars: FloatArray

    @classmethod
    def of(cls, panel: Panel, benchmark_close: FloatArray | None = None) -> IndicatorState:
        """Return the state after a panel's last session; ``benchmark_close``: (T,) as for ``last_indicators``."""
        count, sessions = panel.shape
        market = on_sessions(benchmark_close, sessions)
        indicators = last_indicators(panel, benchmark_close)
        cells = np.zeros((count, CELLS))
        tails = np.zeros((count, TAILS, ROOM))
        prepare(prices_of(panel), market, indicators, cells, tails)
        own = market[np.isfinite(market)]
        return cls(panel.symbols, cells, tails, indicators, _newest(market, KEPT), _newest(own, 64))


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
    bars = np.ascontiguousarray(bars, dtype=np.float64)
    close = float(on_sessions(np.array([benchmark_close]), 1)[0])
    state.market = np.append(state.market[1:], close)
    if math.isfinite(close):
        state.market_bars = np.append(state.market_bars[1:], close)
    market, change = _market(state.market), change_63(state.market_bars)
    out = np.empty((count, len(INDICATORS)))

    def part(start: int, stop: int) -> None:
        saved = (state.cells[start:stop], state.tails[start:stop], state.indicators[start:stop])
        refresh(bars[start:stop], market, change, saved, out[start:stop])

    edges = np.linspace(0, count, threads + 1).astype(int).tolist()
    if threads == 1:
        part(0, count)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(part, edges[:-1], edges[1:]))
    state.indicators = out
    return out


def _newest(values: FloatArray, count: int) -> FloatArray:
    """Return the last ``count`` values, NaN in front where there are fewer."""
    kept = values[-count:]
    return np.concatenate([np.full(count - len(kept), np.nan), kept])


def _market(closes: FloatArray) -> Market:
    returns = closes[1:] / closes[:-1] - 1.0
    window = returns[-BETA_RETURNS:]
    return (
        float(closes[-1]),
        float(returns[-1]),
        float(returns[0]),
        float(window.sum()),
        float(np.square(window - window.mean()).sum()),
    )
