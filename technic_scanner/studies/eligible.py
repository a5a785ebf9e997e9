"""Which rows a scan could have picked in each session of a panel: members with enough bars and sound prices."""

from __future__ import annotations

import numpy as np

from technic_scanner.criteria.panel import Panel
from technic_scanner.screening.matrix import BoolArray
from technic_scanner.studies.kernel_eligible import eligible, leave_out_wrong_prices
from technic_scanner.studies.row_chunks import each_part

# As a scan asks for; docs/numbers.md has the other rules.
MIN_BARS = 20


def eligible_rows(
    panel: Panel, min_price: float, min_dollar_volume: float, threads: int | None
) -> tuple[BoolArray, BoolArray]:
    """Return (n, T) each: which rows could be picked in each session, and which of them make up the universe's mean.

    The second lacks rows with an unadjusted split or a price far off, judged by the bars up to the session.
    """
    bars = panel.bars
    could = np.empty(bars.shape, dtype=np.bool_)

    def judge(start: int, stop: int) -> None:
        arrays = [getattr(bars, name)[start:stop] for name in ("high", "low", "close", "volume")]
        eligible(*arrays, min_price, min_dollar_volume, MIN_BARS, could[start:stop])

    each_part(len(bars.symbols), threads, judge)
    if panel.members is not None:
        could &= panel.members
    honest = could.copy()

    def leave_out(start: int, stop: int) -> None:
        arrays = [getattr(bars, name)[start:stop] for name in ("open", "high", "low", "close", "volume")]
        leave_out_wrong_prices(*arrays, honest[start:stop])

    each_part(len(bars.symbols), threads, leave_out)
    return could, honest
