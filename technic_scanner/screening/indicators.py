"""Compute all last-bar indicators of a panel; chunks of rows may be computed in several threads at the same time."""

from __future__ import annotations

import numpy as np

from technic_scanner.domain.profiles import SUB_SCORES
from technic_scanner.screening.bars import FIELDS, FloatArray, Panel, read_only
from technic_scanner.screening.indicator_names import INDICATORS
from technic_scanner.screening.kernel_index import mean_growth
from technic_scanner.screening.kernel_limits import BARS_NEEDED, BETA_RETURNS, LEAST_PRICE, LIMIT
from technic_scanner.screening.kernel_moves import find_calm
from technic_scanner.screening.kernel_own_bars import copy_own_bars
from technic_scanner.screening.kernel_scores import score_rows
from technic_scanner.screening.kernel_sums import weighted_sums
from technic_scanner.screening.kernels import Prices, Room, room_for, rows
from technic_scanner.screening.quality import calm_inputs, own_bars_inputs, quality
from technic_scanner.screening.regime import equal_weight_index, growth_inputs
from technic_scanner.screening.scoring import score_inputs, sub_scores

__all__ = ["BARS_NEEDED", "are_loaded", "last_indicators", "load", "warm_up"]


_FIRST = np.zeros(1, dtype=np.int64)


def last_indicators(panel: Panel, benchmark_close: FloatArray | None = None) -> FloatArray:
    """Return (n, K) float64, the indicators of each symbol's last bar in the order of ``INDICATORS``.

    ``benchmark_close``: (T,) on the panel's sessions, NaN where the benchmark has no bar (ValueError: another length).
    A symbol's indicators are computed from its existing bars, however old the last one is; NaN means that the history
    is too short, an input is missing or a quotient has no value. The GIL is released while the kernel runs.
    """
    out = np.empty((len(panel.symbols), len(INDICATORS)), dtype=np.float64)
    rows(*_inputs(panel, benchmark_close), out)
    return out


def _inputs(panel: Panel, benchmark_close: FloatArray | None) -> tuple[Prices, FloatArray, FloatArray, Room]:
    market = _on_sessions(benchmark_close, panel.shape[1])
    return _prices_of(panel), market, _centred_returns(market), room_for(panel.shape[1])


def _prices_of(panel: Panel) -> Prices:
    """Return the five arrays as read-only views, so that a panel mapped from a file needs no separate compilation."""
    return tuple(read_only(getattr(panel, name)) for name in FIELDS)  # type: ignore[return-value]


def _on_sessions(closes: FloatArray | None, sessions: int) -> FloatArray:
    """Return the benchmark's (T,) closes, NaN where there is no positive close; ValueError for another length."""
    if closes is None:
        return np.full(sessions, np.nan)
    row = np.asarray(closes, dtype=np.float64)
    if row.shape != (sessions,):
        raise ValueError(f"benchmark_close has shape {row.shape}, the panel has {sessions} sessions")
    return np.where((row > LEAST_PRICE) & (row < LIMIT), row, np.nan)


def _centred_returns(market: FloatArray) -> FloatArray:
    """Return the benchmark's last returns (252,) minus their mean; empty if one of its last 253 bars is missing."""
    closes = market[-BETA_RETURNS - 1 :]
    if len(closes) <= BETA_RETURNS or not np.isfinite(closes).all():
        return np.empty(0)
    returns: FloatArray = closes[1:] / closes[:-1] - 1.0
    returns -= returns.mean()
    return returns


def are_loaded() -> bool:
    """Return whether this process has loaded the kernels."""
    return rows.is_loaded


def warm_up() -> None:
    """Compile all kernels, or load them from disk."""
    panel, bits = _least_panel(), np.ones((1, 2), dtype=np.uint64)
    indicators = last_indicators(panel)
    sub_scores(indicators)
    quality(panel, indicators)
    copy_own_bars(*own_bars_inputs(panel, _FIRST, 2))
    equal_weight_index(panel.close)
    bits.flags.writeable = False
    weighted_sums(bits, np.ones(2, dtype=np.uint64), np.empty(1, dtype=np.uint64))


def load() -> None:
    """Load the kernels that are kept on disk and run without Numba; compile nothing."""
    panel, out = _least_panel(), np.empty((1, len(INDICATORS)))
    rows.load(*_inputs(panel, None), out)
    score_rows.load(*score_inputs(out), np.empty((1, len(SUB_SCORES))))
    find_calm.load(*calm_inputs(panel, out[:, 0]), np.zeros(1, bool))
    copy_own_bars.load(*own_bars_inputs(panel, _FIRST, 2))
    mean_growth.load(*growth_inputs(panel.close, np.ones((1, 2), bool)), np.empty(2))


def _least_panel() -> Panel:
    days = np.arange(2).astype("datetime64[D]")
    return Panel(("A",), days, *(np.ones((1, 2)) for _ in FIELDS))
