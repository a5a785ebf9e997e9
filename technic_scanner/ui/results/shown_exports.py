"""Offer what the results table shows as a file or to copy: its rows in its order, after the filters, its columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import pandas as pd
import pyarrow as pa
import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.extras import missing_extra
from technic_scanner.runs.exports import note_columns, what_is_new
from technic_scanner.runs.exports.export import to_csv, to_excel, to_parquet
from technic_scanner.runs.exports.symbol_forms import FORMS
from technic_scanner.runs.model import StoredResult
from technic_scanner.ui.results import changes_view, symbol_notes
from technic_scanner.ui.style.wording import count_text

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it Excel reads a CSV file in the system's old code page
_SHOWN, _WHOLE = "As shown", "All rows, all columns"
_COPIED = 1_000
_CSV, _PARQUET = "text/csv", "application/vnd.apache.parquet"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def draw(record: RunRecord, stored: StoredResult, shown: pd.DataFrame, columns: Sequence[str]) -> None:
    """Draw the downloads and the copies of the shown rows; ``columns`` are those of the table, without drawn ones."""
    with st.container(horizontal=True):
        with st.popover("Export these rows…"):
            _files(record, stored, shown, columns)
        with st.popover("Copy symbols…"):
            _copies([str(symbol) for symbol in shown["Symbol"]])


def shown_rows(table: pa.Table, shown: pd.DataFrame, columns: Sequence[str]) -> pa.Table:
    """Return those rows of a result table that a frame made from it still has, in the frame's order."""
    return table.select(list(columns)).take(pa.array(shown.index.to_numpy()))


def _files(record: RunRecord, stored: StoredResult, shown: pd.DataFrame, columns: Sequence[str]) -> None:
    names = [name for name in columns if name in _known_columns(stored)]
    which = st.segmented_control("What", (_SHOWN, _WHOLE), key="export_what", default=_SHOWN, required=True)
    whole = which == _WHOLE
    rows, size = (stored.table.num_rows, len(_all_columns(stored))) if whole else (len(shown), len(names))
    st.caption(f"{count_text(rows, 'row')}, {count_text(size, 'column')}; numbers in full precision.")
    make: Callable[[], pa.Table] = partial(_whole_table, stored) if whole else partial(
        _shown_table, record, stored, shown, names
    )  # fmt: skip
    ending = "all" if whole else "shown"
    no_excel = missing_extra("excel")
    for label, kind, suffix, encode, missing in (
        ("CSV", _CSV, ".csv", to_csv, None),
        ("CSV for Excel", _CSV, "-excel.csv", _marked_csv, None),
        ("Excel", _EXCEL, ".xlsx", partial(_workbook, stored), no_excel),
        ("Parquet", _PARQUET, ".parquet", to_parquet, None),
    ):
        st.download_button(
            label,
            data=partial(_encoded, make, encode),
            file_name=f"technic-scan-{stored.run_id}-{ending}{suffix}",
            mime=kind,
            on_click="ignore",
            key=f"export_{ending}{suffix}",
            width="stretch",
            disabled=missing is not None,
            help=missing,
        )


def _copies(symbols: Sequence[str]) -> None:
    """Show the symbols in each form; each block has a button that copies it."""
    left_out = len(symbols) - _COPIED
    if left_out > 0:
        st.caption(f"The first {_COPIED:,} symbols; {left_out:,} more are in the files.")
    for name, form in FORMS.items():
        st.caption(name)
        st.code(form(symbols[:_COPIED]), language=None, wrap_lines=True, height=76)


def _all_columns(stored: StoredResult) -> list[str]:
    return [*stored.table.column_names, *note_columns.COLUMNS]


def _known_columns(stored: StoredResult) -> frozenset[str]:
    return frozenset((*_all_columns(stored), *what_is_new.COLUMNS))


def _whole_table(stored: StoredResult) -> pa.Table:
    return note_columns.with_notes(stored.table, symbol_notes.all_notes())


def _shown_table(record: RunRecord, stored: StoredResult, shown: pd.DataFrame, names: Sequence[str]) -> pa.Table:
    """Return the shown rows and columns, with those of notes and of changes if the table shows them."""
    table = stored.table
    if set(names) & set(note_columns.COLUMNS):
        table = _whole_table(stored)
    if set(names) & set(what_is_new.COLUMNS):
        table = what_is_new.with_columns(table, changes_view.changes_of(record))
    return shown_rows(table, shown, names)


def _marked_csv(table: pa.Table) -> bytes:
    return _BYTE_ORDER_MARK + to_csv(table)


def _workbook(stored: StoredResult, table: pa.Table) -> bytes:
    return to_excel(replace(stored, table=table), list(table.column_names))


def _encoded(make: Callable[[], pa.Table], encode: Callable[[pa.Table], bytes]) -> bytes:
    return encode(make())
