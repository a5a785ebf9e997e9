"""Which rows a scan could have picked in each session of a panel: members with enough bars and sound prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from technic_scanner.criteria.panel import Panel
from technic_scanner.screening.bars import FIELDS
from technic_scanner.screening.matrix import BoolArray
from technic_scanner.screening.row_parts import each_part
from technic_scanner.studies.kernel_eligible import judge


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
    could, honest = np.empty(bars.shape, dtype=np.bool_), np.empty(bars.shape, dtype=np.bool_)

    def part(start: int, stop: int) -> None:
        rows = slice(start, stop)
        prices = (getattr(bars, name)[rows] for name in FIELDS)
        judge(*prices, minimums.price, minimums.dollar_volume, minimums.bars, could[rows], honest[rows])
        if panel.members is not None:
            could[rows] &= panel.members[rows]
            honest[rows] &= panel.members[rows]

    each_part(len(bars.symbols), threads, part)
    return could, honest
