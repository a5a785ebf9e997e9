"""How far overlapping periods hold the same symbols: what their mean returns have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import BoolArray, IntArray

# How much of a period's mean is noise of its own (prices that are off for a session, outliers), each with how probable
# it is before anything was seen. A share above zero jumps where a mean only moves, so that more of it is noise.
MEAN_NOISE = ((0.0, 4.0), (0.1, 1.0), (0.3, 0.5))
SHARE_NOISE = ((0.1, 1.0), (0.3, 1.0), (0.6, 1.0))
Noise = tuple[tuple[float, float], ...]


class Held(NamedTuple):
    """The symbol (m,) of each value, as a number from 0 on, and the side (m,) on which it is held, +1 or −1."""

    symbols: IntArray
    sides: FloatArray

    def part(self, rows: BoolArray | IntArray) -> Held:
        """Return those of ``rows``."""
        return Held(self.symbols[rows], self.sides[rows])


@dataclass(frozen=True, eq=False)
class Holdings:
    """What n periods hold: the values from ``ends[p]`` to ``ends[p + 1]`` of ``held`` belong to period p.

    ``noise``: parts (0–1) of a period's value that may be noise of its own, with the weight of each.
    """

    held: Held
    ends: IntArray
    noise: Noise = field(default=MEAN_NOISE)

    def likeness(self, rows: slice, columns: slice) -> FloatArray:
        """Return (rows, columns): the cosine of what two periods hold, from 1 (the same) over 0 (others) to −1."""
        of_rows = self._weights(rows)
        of_columns = of_rows if rows == columns else self._weights(columns)
        cosines: FloatArray = of_rows @ of_columns.T
        return cosines

    @cached_property
    def _numbers(self) -> tuple[IntArray, int]:
        """The symbols (k,) numbered without gaps, and how many there are."""
        different, numbers = np.unique(self.held.symbols, return_inverse=True)
        return numbers.astype(np.int64), len(different)

    def _weights(self, periods: slice) -> FloatArray:
        """Return the weight (periods, symbols) of each symbol, so that the squares of a period sum to 1."""
        numbers, count = self._numbers
        ends = self.ends[periods.start : periods.stop + 1]
        part, sizes = slice(ends[0], ends[-1]), np.diff(ends)
        cells = np.repeat(np.arange(len(sizes)) * count, sizes) + numbers[part]
        sums = np.bincount(cells, self.held.sides[part], len(sizes) * count)
        weights = np.asarray(sums, dtype=np.float64).reshape(len(sizes), count)
        length = np.sqrt(np.square(weights).sum(axis=1, keepdims=True))
        return weights / np.where(length > 0.0, length, 1.0)
