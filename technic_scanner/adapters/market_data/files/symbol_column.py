"""Decide which column of a sheet holds the symbol, by its name and by what is in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.adapters.market_data.files.boards import boards_in, boards_of_one
from technic_scanner.adapters.market_data.files.cell_numbers import to_numbers
from technic_scanner.adapters.market_data.files.names import REGISTERS, plain
from technic_scanner.adapters.market_data.files.roles import Roles, columns_text
from technic_scanner.adapters.market_data.files.sheet import Sheet
from technic_scanner.adapters.market_data.files.symbols import is_generic, normal
from technic_scanner.errors import SourceDataError

IntArray = npt.NDArray[np.int64]
_TICKER = r"^[\pL\d^$][\pL\d.\-/^=_&: ]{0,23}$"
_OFTEN, _SELDOM = 0.5, 0.02
_PERIOD_NAMES = re.compile(r"date|day|week|month|year|quarter|season|expir|contract")
_PADDED = re.compile(r"^0\d{4,5}$")
_ROWS_EACH = 2
_FAR = 0.25  # of the logs of closes: companies under one another are seldom as near


@dataclass(frozen=True, slots=True, eq=False)
class SymbolColumn:
    """The distinct symbols and the number of each row's, −1 without one; ``name`` is the column, None if there is none.

    ``note`` says why the column was chosen where its name does not tell.
    """

    symbols: tuple[str, ...]
    codes: npt.NDArray[np.int32]
    name: str | None
    note: str | None = None


def symbol_column(sheet: Sheet, roles: Roles, moments: IntArray, stem: str) -> SymbolColumn | None:
    """Return the symbols of the rows; None if all belong to the one in the file's name ``stem``.

    ``moments`` are the days (or, for bars within a day, the seconds) of the rows that have a date and are no copies,
    −1 for the others. Raises SourceDataError if several rows share a day and no column tells their symbols.
    """
    rows = moments >= 0
    named = [_filled_down(_coded(sheet, place)) for place in roles.symbols]
    named = [column for column in named if (column.codes >= 0).mean() > _OFTEN]
    for column in named:
        if _is_register_of_one(column, stem):
            continue
        if _repeated(column.codes, moments, rows) <= _SELDOM:
            return column
    if named and not all(_is_register_of_one(column, stem) for column in named):
        return next(column for column in named if not _is_register_of_one(column, stem))
    if not rows.any():
        return None  # there is no bar of anybody
    several = _repeated(np.zeros(len(moments), np.int32), moments, rows)
    company = _coded(sheet, roles.places["name"]) if "name" in roles.places else None
    if company is not None and len(company.symbols) > 1 and _repeated(company.codes, moments, rows) <= _SELDOM:
        return company
    if several > _OFTEN:
        return _several_a_day(sheet, roles, moments, rows)
    return _by_blocks(sheet, roles, moments, rows)


def _is_register_of_one(column: SymbolColumn, stem: str) -> bool:
    return len(column.symbols) == 1 and plain(column.name or "") in REGISTERS and not is_generic(stem)


def _coded(sheet: Sheet, place: int) -> SymbolColumn:
    column = sheet.columns[place]
    if pa.types.is_dictionary(column.type):
        coded = column
    else:
        if pa.types.is_floating(column.type):
            column = pc.round(column).cast(pa.int64(), safe=False)
        coded = column.cast(pa.string()).dictionary_encode()
        if len(coded.dictionary) and bool(
            pc.all(pc.match_substring_regex(coded.dictionary, r"^\s*\d+\.0$|^\s*$")).as_py()
        ):
            whole = pc.replace_substring_regex(coded.dictionary, r"\.0$", "")  # codes that were saved as numbers
            coded = pa.DictionaryArray.from_arrays(coded.indices, whole)
    codes = np.asarray(coded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int32)
    written = [normal(str(value)) if value is not None else "" for value in coded.dictionary.to_pylist()]
    distinct = {symbol: number for number, symbol in enumerate(dict.fromkeys(symbol for symbol in written if symbol))}
    renumbered = np.array([*(distinct.get(symbol, -1) for symbol in written), -1], dtype=np.int32)
    return SymbolColumn(tuple(distinct), renumbered[codes], sheet.names[place])


def _filled_down(column: SymbolColumn) -> SymbolColumn:
    """Return a column in which a symbol stands in its first row alone, as spreadsheets show groups, with all rows."""
    rows = np.flatnonzero(column.codes >= 0)
    if len(column.codes) == 0 or column.codes[0] < 0 or len(rows) > _OFTEN * len(column.codes):
        return column
    last = np.zeros(len(column.codes), dtype=np.int64)
    last[rows] = rows
    codes = column.codes[np.maximum.accumulate(last)]
    note = f"empty cells of the column {column.name} were filled with the symbol above them"
    return SymbolColumn(column.symbols, codes, column.name, note)


def _repeated(codes: npt.NDArray[np.int32], moments: IntArray, rows: npt.NDArray[np.bool_]) -> float:
    """Return the share of pairs of symbol and moment that more than one row has."""
    usable = rows & (codes >= 0)
    if not usable.any():
        return 1.0
    its = moments[usable]
    first = its.min()
    keys = np.sort(codes[usable].astype(np.int64) * (int(its.max() - first) + 1) + (its - first))
    starts = np.flatnonzero(np.append(True, np.diff(keys) != 0))
    return float((np.diff(np.append(starts, len(keys))) > 1).mean())


def _several_a_day(sheet: Sheet, roles: Roles, moments: IntArray, rows: npt.NDArray[np.bool_]) -> SymbolColumn | None:
    """Return the symbols of several rows a day; None if they are of several boards of one. Raises SourceDataError."""
    board = boards_of_one(sheet, roles, moments, rows)
    if board is None:
        return _by_content(sheet, roles, moments, rows)
    roles.places["board"] = board  # the main one is chosen later
    return None


def _by_content(sheet: Sheet, roles: Roles, moments: IntArray, rows: npt.NDArray[np.bool_]) -> SymbolColumn:
    """Return the only column whose values each stand once a day. Raises SourceDataError unless there is one."""
    fitting = []
    for place in roles.others:
        if not _may_be_symbols(sheet.columns[place]):
            continue
        column = _coded(sheet, place)
        recurs = len(np.unique(moments[rows])) == 1 or len(column.symbols) * 1.5 <= int(rows.sum())
        if len(column.symbols) > 1 and recurs and _repeated(column.codes, moments, rows) <= _SELDOM:
            fitting.append(column)
    if len(fitting) == 1:
        (column,) = fitting
        return SymbolColumn(
            column.symbols,
            column.codes,
            column.name,
            f"the column {column.name} was taken for the symbol, because each of its values stands once a day",
        )
    usual = int(np.median(np.unique(moments[rows], return_counts=True)[1]))
    boards = [sheet.names[place] for place in boards_in(sheet, roles) if _stands_once(sheet, place, moments, rows)]
    could = ", ".join([*(str(column.name) for column in fitting), *boards])
    which = f"it could be {could}; name it in files.toml" if could else f"the columns found are {columns_text(sheet)}"
    raise SourceDataError(f"has {usual} rows a day and no column that is known to hold the symbol; {which}")


def _stands_once(sheet: Sheet, place: int, moments: IntArray, rows: npt.NDArray[np.bool_]) -> bool:
    """Return whether each of several values of a column stands once a day."""
    column = _coded(sheet, place)
    return len(column.symbols) > 1 and _repeated(column.codes, moments, rows) <= _SELDOM


def _may_be_symbols(column: pa.Array) -> bool:
    """Return whether a column holds short texts or whole numbers of four or more digits."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary
    if pa.types.is_integer(column.type):
        column = column.cast(pa.string())
        return bool(pc.all(pc.match_substring_regex(column, r"^\d{4,12}$")).as_py())
    if not pa.types.is_string(column.type):
        return False
    filled = column.filter(pc.not_equal(pc.utf8_trim_whitespace(pc.fill_null(column, "")), ""))
    if len(filled) == 0:
        return False
    text = bool(pc.all(pc.match_substring_regex(pc.utf8_trim_whitespace(filled), _TICKER)).as_py())
    number = bool(pc.any(pc.match_substring_regex(filled, r"^\s*[+-]?\d*[.,]\d+%?\s*$|^\s*\d{1,3}\s*$")).as_py())
    return text and not number


