"""Bars made for tests: seeded random walks in cents, and Hypothesis strategies for awkward histories."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from technic_scanner.screening.bars import FIELDS, FloatArray, Panel


def sessions(count: int) -> np.ndarray:
    return np.datetime64("2019-01-01", "D") + np.arange(count)


def panel_of(columns: tuple[FloatArray, ...]) -> Panel:
    """Return a panel of five (n, T) arrays."""
    count, length = columns[0].shape
    return Panel(tuple(f"S{i}" for i in range(count)), sessions(length), *columns)


def walk(count: int, length: int, seed: int = 1) -> Panel:
    """Return random walks in cents, with ties, volume in whole shares, and no missing bars."""
    rng = np.random.default_rng(seed)
    close = np.round(60.0 * np.exp(np.cumsum(rng.normal(0.0, 0.02, (count, length)), axis=1)), 2).clip(0.5)
    open_ = np.round(close * (1.0 + rng.normal(0.0, 0.006, (count, length))), 2)
    high = np.round(np.maximum(open_, close) * (1.0 + np.abs(rng.normal(0.0, 0.006, (count, length)))), 2)
    low = np.round(np.minimum(open_, close) * (1.0 - np.abs(rng.normal(0.0, 0.006, (count, length)))), 2)
    volume = np.round(rng.lognormal(13.0, 1.0, (count, length)))
    return panel_of((open_, high, low, close, volume))


def market(length: int, seed: int = 2) -> FloatArray:
    """Return a benchmark's closes."""
    rng = np.random.default_rng(seed)
    return np.asarray(np.round(400.0 * np.exp(np.cumsum(rng.normal(0.0003, 0.01, length))), 2))


def without(panel: Panel, missing: np.ndarray) -> Panel:
    """Return the panel with NaN in all five arrays where ``missing`` (n, T)."""
    return panel_of(tuple(np.where(missing, np.nan, getattr(panel, name)) for name in FIELDS))


@st.composite
def histories(draw: Callable[..., object], longest: int = 300) -> tuple[Panel, FloatArray]:
    """Draw one symbol of 1 to ``longest`` sessions and a benchmark: halts, gaps, zero volume, runs of equal prices."""
    length = draw(st.one_of(st.sampled_from((1, 2, 15, 20, 30, 64, 253, longest)), st.integers(1, longest)))

    def integers(low: int, high: int, usual: int) -> np.ndarray:
        fill = st.just(usual)
        return draw(hnp.arrays(np.int64, length, elements=st.integers(low, high), fill=fill))  # type: ignore[no-any-return]

    noisy = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rough = draw(st.sampled_from((0.0, 0.0, 0.02)))
    moves = np.round(noisy.normal(0.0, 6000 * rough, length)).astype(np.int64) + integers(-300, 300, 0)
    cents = np.maximum(5000 + np.cumsum(moves), 1)
    open_ = np.maximum(cents + integers(-200, 200, 0), 1)
    high = np.maximum(open_, cents) + integers(0, 200, draw(st.sampled_from((0, 5))))
    low = np.maximum(np.minimum(open_, cents) - integers(0, 200, draw(st.sampled_from((0, 5)))), 1)
    volume = integers(0, 10**9, draw(st.sampled_from((0, 1, 250_000))))
    missing = draw(hnp.arrays(np.bool_, length, elements=st.booleans(), fill=st.just(False)))
    closed = draw(hnp.arrays(np.bool_, length, elements=st.booleans(), fill=st.just(False)))
    prices = (row[None, :] / 100.0 for row in (open_, high, low, cents))
    return without(panel_of((*prices, volume[None, :].astype(np.float64))), missing[None, :]), np.where(
        closed, np.nan, market(length, 7)
    )
