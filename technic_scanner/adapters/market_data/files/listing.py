"""Read universe.csv (symbols to scan with their sectors) and macro.csv (series by date)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from technic_scanner.adapters.market_data.files.cell_numbers import to_numbers
from technic_scanner.adapters.market_data.files.containers import FileRef
from technic_scanner.adapters.market_data.files.dates import DateHints, read_days
from technic_scanner.adapters.market_data.files.load_sheet import load_table
from technic_scanner.adapters.market_data.files.membership import spell_of, with_spell
from technic_scanner.adapters.market_data.files.names import canonical, is_index
from technic_scanner.adapters.market_data.files.sheet import Sheet
from technic_scanner.adapters.market_data.files.symbols import normal
from technic_scanner.domain.currencies import read_currency
from technic_scanner.domain.exchanges import exchange_code
from technic_scanner.domain.sectors import to_gics
from technic_scanner.domain.universe import Security
from technic_scanner.errors import SourceDataError
from technic_scanner.pipeline.ports import MacroSeries

_LAST = (date(2100, 1, 1) - date(1970, 1, 1)).days


def known_currency(text: str | None) -> str | None:
    """Return the code of the currency that the host names. Raises SourceDataError if it is none."""
    code = read_currency(text)
    if text and code is None:
        raise SourceDataError(f"TECHNIC_FILES_CURRENCY is {text!r}, which is not the code of a currency such as EUR.")
    return code


def read_listing(file: Path, currency: str | None = None) -> tuple[tuple[Security, ...], tuple[str, ...]]:
    """Return the securities in symbol order, and notes on unknown sectors and currencies. Raises SourceDataError.

    ``currency`` is that of the prices of symbols for which the file names none.
    """
    sheet = _sheet(file)
    meanings = canonical(sheet.names)
    if "symbol" not in meanings:
        raise SourceDataError(f"{file.name} has no column for symbol.")
    columns = {
        name: _texts(sheet, meanings.get(name))
        for name in (
            "symbol",
            "name",
            "sector",
            "industry",
            "sub_industry",
            "currency",
            "board",
            "member_from",
            "member_to",
        )
    }
    listed: dict[str, Security] = {}
    strange: set[str] = set()
    for symbol, name, sector, industry, sub_industry, money, board, first, last in zip(*columns.values(), strict=True):
        if symbol is None:
            continue
        if sector is not None and to_gics(sector) is None:
            strange.add(f"{sector!r} is no GICS sector")
        if money is not None and read_currency(money) is None:
            strange.add(f"{money!r} is no code of a currency")
        code = currency if money is None else read_currency(money)
        security = Security(
            normal(symbol), name, to_gics(sector), industry, sub_industry, currency=code, exchange=exchange_code(board)
        )
        spell = spell_of(first, last, file.name)
        listed[security.symbol] = with_spell(security, spell, listed.get(security.symbol))
    if not listed:
        raise SourceDataError(f"{file.name} lists no symbol.")
    notes = [f"{file.name}: {what} and counts as unknown." for what in sorted(strange)]
    return tuple(listed[symbol] for symbol in sorted(listed)), tuple(notes)


def read_macro(file: Path, as_of: date | None) -> tuple[MacroSeries, ...]:
    """Return one series per column except the date, without values after ``as_of``. Raises SourceDataError."""
    sheet = _sheet(file)
    date_column = canonical(sheet.names).get("date") or next((name for name in sheet.names if is_index(name)), None)
    if date_column is None:
        raise SourceDataError(f"{file.name} has no date column.")
    found = read_days(sheet.column(date_column), DateHints(_LAST))
    if found.undecided is not None:
        raise SourceDataError(f"{file.name}: nothing tells whether the day or the month comes first in its dates.")
    days, usable = found.days, found.known
    if as_of is not None:
        usable &= days <= (as_of - date(1970, 1, 1)).days
    order = np.flatnonzero(usable)[np.argsort(days[usable], kind="stable")]
    sessions = days[order].astype("datetime64[D]")
    names = [name for name in sheet.names if name != date_column]
    return tuple(MacroSeries(name, sessions, to_numbers(sheet.column(name))[order]) for name in names)


def _sheet(file: Path) -> Sheet:
    stat = file.stat()
    ref = FileRef(file, file.name, stat.st_size, stat.st_mtime_ns)
    try:
        return load_table(ref)
    except SourceDataError as error:
        raise SourceDataError(f"{file.name} {error}") from error


def _texts(sheet: Sheet, column: str | None) -> list[str | None]:
    """Return a column's trimmed texts, None for empty cells."""
    if column is None:
        return [None] * sheet.rows
    return [(text or "").strip() or None for text in sheet.column(column).cast(pa.string()).to_pylist()]
