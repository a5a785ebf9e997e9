"""Take the marks that exchanges print behind prices, such as 101,50 bG or 104.1*, off columns of prices."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.adapters.market_data.files.names import PRICES
from technic_scanner.adapters.market_data.files.sheet import Sheet

_PRICE = r"[+-]?\p{Sc}?\s?\d[\d.,'’\s]*"
# German exchanges: b (all orders were filled), bG and bB (more buyers or sellers), rG, ebG and the like; * and the like
# point to a remark, ex D and xd follow a dividend.
_TRADED = r"(?:b|h|r|bB|bG|b[ze]z?B?G?|ebB|ebG|rB|rG|[*†‡]{1,3}|(?:ex\s?(?:D|Div|BR|BA)?|xd|xr))"
# Nobody traded at these: what sellers (B) or buyers (G) asked for, and estimates (T). They are left as they are.
_NOT_TRADED = r"(?:[BGT]|TB|TG|-[BGT]|-GT)"
_MARKED = rf"^(?P<price>{_PRICE}?)\s*(?P<mark>{_TRADED})$"
_FITTING = rf"^(?:{_PRICE}|[^\d\pL]*|{_PRICE}?\s*(?:{_TRADED}|{_NOT_TRADED}))$"


def take_marks(sheet: Sheet, places: Mapping[str, int]) -> str | None:
    """Take marks of trades off the columns of prices in which each cell is a price with or without a mark.

    Return a note on it, None if there are no marks. ``places`` are the columns by meaning.
    """
    note = None
    for name in (*PRICES, *(f"adj_{price}" for price in PRICES), "volume"):
        if name == "volume" and note is None:
            break  # there a b may be a milliard
        column = sheet.columns[places[name]] if name in places else None
        if column is None or not pa.types.is_string(column.type):
            continue
        text = pc.utf8_trim_whitespace(column)
        marked = pc.match_substring_regex(text, _MARKED)
        if bool(pc.any(marked).as_py()) and bool(pc.all(pc.match_substring_regex(text, _FITTING)).as_py()):
            note = note or f"marks behind its prices were left out, as in {text.filter(marked)[0].as_py()}"
            bare = pc.struct_field(pc.extract_regex(text, _MARKED), "price")
            sheet.columns[places[name]] = pc.coalesce(bare, text)
    return note
