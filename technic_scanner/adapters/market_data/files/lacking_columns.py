"""Say why a table has no columns of bars, where its form tells: a column per symbol, or a number per row."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.adapters.market_data.files.cell_numbers import to_numbers
from technic_scanner.adapters.market_data.files.names import PRICES, meaning
from technic_scanner.adapters.market_data.files.roles import Roles
from technic_scanner.adapters.market_data.files.sheet import Sheet

_SYMBOL = re.compile(
    r"^\^?(?=.*[A-Z0-9])[A-Z0-9]{1,12}(?:[.\-=/:][A-Z0-9]{1,6})?(?: [A-Z]{2})?(?: Equity| Index| Curncy)?$"
)
_NO_SYMBOLS = {
    "VWAP",
    "RSI",
    "MACD",
    "SMA",
    "EMA",
    "ATR",
    "OBV",
    "ADX",
    "CCI",
    "NAV",
    "ID",
    "NO",
    "BID",
    "ASK",
    "P/E",
    "EPS",
    "PE",
}
_MOST_LACKING = 3
_SAMPLE = 2_000
_READABLE = 0.5
_FEW_COLUMNS = 6
_NEEDED = "scans need open, high, low, close and volume of each symbol and day"


def why_lacking(sheet: Sheet, roles: Roles, missing: Collection[str]) -> str | None:
    """Return what form the table seems to have and what to do; None if it has no such form."""
    if len(set(PRICES) & set(missing)) < _MOST_LACKING:
        return None
    return _one_number_a_row(sheet) or _number_per_symbol(sheet, roles) or _column_per_symbol(sheet, roles)


def _column_per_symbol(sheet: Sheet, roles: Roles) -> str | None:
    dates = roles.places.get("date")
    names = [name for place, name in enumerate(sheet.names) if place != dates]
    columns = [column for place, column in enumerate(sheet.columns) if place != dates]
    if dates is None or len(names) < 2 or not all(map(_SYMBOL.match, names)) or _NO_SYMBOLS.intersection(names):
        return None
    if not all(map(_is_numeric, columns)):
        return None
    shown = ", ".join(names[:2]) + (" and the others" if len(names) > 2 else "")
    return (
        f"{shown} look like symbols, and one column for each holds one number a day; {_NEEDED}: put the symbols one "
        "under another, with a column for the symbol"
    )


def _one_number_a_row(sheet: Sheet) -> str | None:
    """Return what to do with a table that names the field of its only number in each row: open, high, low …"""
    if len(sheet.names) > _FEW_COLUMNS:
        return None
    for name, column in zip(sheet.names, sheet.columns, strict=True):
        fields = {str(cell) for cell in pc.unique(_texts(column)).to_pylist() if cell}
        if len({meaning(field) for field in fields if len(field) > 1} & set(PRICES)) >= _MOST_LACKING:
            return (
                f"its column {name} names the field of the one number in each row; {_NEEDED} side by side: make a "
                f"column of each {name}, as a pivot table does"
            )
    return None


def _number_per_symbol(sheet: Sheet, roles: Roles) -> str | None:
    """Return what is lacking in a table of a date, a symbol and one number in each row."""
    others = [place for place in range(len(sheet.names)) if place != roles.places.get("date")]
    if len(others) != 2 or len(sheet.names) == 2:
        return None
    for text, number in (others, others[::-1]):
        cells = [str(cell) for cell in pc.unique(_texts(sheet.columns[text])).to_pylist() if cell]
        if _is_numeric(sheet.columns[text]) or not _is_numeric(sheet.columns[number]):
            continue
        if len(cells) > 1 and all(map(_SYMBOL.match, cells)):
            return f"its column {sheet.names[number]} holds one number for each {sheet.names[text]} and day; {_NEEDED}"
    return None


def _texts(column: pa.Array) -> pa.Array:
    sample = column.slice(0, _SAMPLE)
    if pa.types.is_dictionary(sample.type):
        sample = sample.cast(sample.type.value_type)
    is_text = pa.types.is_string(sample.type) or pa.types.is_large_string(sample.type)
    return pc.utf8_trim_whitespace(sample) if is_text else pa.array([], pa.string())


def _is_numeric(column: pa.Array) -> bool:
    if pa.types.is_dictionary(column.type):
        return False
    values = to_numbers(column.slice(0, _SAMPLE))
    return bool(len(values)) and bool(np.isfinite(values).mean() >= _READABLE)
