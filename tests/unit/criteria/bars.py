"""Bars for the tests of the scan language: random ones with halts and short histories, and real ones where they are."""

from __future__ import annotations

import numpy as np

from technic_scanner.criteria import Panel
from technic_scanner.screening.bars import Panel as Bars


def random_panel(symbols: int = 12, sessions: int = 400, seed: int = 1, *, whole: bool = False) -> Panel:
    """Return a panel with a market and sectors; unless ``whole`` some histories are short, halted or empty."""
    rng = np.random.default_rng(seed)
    shape = (symbols, sessions)
    close = np.round(50 * np.exp(np.cumsum(rng.normal(0, 0.02, shape), axis=1)), 2)
    opened = np.round(close * np.exp(rng.normal(0, 0.01, shape)), 2)
    high = np.round(np.maximum(opened, close) * (1 + rng.uniform(0, 0.02, shape)), 2)
    low = np.round(np.minimum(opened, close) * (1 - rng.uniform(0, 0.02, shape)), 2)
    volume = np.round(np.exp(rng.normal(13, 1, shape)))
    arrays = [opened, high, low, close, volume]
    halts = rng.random(sessions) < 0.1
    if not whole:
        for array in arrays:
            array[0, : sessions // 2] = np.nan
            array[1, :-9] = np.nan
            array[2, sessions // 3] = np.nan
            array[3, -30:-24] = np.nan
            array[4, -1] = np.nan
            array[5, :] = np.nan
            array[6, halts] = np.nan
    days = np.busday_offset("2019-01-02", np.arange(sessions), roll="forward")
    bars = Bars(tuple(f"S{i}" for i in range(symbols)), days, *arrays)
    index = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, sessions)))
    market = Bars(("M",), days, *(index[None].copy() for _ in range(5)))
    sectors = tuple(("Energy", "Health Care", None)[i % 3] for i in range(symbols))
    return Panel(bars, {"sector": sectors, "industry": sectors}, market)


def cut(panel: Panel, start: int, stop: int) -> Panel:
    """Return the panel with the sessions start..stop only; the market is cut at the end alone."""
    market = None if panel.market is None else panel.market.window(0, stop)
    return Panel(panel.bars.window(start, stop), panel.labels, market, panel.calendar)
