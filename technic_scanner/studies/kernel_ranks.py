"""Mean ranks of the entries of one date, and Spearman's correlation of them; compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from technic_scanner.criteria.kernel_compile import exact, kernel


@exact
def rank_correlation(ranks: Any, values: Any, order: Any) -> Any:
    """Return the correlation of mean ``ranks`` (m,) and those of ``values`` (m,), which ``order`` (m,) sorts.

    Equal values share their mean rank. NaN where one of the two does not vary.
    """
    count = len(ranks)
    middle = (count + 1) / 2.0
    both, ours, theirs = 0.0, 0.0, 0.0
    start = 0
    while start < count:
        end = start + 1
        while end < count and values[order[end]] == values[order[start]]:
            end += 1
        rank = (start + end + 1) / 2.0 - middle
        for place in range(start, end):
            own = ranks[order[place]] - middle
            both += own * rank
            ours += own * own
            theirs += rank * rank
        start = end
    scale = np.sqrt(ours * theirs)
    return both / scale if scale > 0.0 else np.nan


@kernel
def mean_ranks_of(values: Any, order: Any, out: Any) -> Any:
    """Write the ranks of ``values`` (m,), which ``order`` (m,) sorts, from 1 on into ``out`` (m,).

    Equal values share their mean rank.
    """
    count = len(values)
    start = 0
    while start < count:
        end = start + 1
        while end < count and values[order[end]] == values[order[start]]:
            end += 1
        for place in range(start, end):
            out[order[place]] = (start + end + 1) / 2.0
        start = end
