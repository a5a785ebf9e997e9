"""The sessions with an entry, and which entries are theirs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from technic_scanner.screening.matrix import IntArray


class Dates(NamedTuple):
    """The sessions with an entry, ``columns`` (D,).

    Those of date d are from ``starts[d]`` to ``starts[d + 1]``, (D + 1,).
    """

    columns: IntArray
    starts: IntArray

    @classmethod
    def of(cls, columns: IntArray) -> Dates:
        """Create it from the session of each entry (E,), ascending."""
        counts = np.bincount(columns)
        dates = np.flatnonzero(counts)
        return cls(dates, np.append(0, np.cumsum(counts[dates])))

    @property
    def sizes(self) -> IntArray:
        """How many entries each has, (D,)."""
        return np.diff(self.starts)
