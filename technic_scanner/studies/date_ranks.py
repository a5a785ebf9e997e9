"""The ranks of a study's entries among those of their session."""

from __future__ import annotations

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import IntArray
from technic_scanner.studies.kernel_ranks import mean_ranks_of
from technic_scanner.studies.row_chunks import each_part


def ranks_by_date(values: FloatArray, columns: IntArray) -> FloatArray:
    """Return the mean rank (E,) of each value among those of its session, from 1 on; NaN where a value is not finite.

    ``columns`` (E,) ascending are the sessions.
    """
    out = np.full(len(values), np.nan)
    starts = np.flatnonzero(np.diff(columns, prepend=-1))
    ends = np.append(starts[1:], len(values))

    def rank(first: int, stop: int) -> None:
        for start, end in zip(starts[first:stop], ends[first:stop], strict=True):
            _rank(values[start:end], out[start:end])

    each_part(len(starts), None, rank)
    return out


def _rank(values: FloatArray, out: FloatArray) -> None:
    known = np.isfinite(values)
    if known.all():
        mean_ranks_of(values, np.argsort(values), out)
        return
    ranked = np.empty(int(known.sum()))
    mean_ranks_of(values[known], np.argsort(values[known]), ranked)
    out[known] = ranked
