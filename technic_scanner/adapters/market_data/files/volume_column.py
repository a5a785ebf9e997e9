"""Tell the column of shares traded from that of their value, where two columns could be the volume."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.adapters.market_data.files.cell_numbers import texts_of, to_numbers
from technic_scanner.adapters.market_data.files.first_numbers import SAMPLE, first_numbers, mark_of
from technic_scanner.adapters.market_data.files.names import PRICES, plain
from technic_scanner.adapters.market_data.files.sheet import Sheet
from technic_scanner.screening.bars import FloatArray

_END_ROWS = 20  # prices adjusted for dividends fit the money that was paid in the newest rows alone
_NEARLY_ALL = 0.9
_SLACK = 1e-3
# Money in units of one, or in thousands, lakhs or millions beside shares; shares in lots of 100 or thousands.
_UNITS = (1.0, 1e-3, 1e-5, 1e-6, 100.0, 1e3)
_ROWS_FOR_A_UNIT = 5
_SAME = 0.99


def shares_and_money(sheet: Sheet, prices: dict[str, int], candidates: Sequence[int]) -> tuple[int, int] | None:
    """Return the places of the shares and of their value among ``candidates``, the likeliest volume first.

    One column is the value of the other if its ratio to it lies between low and high. None if no pair shows that.
    """
    if len(candidates) < 2 or any(name not in prices for name in PRICES):
        return None
    columns = [sheet.columns[prices[name]].slice(0, SAMPLE) for name in PRICES]
    mark = mark_of(columns)
    low, high = (first_numbers(sheet.columns[prices[name]], mark) for name in ("low", "high"))
    numbers = {place: first_numbers(sheet.columns[place], mark) for place in candidates}
    for unit in _UNITS:
        fitting = [
            (shares, money)
            for shares in candidates
            for money in candidates
            if shares != money and _is_value(numbers[money], numbers[shares], low * unit, high * unit, unit)
        ]
        if fitting:
            pairs = set(fitting)
            sure = [pair for pair in fitting if pair[::-1] not in pairs]  # at a price of 1 both look alike
            return sure[0] if sure else None
    return None


def nothing_tells(sheet: Sheet, chosen: int, others: Sequence[int]) -> str | None:
    """Return the name of another column that could be the volume as well as the ``chosen`` one; None if none could."""
    values = to_numbers(sheet.columns[chosen].slice(0, SAMPLE))
    if "tick" in plain(sheet.names[chosen]):
        return None
    for place in others:
        if "tick" in plain(sheet.names[place]) or plain(sheet.names[place]) == plain(sheet.names[chosen]):
            continue
        other = to_numbers(sheet.columns[place].slice(0, SAMPLE))
        if bool((np.nan_to_num(other) > 0).any()) and float(np.isclose(values, other).mean()) < _SAME:
            return sheet.names[place]
    return None


def is_whole(column: pa.Array) -> bool:
    """Return whether a column has numbers above 0, and no decimals in any of them."""
    values = to_numbers(column)
    values = values[np.isfinite(values)]
    text = texts_of(column)
    cents = text is not None and bool(
        pc.any(pc.fill_null(pc.match_substring_regex(text, r"[.,]\d{1,2}$"), fill_value=False)).as_py()
    )
    return bool((values > 0).any()) and bool((values % 1 == 0).all()) and not cents


def _is_value(money: FloatArray, shares: FloatArray, low: FloatArray, high: FloatArray, unit: float) -> bool:
    traded = (money > 0) & (shares > 0) & (low > 0) & (high > 0)
    rows = int(traded.sum())
    if rows == 0 or (unit != 1.0 and rows < _ROWS_FOR_A_UNIT):
        return False
    paid = money[traded] / shares[traded]
    inside = (paid >= low[traded] * (1 - _SLACK)) & (paid <= high[traded] * (1 + _SLACK))
    ends = rows > _END_ROWS and (inside[:_END_ROWS].all() or inside[-_END_ROWS:].all())
    return bool(inside.mean() >= _NEARLY_ALL or ends)
