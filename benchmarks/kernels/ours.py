"""Our kernels, and the read of the same memory that bounds them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from technic_scanner.screening.bars import FIELDS, FloatArray, Panel
from technic_scanner.screening.indicators import last_indicators

CHUNK = 256


def one_thread(panel: Panel, benchmark: FloatArray) -> FloatArray:
    """Return all indicators from one call."""
    return last_indicators(panel, benchmark)


def threads(panel: Panel, benchmark: FloatArray, pool: ThreadPoolExecutor) -> list[FloatArray]:
    """Return all indicators in chunks, as a scan does, so that progress flows and a chunk can be cancelled."""
    starts = range(0, panel.shape[0], CHUNK)
    return list(pool.map(lambda start: last_indicators(panel.rows(start, start + CHUNK), benchmark), starts))


def read(panel: Panel, pool: ThreadPoolExecutor) -> float:
    """Return the sum of the five arrays, read by all threads: no kernel that reads them all can be faster."""
    half = panel.shape[0] // 2
    parts = [getattr(panel, name)[rows] for name in FIELDS for rows in (slice(None, half), slice(half, None))]
    return sum(pool.map(lambda part: float(part.sum()), parts))
