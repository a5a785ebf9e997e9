"""Tell the decimal mark where every cell may be read with both marks, such as 1.390: by what else is in the columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.adapters.market_data.files.cell_numbers import COMMA, DOT, Marks, numbers_of
from technic_scanner.adapters.market_data.files.names import PRICES

# Currencies that have no smaller unit any more, and "70.500,-", which is how a round price is written.
_WITHOUT_DECIMALS = r"[₩₫円원]|(?:^|[^\pL])(?:Rp|IDR|KRW|VND|VNĐ|JPY)\.?(?:[^\pL]|$)"
_ROUND = r"\d,-+\s*\D*$"
# Blanks and apostrophes group the thousands: then neither points nor commas do.
_GROUPED = r"\d[\s\x{a0}\x{2000}-\x{200a}\x{202f}'’]\d{3}(?:\D|$)"
_FEW, _MANY = 0.02, 0.05


def mark_of_open_cells(columns: Mapping[str, pa.Array], texts: Mapping[str, pa.Array | None], shown: Marks) -> Marks:
    """Return a count for the decimal mark of prices whose cells show ``shown``; none if nothing tells it.

    ``columns`` are the prices and the volume by meaning, ``texts`` their cells without currencies.
    """
    told = None
    if shown.dot == shown.comma and (shown.open_dot or shown.open_comma):
        told = _told(columns, texts, shown)
    return Marks(dot=int(told == DOT), comma=int(told == COMMA))


def _told(columns: Mapping[str, pa.Array], texts: Mapping[str, pa.Array | None], shown: Marks) -> str | None:
    prices = [columns[name] for name in PRICES]
    if _any(prices, _ROUND):
        return COMMA
    one_mark = not (shown.open_dot and shown.open_comma)
    if one_mark and _any(prices, _WITHOUT_DECIMALS):
        return DOT if shown.open_comma else COMMA
    if one_mark and _any(columns.values(), _GROUPED):
        return COMMA if shown.open_comma else DOT
    dot, comma = (_share_of_faults(columns, texts, mark) for mark in (DOT, COMMA))
    if min(dot, comma) <= _FEW and max(dot, comma) >= _MANY:
        return DOT if dot < comma else COMMA
    return None


def _any(columns: Iterable[pa.Array], pattern: str) -> bool:
    return any(
        bool(pc.any(pc.match_substring_regex(column, pattern)).as_py())
        for column in columns
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    )


def _share_of_faults(columns: Mapping[str, pa.Array], texts: Mapping[str, pa.Array | None], mark: str) -> float:
    """Return the share of bars whose high and low do not contain open and close, if read with ``mark``."""
    opened, high, low, close = (numbers_of(columns[name], texts[name], mark, words=False) for name in PRICES)
    with np.errstate(invalid="ignore"):
        known = np.isfinite(opened + high + low + close)
        faulty = (np.maximum(opened, close) > high) | (np.minimum(opened, close) < low)
    return float(faulty[known].mean()) if known.any() else 1.0
