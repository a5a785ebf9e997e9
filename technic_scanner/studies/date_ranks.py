"""The ranks of a study's entries among those of their session."""

from __future__ import annotations

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import IntArray
from technic_scanner.screening.row_parts import each_part
from technic_scanner.studies.dates import Dates
from technic_scanner.studies.kernel_ranks import date_ranks


def ranks_by_date(values: FloatArray, columns: IntArray, threads: int | None = None) -> FloatArray:
    """Return the mean rank (E,) of each value among those of its session, from 1 on; NaN where a value is not finite.

    ``columns`` (E,) ascending are the sessions. ``threads``: at most that many, by default one a core.
    """
    out = np.empty(len(values))
    dates = Dates.of(columns)

    def rank(first: int, stop: int) -> None:
        date_ranks(values, dates.starts[first : stop + 1], out)

    each_part(len(dates.columns), threads, rank)
    return out
