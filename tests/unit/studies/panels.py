"""Panels for studies: random walks with late listings, halts and deaths, made from a seed."""

from __future__ import annotations

import numpy as np

from technic_scanner.criteria import Panel
from technic_scanner.screening.bars import Panel as Bars

SECTORS = ("Energy", "Utilities", "Materials")


def made_panel(seed: int, symbols: int = 12, sessions: int = 160, *, holes: bool = True) -> Panel:
    """Return a panel of random walks; with ``holes`` some start late, are halted, or stop being traded."""
    rng = np.random.default_rng(seed)
    close = 50.0 * np.exp(np.cumsum(rng.normal(0.0, 0.02, (symbols, sessions)), axis=1))
    opened = close * np.exp(rng.normal(0.0, 0.005, close.shape))
    high, low = np.maximum(opened, close) * 1.004, np.minimum(opened, close) * 0.996
    volume = rng.integers(100_000, 900_000, close.shape).astype(float)
    arrays = [opened, high, low, close, volume]
    if holes:
        missing = rng.random(close.shape) < 0.02
        for row in rng.choice(symbols, symbols // 3, replace=False):
            missing[row, : rng.integers(1, sessions // 2)] = True
        for row in rng.choice(symbols, symbols // 3, replace=False):
            missing[row, rng.integers(sessions // 3, sessions) :] = True
        for row in rng.choice(symbols, symbols // 4, replace=False):
            halt = rng.integers(0, sessions - 30)
            missing[row, halt : halt + 25] = True
        for array in arrays:
            array[missing] = np.nan
    days = np.busday_offset("2022-01-03", np.arange(sessions), roll="forward").astype("datetime64[D]")
    names = tuple(f"S{number:02d}" for number in range(symbols))
    sectors = tuple(SECTORS[number % len(SECTORS)] for number in range(symbols))
    return Panel(Bars(names, days, *arrays), {"sector": sectors})
