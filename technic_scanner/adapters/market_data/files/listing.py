"""Read universe.csv (symbols to scan with their sectors) and macro.csv (series by date)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from technic_scanner.adapters.market_data.files.columns import canonical, to_days, to_numbers
from technic_scanner.adapters.market_data.files.membership import spell_of, with_spell
from technic_scanner.adapters.market_data.files.tables import read_table
from technic_scanner.domain.sectors import to_gics
from technic_scanner.domain.universe import Security
from technic_scanner.errors import SourceDataError
from technic_scanner.pipeline.ports import MacroSeries


def read_listing(file: Path) -> tuple[tuple[Security, ...], tuple[str, ...]]:
    """Return the securities in symbol order, and notes on unknown sectors. Raises SourceDataError."""
    table = read_table(file)
    meanings = canonical(table.column_names)
    if "symbol" not in meanings:
        raise SourceDataError(f"{file.name} has no column for symbol.")
    columns = {
        name: _texts(table, meanings.get(name))
        for name in ("symbol", "name", "sector", "industry", "sub_industry", "member_from", "member_to")
    }
    listed: dict[str, Security] = {}
    strange: set[str] = set()
    for symbol, name, sector, industry, sub_industry, first, last in zip(*columns.values(), strict=True):
        if symbol is None:
            continue
        if sector is not None and to_gics(sector) is None:
            strange.add(sector)
        security = Security(symbol.upper(), name, to_gics(sector), industry, sub_industry)
        spell = spell_of(first, last, file.name)
        listed[security.symbol] = with_spell(security, spell, listed.get(security.symbol))
    if not listed:
        raise SourceDataError(f"{file.name} lists no symbol.")
    notes = [f"{file.name}: {sector!r} is no GICS sector and counts as unknown." for sector in sorted(strange)]
    return tuple(listed[symbol] for symbol in sorted(listed)), tuple(notes)


def read_macro(file: Path, as_of: date | None) -> tuple[MacroSeries, ...]:
    """Return one series per column except the date, without values after ``as_of``. Raises SourceDataError."""
    table = read_table(file)
    date_column = canonical(table.column_names).get("date")
    if date_column is None:
        raise SourceDataError(f"{file.name} has no date column.")
    days, usable = to_days(table[date_column])
    if as_of is not None:
        usable &= days <= (as_of - date(1970, 1, 1)).days
    order = np.flatnonzero(usable)[np.argsort(days[usable], kind="stable")]
    sessions = days[order].astype("datetime64[D]")
    names = [name for name in table.column_names if name != date_column]
    return tuple(MacroSeries(name, sessions, to_numbers(table[name])[order]) for name in names)


def _texts(table: pa.Table, column: str | None) -> list[str | None]:
    """Return a column's trimmed texts, None for empty cells."""
    if column is None:
        return [None] * table.num_rows
    return [(text or "").strip() or None for text in table[column].cast(pa.string()).to_pylist()]
