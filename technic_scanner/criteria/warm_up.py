"""Compile every kernel of the language or load what is kept of it, and tell beforehand whether that takes long."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from technic_scanner.criteria import kernel_bars, kernel_points, kernel_ranks, kernel_recursive, kernel_windows
from technic_scanner.criteria.criteria import compile_text
from technic_scanner.criteria.functions import FUNCTIONS
from technic_scanner.criteria.kernel_compile import Entry
from technic_scanner.criteria.panel import Panel

SLOW = "compiling what criteria need, once on this machine: this takes up to a minute (technic-scanner warmup does it)"
_MODULES: tuple[ModuleType, ...] = (kernel_bars, kernel_points, kernel_ranks, kernel_recursive, kernel_windows)
# Beside the functions' examples: what else calls a kernel, or one with arrays of another kind.
_MORE = (
    "bars > 3 and (weekly.close > 1 or monthly.now.close > 1) and sector in ('Energy')",
    "sum(high + low, 3) > 0 and sma(rsi(3), 4) > 0 for 2 bars and log(close) > log(sma(close, 3))",
    "close between 1 and 2 within 3 bars and bollinger_pct_b(roc(close, 2), 3, 2) > 0 and wma(change(close, 1), 3) > 0",
    "rank(close) > 0.5 and zscore(close) by sector > 0 and rank(rank(close)[1]) > 0 and market.close > close",
    "stdev(realised_vol(3), 3) > 0 and slope(log(close), 3) > 0 and obv_slope(3) > 0 and trend_score > 0",
)


def kernels() -> dict[str, Entry]:
    """Return every kernel of the language by its module and name."""
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": function
        for module in _MODULES
        for name, function in vars(module).items()
        if isinstance(function, Entry)
    }


def is_quick() -> bool:
    """Return whether all kernels are loaded, or compiled on this machine: whether ``warm_up`` takes a second or two."""
    return all(kernel.is_loaded or kernel.is_kept for kernel in kernels().values())


def warm_up() -> None:
    """Compile all kernels, or load what is kept of them."""
    prices = 10.0 + np.arange(160.0).reshape(2, 80) % 7.0
    whole = Panel.from_arrays(prices, open=prices, high=prices + 1.0, low=prices - 1.0, volume=prices)
    halted = prices.copy()
    halted[1, 40] = np.nan
    holed = Panel.from_arrays(halted, open=prices, high=prices + 1.0, low=prices - 1.0, volume=prices)
    compile_text("ts_rank(close, 701) > 0.5").evaluate(_long(), 701, threads=1)
    for text in (*(function.example for function in FUNCTIONS.values()), *_MORE):
        criteria = compile_text(text)
        for panel in (whole, holed):
            criteria.judge(panel, threads=1)


def _long() -> Panel:
    """Return bars that are long enough for an ordered window."""
    return Panel.from_arrays(10.0 + np.arange(1500.0).reshape(1, 1500) % 7.0)
