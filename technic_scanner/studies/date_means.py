"""The mean of a study's values on each date, and over dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import IntArray


@dataclass(frozen=True, slots=True, eq=False)
class DateMeans:
    """The ``columns`` (D,) of the dates with a known value, ascending, and the mean of each date's values (D,)."""

    columns: IntArray
    means: FloatArray

    @classmethod
    def of(cls, values: FloatArray, columns: IntArray) -> DateMeans:
        """Return the means of values (E,), NaN left out, of the dates at ``columns`` (E,), which ascend."""
        known = np.isfinite(values)
        if not known.any():
            return cls(np.empty(0, dtype=np.int64), np.empty(0))
        dates = columns[known]
        starts = np.flatnonzero(np.append(True, dates[1:] != dates[:-1]))
        counts = np.diff(starts, append=len(dates))
        return cls(dates[starts], np.add.reduceat(values[known], starts) / counts)

    def mean(self) -> float | None:
        """Return the mean over dates, None without any."""
        return float(self.means.mean()) if len(self.means) else None