def _by_blocks(sheet: Sheet, roles: Roles, moments: IntArray, rows: npt.NDArray[np.bool_]) -> SymbolColumn | None:
    """Return a column of tickers that changes where the dates begin anew, or the prices jump: one company a block."""
    for place in roles.others:
        if not _may_be_symbols(sheet.columns[place]):
            continue
        column = _coded(sheet, place)
        codes, days = column.codes[rows], moments[rows]
        changes = np.flatnonzero(np.diff(codes) != 0)
        if len(column.symbols) < 2 or len(changes) + 1 != len(column.symbols):
            continue
        steps = np.diff(days)
        turned = np.flatnonzero(steps < 0 if np.median(steps) > 0 else steps > 0)
        note = f"the column {column.name} was taken for the symbol, because the dates begin anew where it changes"
        if not (len(turned) and set(turned) <= set(changes)):
            alone = len(codes) < _ROWS_EACH * len(column.symbols) or _PERIOD_NAMES.search(plain(column.name or ""))
            if alone:
                continue
            why = _why_companies(sheet, roles, column, np.flatnonzero(rows)[changes])
            if why is None:
                continue
            note = f"the column {column.name} was taken for the symbol, because {why}"
        return SymbolColumn(column.symbols, column.codes, column.name, note)
    return None


