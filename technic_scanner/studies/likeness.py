"""How alike the symbols of dates near each other are, where dates have many entries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import IntArray
from technic_scanner.screening.row_parts import in_threads
from technic_scanner.studies.dates import Dates
from technic_scanner.studies.kernel_likeness import fill_sets, shared_sets

_WORD = 64  # symbols in a word of a set
# With fewer entries of each of that many symbols and dates it is quicker to go from entry to entry.
_MANY = 1 / 16


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """Pairs of dates by how many sessions they are apart, (reach, 2): the sum of their cosines, and how many.

    The cosine of two dates' sets of symbols is how many both have, divided by the root of the product of their sizes.
    """

    pairs: FloatArray

    @classmethod
    def of(cls, rows: IntArray, symbols: int, dates: Dates, reach: int) -> Likeness:
        """Create it from the symbol of each entry (E,), of so many, for dates less than ``reach`` sessions apart."""
        sets = np.zeros((len(dates.columns), -(-symbols // _WORD)), np.uint64)
        fill_sets(rows, dates.starts, sets)
        shares = 1.0 / np.sqrt(dates.sizes)

        def part(first: int, stop: int) -> FloatArray:
            out = np.zeros((reach, 2))
            shared_sets(sets, dates.columns, shares, first, stop, out)
            return out

        pairs = np.zeros((reach, 2))
        for found in in_threads(len(sets), None, part):
            pairs += found
        return cls(pairs)

    def within(self, horizon: int) -> float:
        """Return the mean cosine of dates less than ``horizon`` sessions apart, 1 where there are none.

        It is weighed by the part of the horizon that they share.
        """
        parts = 1.0 - np.arange(1, horizon) / horizon
        shared, possible = parts @ self.pairs[1:horizon]
        return float(shared / possible) if possible > 0.0 else 1.0


def has_many(entries: int, symbols: int, dates: int) -> bool:
    """Return whether there are so many entries that sets of symbols are quicker than going from entry to entry."""
    return entries >= _MANY * symbols * dates
