"""Say that a price at which futures are settled stands beside the close that was taken."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from technic_scanner.adapters.market_data.files.cell_numbers import to_numbers
from technic_scanner.adapters.market_data.files.names import plain
from technic_scanner.adapters.market_data.files.sheet import Sheet

_OF_SETTLEMENT = "settle"


def note_on_settlement(sheet: Sheet, close: int, others: Sequence[int]) -> str | None:
    """Return a sentence on a settlement price of ``others`` that is another than the close; None if there is none."""
    name = sheet.names[close]
    if _OF_SETTLEMENT in plain(name):
        return None
    closes = to_numbers(sheet.columns[close])
    for place in others:
        other = sheet.names[place]
        if _OF_SETTLEMENT not in plain(other):
            continue
        prices = to_numbers(sheet.columns[place])
        differ = int((np.isfinite(closes) & (prices > 0) & ~np.isclose(closes, prices, rtol=1e-9)).sum())
        if differ:
            rows = "1 row" if differ == 1 else f"{differ:,} rows"
            return (
                f"{name} was taken for the close; {other} is another price in {rows}: name it in files.toml if it is "
                "meant"
            )
    return None
