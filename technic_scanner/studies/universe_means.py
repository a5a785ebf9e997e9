"""The mean return of the universe after (or before) each session, with equal weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import BoolArray, IntArray
from technic_scanner.screening.pick_returns import MOST_RETURN
from technic_scanner.screening.row_parts import in_threads
from technic_scanner.studies.kernel_events import universe_sums


@dataclass(frozen=True, slots=True, eq=False)
class UniverseMeans:
    """The universe's mean return from each session to K ``offsets`` sessions later; NaN where none is known.

    ``means`` (K, T); ``limited`` (K,) counts the returns above MOST_RETURN, which count as it.
    """

    offsets: tuple[int, ...]
    means: FloatArray
    limited: IntArray

    def after(self, offset: int) -> FloatArray:
        """Return the means (T,) of one of the offsets."""
        return np.asarray(self.means[self.offsets.index(offset)])


def universe_means(
    close: FloatArray, honest: BoolArray, offsets: Sequence[int], first: int, stop: int, threads: int | None = None
) -> UniverseMeans:
    """Return the means over the ``honest`` (n, T) rows, of sessions first … stop − 1; ``close`` (n, T), NaN no bar.

    A symbol that is not traded is held at its last close.
    """
    wanted = np.array(offsets, dtype=np.int64)

    def add(start: int, end: int) -> tuple[FloatArray, FloatArray, IntArray]:
        shape = len(wanted), close.shape[1]
        sums, counts, limited = np.zeros(shape), np.zeros(shape), np.zeros(len(wanted), np.int64)
        universe_sums(close[start:end], honest[start:end], wanted, first, stop, MOST_RETURN, sums, counts, limited)
        return sums, counts, limited

    shape = len(wanted), close.shape[1]
    total, count, limited = np.zeros(shape), np.zeros(shape), np.zeros(len(wanted), np.int64)
    for sums, counts, above in in_threads(len(close), threads, add):
        total += sums
        count += counts
        limited += above
    means = np.full(shape, np.nan)
    np.divide(total, count, out=means, where=count > 0.0)
    return UniverseMeans(tuple(offsets), means - 1.0, limited)
