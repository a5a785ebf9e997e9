"""Our kernels, the refresh, and the read of the same memory that bounds them."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from technic_scanner.screening.bars import FIELDS, FloatArray, Panel
from technic_scanner.screening.incremental import IndicatorState, advance
from technic_scanner.screening.indicators import last_indicators

CHUNK = 256


def one_thread(panel: Panel, benchmark: FloatArray) -> FloatArray:
    """Return all indicators from one call."""
    return last_indicators(panel, benchmark)


def threads(panel: Panel, benchmark: FloatArray, pool: ThreadPoolExecutor) -> list[FloatArray]:
    """Return all indicators in chunks, as a scan does, so that progress flows and a chunk can be cancelled."""
    starts = range(0, panel.shape[0], CHUNK)
    return list(pool.map(lambda start: last_indicators(panel.rows(start, start + CHUNK), benchmark), starts))


class Refresh:
    """One new bar a symbol, again and again, each a random step from the one before."""

    def __init__(self, panel: Panel, benchmark: FloatArray, count: int) -> None:
        self._state = IndicatorState.of(panel, benchmark)
        self._bars = np.stack([getattr(panel, name)[:, -1] for name in FIELDS], axis=1)
        self._close = float(benchmark[-1])
        self._rng = np.random.default_rng(7)
        self._threads = count

    def prepare(self) -> None:
        """Make the next bar; not timed."""
        self._bars[:, :4] *= np.exp(self._rng.normal(0.0, 0.02, (len(self._bars), 1)))
        self._close *= math.exp(self._rng.normal(0.0, 0.01))

    def run(self) -> FloatArray:
        """Return all indicators after that bar."""
        return advance(self._state, self._bars, self._close, threads=self._threads)


def read(panel: Panel, pool: ThreadPoolExecutor) -> float:
    """Return the sum of the five arrays, read by all threads: no kernel that reads them all can be faster."""
    half = panel.shape[0] // 2
    parts = [getattr(panel, name)[rows] for name in FIELDS for rows in (slice(None, half), slice(half, None))]
    return sum(pool.map(lambda part: float(part.sum()), parts))
