"""Recognise usual column names of price, universe and macro files, and parse dates and numbers in usual formats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.screening.bars import FIELDS, FloatArray

_NAMES: dict[str, tuple[str, ...]] = {
    "date": ("date", "datetime", "timestamp", "time", "day", "session", "tradedate", "tradingdate", "dt", "index", ""),
    "symbol": ("symbol", "ticker", "tickersymbol", "sym", "secid", "instrument", "stock", "act symbol", "actsymbol"),
    "open": ("open", "o", "openprice", "opening", "priceopen"),
    "high": ("high", "h", "highprice", "max", "pricehigh"),
    "low": ("low", "l", "lowprice", "min", "pricelow"),
    "close": ("close", "c", "closeprice", "last", "closelast", "price", "priceclose", "closing"),
    "adj_close": ("adjclose", "adjustedclose", "closeadj", "closeadjusted", "adjcloseprice", "adjustedcloseprice"),
    "volume": ("volume", "vol", "v", "vol.", "volumeshares", "sharestraded", "totaltradequantity", "quantity"),
    "name": ("name", "company", "companyname", "security", "description", "longname", "shortname"),
    "sector": ("sector", "gicssector", "sectorname"),
    "industry": ("industry", "gicsindustry", "industryname", "industrygroup"),
    "sub_industry": ("subindustry", "gicssubindustry", "subindustryname"),
    "member_from": ("from", "memberfrom"),
    "member_to": ("to", "memberto"),
}
_CANONICAL = {alias: name for name, aliases in _NAMES.items() for alias in aliases}
# Texts that mark a missing number.
NOTHING: tuple[str, ...] = (
    "",
    "-",
    "na",
    "NA",
    "n/a",
    "N/A",
    "nan",
    "NaN",
    "NAN",
    "null",
    "NULL",
    "None",
    "none",
    "#N/A",
)
_ISO = r"^\d{4}-\d{2}-\d{2}"
_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%d.%m.%Y", "%b %d, %Y", "%d-%b-%Y", "%d %b %Y")
_SECONDS_FROM = 100_000_000  # an integer date above 99,999,999 cannot be yyyymmdd
_MILLISECONDS_FROM = 100_000_000_000


def canonical(names: Iterable[str]) -> dict[str, str]:
    """Return the meaning of each known column (date, symbol, open, …, adj_close, …) → its name in the file.

    Case, spaces, underscores and similar characters are ignored; of two columns with one meaning the first is used.
    """
    found: dict[str, str] = {}
    for name in names:
        meaning = _CANONICAL.get(re.sub(r"[^a-z0-9.]", "", name.lower().lstrip("\ufeff")))
        if meaning is not None:
            found.setdefault(meaning, name)
    return found


def lacking(meanings: Mapping[str, str]) -> list[str]:
    """Return which of the columns that bars need are missing."""
    return [name for name in ("date", *FIELDS) if name not in meanings]


def to_days(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return days since 1970 of a column of dates, and which rows have a date.

    Understands dates, timestamps (the day as written, whatever the time zone), 20240131, seconds and milliseconds since
    1970, ISO text, 2024/01/31, 31.01.2024, Jan 31, 2024 and month/day/year, or day/month/year if some day is above 12.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_timestamp(kind):
        column = pc.local_timestamp(column) if kind.tz else column
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _days_of_numbers(np.asarray(column.to_numpy(), dtype=np.float64))
    elif not pa.types.is_date(kind):
        return _days_of_text(column.cast(pa.string()))
    return _days_of_dates(column)


def to_numbers(column: pa.ChunkedArray) -> FloatArray:
    """Return float64; text such as "$1,234.50" or "3.2M" is parsed, and other text becomes NaN."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _numbers_of_text(column)
    values: FloatArray = np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    return values


def _numbers_of_text(column: pa.ChunkedArray) -> FloatArray:
    plain = pc.replace_substring_regex(pc.utf8_trim_whitespace(column.cast(pa.string())), r"[$€£,_%\s]", "")
    scale = np.ones(len(plain))
    for letter, factor in (("K", 1e3), ("M", 1e6), ("B", 1e9)):
        scale[np.asarray(pc.fill_null(pc.ends_with(plain, letter, ignore_case=True), fill_value=False))] = factor
    digits = pc.replace_substring_regex(plain, r"[KMBkmb]$", "")
    is_number = pc.fill_null(
        pc.match_substring_regex(digits, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"), fill_value=False
    )
    numbers = pc.if_else(is_number, digits, pa.scalar(None, pa.string())).cast(pa.float64())
    values: FloatArray = np.asarray(numbers.to_numpy(), dtype=np.float64) * scale
    return values


def _days_of_numbers(values: FloatArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    known = np.isfinite(values)
    whole = np.where(known, values, 0.0).astype(np.int64)
    if known.any() and whole[known].max() >= _SECONDS_FROM:
        divisor = 86_400_000 if whole[known].max() >= _MILLISECONDS_FROM else 86_400
        return whole // divisor, known
    text = pa.chunked_array([pa.array(np.char.mod("%08d", whole), pa.string(), mask=~known)])
    return _days_of_text(text)


def _days_of_text(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    text = pc.utf8_trim_whitespace(column)
    days = np.zeros(len(text), dtype=np.int64)
    known = np.zeros(len(text), dtype=np.bool_)
    is_iso = pc.match_substring_regex(text, _ISO)
    text = pc.if_else(
        is_iso, pc.utf8_slice_codeunits(text, 0, 10), pc.replace_substring_regex(text, r"[ T]\d.*:.*$", "")
    )
    for form in (*_FORMATS, *_slashed(text)):
        parsed, read = _days_of_dates(pc.strptime(text, format=form, unit="s", error_is_null=True))
        new = read & ~known
        days[new] = parsed[new]
        known |= read
        if known.all():
            break
    return days, known


def _slashed(text: pa.ChunkedArray) -> tuple[str, ...]:
    """Return month/day or day/month first, depending on whether any first number is above 12; US order otherwise."""
    first = pc.extract_regex(text, r"^(?P<first>\d{1,2})[/-]\d{1,2}[/-]\d{4}$")
    numbers = pc.struct_field(first, "first").drop_null().cast(pa.int64())
    day_first = len(numbers) > 0 and pc.max(numbers).as_py() > 12
    return ("%d/%m/%Y", "%d-%m-%Y") if day_first else ("%m/%d/%Y", "%m-%d-%Y")


def _days_of_dates(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    dates = column.cast(pa.date32(), safe=False)
    known = np.asarray(dates.is_valid(), dtype=np.bool_)
    days = np.asarray(dates.cast(pa.int32()).fill_null(0).to_numpy(), dtype=np.int64)
    return days, known
