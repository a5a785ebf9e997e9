"""A watchlist's entries as a table that can be edited, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from technic_scanner.domain.watchlist import WatchlistEntry

COLUMNS = {"Symbol": "symbol", "Note": "note", "Section": "section", "Exchange": "exchange"}


def to_frame(entries: Iterable[WatchlistEntry]) -> pd.DataFrame:
    """Return a row an entry."""
    rows = [[getattr(entry, name) for name in COLUMNS.values()] for entry in entries]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="string")


def to_entries(frame: pd.DataFrame) -> tuple[WatchlistEntry, ...]:
    """Return an entry for each row that has a symbol, in capital letters; an empty cell is empty text."""
    rows = (dict(zip(COLUMNS.values(), map(_text, row), strict=True)) for row in frame[list(COLUMNS)].to_numpy())
    return tuple(
        WatchlistEntry(**{**row, "symbol": row["symbol"].upper(), "exchange": row["exchange"].upper()})
        for row in rows
        if row["symbol"]
    )


def edited(entries: Iterable[WatchlistEntry], changes: Mapping[str, Any]) -> tuple[WatchlistEntry, ...]:
    """Return entries with the changes that Streamlit's editor holds: cells by row number, new rows, deleted rows."""
    frame = to_frame(entries)
    for row, cells in changes.get("edited_rows", {}).items():
        for name, cell in cells.items():
            frame.loc[int(row), name] = cell
    frame = frame.drop(index=list(changes.get("deleted_rows", ())))
    added = [{name: row.get(name) for name in COLUMNS} for row in changes.get("added_rows", ())]
    return to_entries(pd.concat([frame, pd.DataFrame(added, columns=list(COLUMNS), dtype="string")]))


def _text(cell: Any) -> str:
    return "" if pd.isna(cell) else " ".join(str(cell).split())
