"""Turn tables with a column per field and ticker, and tables without a header, into tables with plain columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.adapters.market_data.files.cell_numbers import to_numbers
from technic_scanner.adapters.market_data.files.dates import DateHints, read_days
from technic_scanner.adapters.market_data.files.delimited import from_line, is_running, parse_rows
from technic_scanner.adapters.market_data.files.names import is_index, meaning, plain
from technic_scanner.adapters.market_data.files.names_with_brackets import pairs_in_brackets
from technic_scanner.adapters.market_data.files.sheet import Sheet
from technic_scanner.errors import SourceDataError

_FIELDS = {"open", "high", "low", "close", "volume"}
_WIDE = _FIELDS | {f"adj_{name}" for name in _FIELDS} | {"dividend", "split"}
# What else yfinance writes of each ticker.
_BESIDE = frozenset({"repaired", "capitalgains"})
_ENOUGH = 4
_TICKER_LABELS = frozenset({"ticker", "tickers", "price", "symbol", "symbols"})
_FIELD_LABELS = frozenset({"price", "attributes", "field", "fields", "ticker", "tickers"})
_TUPLE = re.compile(r"^\(\s*['\"]([^'\"]*)['\"]\s*,\s*['\"]([^'\"]*)['\"]\s*\)$")
_REPEATED = re.compile(r"\.\d+$")
_OF_LEAN = r"^\d{8} \d\d:\d\d$"
_SAMPLE = 400
_NEARLY_ALL = 0.98
_CLOCK = r"^\d{1,2}:\d{2}(?::\d{2})?$|^0{1,6}$|^\d{6}$"
_TICKER = r"^[\pL^$][\pL\d.\-/^=_ ]{0,19}$"


def plain_sheet(sheet: Sheet, rows: Sequence[Sequence[str]], body: str | None, last: int) -> Sheet:
    """Return ``sheet`` with one column per field, one row per bar.

    ``rows`` are the first lines as cells, ``body`` is the whole text from the same line on; ``last`` is the newest
    possible day. Raises SourceDataError for a table without a header whose columns cannot be told.
    """
    if body is not None and (levels := _two_levels(rows)) is not None:
        return _of_levels(sheet, levels, body)
    if sheet.headless or (body is None and is_running(sheet.names)):
        return _headless(sheet, last)
    known = {meaning(name) for name in sheet.names}
    if (pairs := pairs_in_brackets(sheet.names)) is not None:
        return _made_long(sheet, pairs)
    if len(known & _FIELDS) < 3 and (pairs := _pairs_of_names(sheet.names)) is not None:
        return _made_long(sheet, pairs)
    return sheet


class _Levels:
    """Two header lines: what each column holds, of which ticker, and how many lines the header has.

    ``date`` is the place of the dates; with another one than the first, the first column is the number of the row.
    """

    def __init__(self, fields: list[str], tickers: list[str], lines: int, intraday: bool, date: int = 0) -> None:
        self.fields, self.tickers, self.lines, self.intraday, self.date = fields, tickers, lines, intraday, date


def _two_levels(rows: Sequence[Sequence[str]]) -> _Levels | None:
    for number, (upper, lower) in enumerate(pairwise(rows[:4])):
        if len(upper) != len(lower) or len(upper) < _ENOUGH + 1:
            continue
        levels = [[_REPEATED.sub("", cell.strip()) for cell in row] for row in (upper, lower)]
        date = _date_within(levels)
        if date:
            levels = [[row[date], *row[1:date], *row[date + 1 :]] for row in levels]
        fields = next((i for i in (0, 1) if all(map(_is_field, levels[i][1:]))), None)
        if fields is None or not (date or _may_label(levels[1 - fields][0], _TICKER_LABELS)):
            continue
        tickers = levels[1 - fields][1:]
        if not (date or _may_label(levels[fields][0], _FIELD_LABELS)):
            continue
        if not all(re.match(r"^[^\d.,;][^,;]*$|^\d+\.\w+$|^\d{4,6}$", ticker) for ticker in tickers):
            continue
        label = rows[number + 2] if len(rows) > number + 2 else []
        has_label = bool(label) and not any(cell.strip() for cell in label[1:])
        name = plain(label[0]) if has_label else ""
        return _Levels(
            levels[fields][1:], tickers, number + (3 if has_label else 2), name in ("datetime", "timestamp"), date
        )
    return None


def _is_field(cell: str) -> bool:
    return meaning(cell) in _WIDE or plain(cell) in _BESIDE


def _date_within(levels: Sequence[Sequence[str]]) -> int:
    """Return the place of the only column of dates behind the first; 0 if there is none. It belongs to no ticker."""
    places = [
        place
        for place, cells in enumerate(zip(*levels, strict=True))
        if place and sum(bool(cell) for cell in cells) == 1 and meaning("".join(cells)) == "date"
    ]
    return places[0] if len(places) == 1 and _may_label(levels[0][0], _FIELD_LABELS | _TICKER_LABELS) else 0


def _may_label(cell: str, labels: frozenset[str]) -> bool:
    if is_index(cell) or plain(cell) in labels:
        return True
    return labels is _TICKER_LABELS and meaning(cell) in ("symbol", "name", "date")


def _of_levels(sheet: Sheet, levels: _Levels, body: str) -> Sheet:
    keys = ["Date", *(str(place) for place in range(len(levels.fields) + bool(levels.date)))]
    table = parse_rows(from_line(body, levels.lines), sheet.separator or ",", keys)
    if levels.date:
        columns = table.columns
        table.columns = [columns[levels.date], *columns[1 : levels.date], *columns[levels.date + 1 :]]
    table.names = ["Date", *levels.fields]
    pairs: list[tuple[str, str] | None] = [None, *zip(levels.fields, levels.tickers, strict=True)]
    made = _made_long(table, pairs)
    made.intraday, made.torn, made.encoding = levels.intraday, table.torn, sheet.encoding
    return made


def _pairs_of_names(names: Sequence[str]) -> list[tuple[str, str] | None] | None:
    """Return (field, ticker) of each column, None for the date; None if the names are no such pairs."""
    pairs: list[tuple[str, str] | None] = []
    for name in names:
        pair = _pair(name)
        if pair is None and len([p for p in pairs if p is None]) >= 1:
            return None
        pairs.append(pair)
    tickers = {pair[1] for pair in pairs if pair is not None}
    fields = {meaning(pair[0]) for pair in pairs if pair is not None}
    return pairs if tickers and _FIELDS - {"volume"} <= fields else None


def _pair(name: str) -> tuple[str, str] | None:
    match = _TUPLE.match(name.strip())
    halves = [(match[1], match[2])] if match else []
    for mark in () if match else (" - ", "_", ".", "|", ":", " "):
        left, _, right = name.strip().partition(mark)
        first, _, second = name.strip().rpartition(mark)
        halves += [(left, right), (first, second)]
    named = [(one, other) for pair in halves for one, other in (pair, pair[::-1]) if one and other and _is_wide(one)]
    return max(named, key=lambda pair: len(plain(pair[0])), default=None)  # PX_OPEN before OPEN


def _is_wide(name: str) -> bool:
    return meaning(name) in _WIDE and len(plain(name)) > 1


def _made_long(sheet: Sheet, pairs: Sequence[tuple[str, str] | None]) -> Sheet:
    """Return a table with one row per date and ticker from one with a column per field and ticker."""
    index = next((place for place, pair in enumerate(pairs) if pair is None), None)
    if index is None:
        raise SourceDataError("it has no column for date")
    fields = list(dict.fromkeys(pair[0] for pair in pairs if pair is not None))
    tickers = list(dict.fromkeys(pair[1] for pair in pairs if pair is not None))
    place = {pair: number for number, pair in enumerate(pairs) if pair is not None}
    rows = sheet.rows
    dates = pa.concat_arrays([sheet.columns[index]] * len(tickers))
    symbols = pa.DictionaryArray.from_arrays(
        np.repeat(np.arange(len(tickers), dtype=np.int32), rows), pa.array(tickers)
    )
    columns = [dates, symbols]
    for name in fields:
        pieces = [sheet.columns[place[name, ticker]] if (name, ticker) in place else None for ticker in tickers]
        kind = next(piece.type for piece in pieces if piece is not None)
        columns.append(
            pa.concat_arrays([pa.nulls(rows, kind) if piece is None else piece.cast(kind) for piece in pieces])
        )
    return _without_empty(Sheet(["Date", "Symbol", *fields], columns, sheet.separator, sheet.torn, sheet.notes))


def _without_empty(sheet: Sheet) -> Sheet:
    """Drop the rows of tickers that did not trade on a date of others."""
    has = np.zeros(sheet.rows, dtype=np.bool_)
    for name, column in zip(sheet.names[2:], sheet.columns[2:], strict=True):
        if meaning(name) in _WIDE - {"dividend", "split"}:
            filled = column.is_valid()
            if pa.types.is_string(column.type):
                filled = pc.and_(filled, pc.match_substring_regex(pc.fill_null(column, ""), r"\d"))
            has |= np.asarray(filled, dtype=np.bool_)
    if not has.all():
        sheet.columns = [column.filter(pa.array(has)) for column in sheet.columns]
    return sheet


def _headless(sheet: Sheet, last: int) -> Sheet:
    """Name the columns of a table without a header by what is in them: a date, then open, high, low and close."""
    sample = [column.slice(0, _SAMPLE).cast(pa.string()) for column in sheet.columns]
    date = next((place for place, column in enumerate(sample) if _is_date(column, last)), None)
    failed = SourceDataError(f"it has no header, and its {len(sample)} columns cannot be told from what is in them")
    if date is None:
        raise failed
    names = list(sheet.names)
    names[date] = "Date"
    first = date + 1
    behind = first + _ENOUGH + 1 < len(sample) and bool(
        pc.all(pc.match_substring_regex(sample[first], _TICKER)).as_py()
    )
    if behind:
        names[first] = "Symbol"
        first += 1
    if first < len(sample) and bool(pc.all(pc.match_substring_regex(sample[first], _CLOCK)).as_py()):
        names[first] = "Time"
        first += 1
    if len(sample) < first + _ENOUGH or not _are_prices(sample[first : first + _ENOUGH]):
        raise failed
    names[first : first + _ENOUGH] = ["Open", "High", "Low", "Close"]
    if len(sample) == first + _ENOUGH:
        raise failed
    names[first + _ENOUGH] = "Volume"
    tickers = [p for p in range(date) if bool(pc.all(pc.match_substring_regex(sample[p], _TICKER)).as_py())]
    if tickers and not behind:
        names[tickers[0]] = "Symbol"
    sheet.names = names
    sheet.lean = date == 0 and bool(pc.all(pc.match_substring_regex(sample[0], _OF_LEAN)).as_py())
    sheet.notes.append(
        f"it has no header; columns {first + 1} to {first + _ENOUGH} were taken for open, high, low and close, and "
        f"column {first + _ENOUGH + 1} for the volume, because the numbers are in these relations"
    )
    return sheet


def _is_date(column: pa.Array, last: int) -> bool:
    if len(column) == 0 or not bool(
        pc.all(pc.match_substring_regex(column, r"\d[-/.]\d|^\d{8,19}|\d [A-Z]|[A-Za-z]{3}")).as_py()
    ):
        return False
    try:
        found = read_days(column, DateHints(last))
    except SourceDataError:
        return False
    readable = found.undecided is not None or found.known.mean() >= _NEARLY_ALL
    return bool(readable)


def _are_prices(columns: Sequence[pa.Array]) -> bool:
    opened, high, low, close = (to_numbers(column) for column in columns)
    with np.errstate(invalid="ignore"):
        inside = (high >= opened) & (high >= close) & (low <= opened) & (low <= close) & (low > 0)
        moved = high > low
    return bool(inside.mean() >= _NEARLY_ALL) and bool(moved.any())
