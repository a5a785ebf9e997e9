"""The rank IC of ``rank by``: how well its order of a date's entries foretells the order of their returns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.evidence import LEAST_PAIRS, MeanTest, mean_test
from technic_scanner.screening.matrix import IntArray
from technic_scanner.screening.pick_returns import HORIZONS, MOST_RETURN
from technic_scanner.screening.row_parts import each_part
from technic_scanner.studies.even_overlap import fit_even
from technic_scanner.studies.kernel_ranks import coefficients
from technic_scanner.studies.result import Study


def information_coefficients(study: Study, horizon: int, threads: int | None = None) -> tuple[IntArray, FloatArray]:
    """Return the columns (D,) of the dates with an entry, and the rank IC (D,) of each, NaN where there is none.

    The best according to ``rank by`` counts as the highest, so that a positive IC means that its order is right.
    ``threads``: at most that many, by default one a core.
    """
    return study.by_date.columns, _by_date(study, (horizon,), threads)[:, 0]


def mean_ics(study: Study, horizons: Sequence[int] = HORIZONS, threads: int | None = None) -> dict[int, MeanTest]:
    """Return the mean IC over dates by horizon, each with its interval, which allows for shared sessions."""
    values = _by_date(study, horizons, threads)
    return {
        horizon: mean_test(values[:, k], study.by_date.columns, horizon, study.alike(horizon), fit_even)
        for k, horizon in enumerate(horizons)
    }


def _by_date(study: Study, horizons: Sequence[int], threads: int | None) -> FloatArray:
    """Return the rank ICs (D, K) of all dates with an entry, for each of the horizons at once."""
    dates, rank = study.by_date, study.criteria.tree.rank
    values = np.full((len(dates.columns), len(horizons)), np.nan)
    if study.order is None or rank is None:
        return values
    close, rows, ranks, offsets = study.panel.bars.close, study.rows, study.order_ranks, np.array(horizons, np.int64)

    def correlate(first: int, stop: int) -> None:
        columns, starts = dates.columns[first:stop], dates.starts[first : stop + 1]
        coefficients(close, rows, columns, starts, ranks, offsets, MOST_RETURN, LEAST_PAIRS, values[first:stop])

    each_part(len(values), threads, correlate)
    return values if rank.descending else -values