def _why_companies(sheet: Sheet, roles: Roles, column: SymbolColumn, changes: npt.NDArray[np.intp]) -> str | None:
    """Return why the values of a column, one block each, are companies; None if nothing shows it."""
    if _prices_jump(sheet, roles, changes):
        return "the prices jump where it changes"
    if all(map(str.isdigit, column.symbols)) and any(map(_PADDED.match, column.symbols)):
        return "its values are codes that begin with zeros"
    return None


def unexplained_change(sheet: Sheet, roles: Roles, rows: npt.NDArray[np.bool_]) -> str | None:
    """Return a sentence on a column that may hold symbols, in a file that was taken for one symbol; None if none may.

    Each of its values has one block of ``rows`` (n,).
    """
    for place in roles.others:
        name = sheet.names[place]
        if not _may_be_symbols(sheet.columns[place]) or _PERIOD_NAMES.search(plain(name)):
            continue
        column = _coded(sheet, place)
        codes = column.codes[rows]
        changes = np.flatnonzero(np.diff(codes) != 0)
        if 1 < len(column.symbols) == len(changes) + 1 <= len(codes) // _ROWS_EACH and (codes >= 0).all():
            before, after = (column.symbols[codes[changes[0] + step]] for step in (0, 1))
            return (
                f"its column {name} changes from {before} to {after}, but all rows were taken for one symbol; if the "
                "column holds symbols, name it in files.toml"
            )
    return None


def _prices_jump(sheet: Sheet, roles: Roles, rows: npt.NDArray[np.intp]) -> bool:
    """Return whether the close is another one by far in the row after each of ``rows``, and nowhere else."""
    closes = to_numbers(sheet.columns[roles.places["close"]])
    with np.errstate(divide="ignore", invalid="ignore"):
        far = np.abs(np.log(closes[1:] / closes[:-1])) > _FAR
    return bool(far[rows].all()) and int(far.sum()) == len(rows)
