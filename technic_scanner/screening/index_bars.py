"""The equal-weight index of symbols as bars of its own, to compare symbols with where there is no benchmark."""

from __future__ import annotations

import numpy as np

from technic_scanner.screening.bars import Panel
from technic_scanner.screening.matrix import BoolArray
from technic_scanner.screening.regime import equal_weight_index

NAME = "equal-weight index"


def index_bars(bars: Panel, members: BoolArray | None = None) -> Panel:
    """Return one symbol with the closes of ``regime.equal_weight_index``; its other prices and its volume are unknown.

    ``members`` (n, T): which symbols count in each session, None: all. Its level, 100 at the first close, means
    nothing beside other numbers.
    """
    close = bars.close if members is None else np.where(members, bars.close, np.nan)
    unknown = np.full((1, len(bars.sessions)), np.nan)
    index = equal_weight_index(close)[None] if len(close) else unknown
    return Panel((NAME,), bars.sessions, unknown, unknown, unknown, index, unknown)
