"""Which rows a scan could have picked in each session of a panel: members with enough bars and sound prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from technic_scanner.criteria.panel import Panel
from technic_scanner.screening.matrix import BoolArray
from technic_scanner.studies.kernel_eligible import eligible, leave_out_wrong_prices
from technic_scanner.studies.row_chunks import each_part


@dataclass(frozen=True, slots=True)
class Minimums:
    """What a row must have to be eligible in a session.

    ``price`` and ``dollar_volume`` (20-session mean of close × volume) are in the prices' currency, 0 for none:
    adjusted prices of the past are not those of then. ``bars`` counts the row's own so far; a scan asks for 20.
    """

    price: float = 0.0
    dollar_volume: float = 0.0
    bars: int = 1


def eligible_rows(panel: Panel, minimums: Minimums, threads: int | None = None) -> tuple[BoolArray, BoolArray]:
    """Return (n, T) each: which rows could be picked in each session, and which of them make up the universe's mean.

    The second lacks rows with an unadjusted split or a price far off, judged by the bars up to the session.
    """
    bars = panel.bars
    could = np.empty(bars.shape, dtype=np.bool_)

    def judge(start: int, stop: int) -> None:
        arrays = [getattr(bars, name)[start:stop] for name in ("high", "low", "close", "volume")]
        eligible(*arrays, minimums.price, minimums.dollar_volume, minimums.bars, could[start:stop])

    each_part(len(bars.symbols), threads, judge)
    if panel.members is not None:
        could &= panel.members
    honest = could.copy()

    def leave_out(start: int, stop: int) -> None:
        arrays = [getattr(bars, name)[start:stop] for name in ("open", "high", "low", "close", "volume")]
        leave_out_wrong_prices(*arrays, honest[start:stop])

    each_part(len(bars.symbols), threads, leave_out)
    return could, honest
