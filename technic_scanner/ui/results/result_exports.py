"""Offer one run's result as files; the bytes come from ``runs.exports`` and are the same in every interface."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.extras import missing_extra
from technic_scanner.runs.exports.export import to_csv, to_excel, to_parquet
from technic_scanner.runs.exports.what_is_new import with_what_is_new
from technic_scanner.runs.exports.workbook import Sheet
from technic_scanner.runs.model import StoredResult
from technic_scanner.ui.app.services import run_service
from technic_scanner.ui.results import changes_view
from technic_scanner.ui.style.wording import count_text

_COLUMNS = "export_columns"
_COPIED_SYMBOLS = 500
_Width = Literal["content", "stretch"]


def draw(record: RunRecord, stored: StoredResult) -> None:
    """Draw the downloads: CSV directly, the others in a popover. Files are created when they are requested.

    A run without rows offers the workbook and the report, which list the symbols not in the results and their reasons.
    """
    if not stored.table.num_rows:
        _excel(stored, None)
        report_button(record.run_id, key="export_report")
        return
    name = _name(record.run_id)
    st.download_button(
        "CSV",
        data=lambda: to_csv(stored.table),
        file_name=f"{name}.csv",
        mime="text/csv",
        on_click="ignore",
        key="export_csv",
        help="All rows and columns, numbers in full precision.",
    )
    with st.popover("More files…"):
        stored, sheets = _with_new(record, stored)
        chosen = st.multiselect(
            "Columns in the files below", stored.table.column_names, key=_COLUMNS, placeholder="All columns"
        )
        table = stored.table.select(chosen) if chosen else stored.table
        st.download_button(
            "CSV of these columns",
            data=lambda: to_csv(table),
            file_name=f"{name}-columns.csv",
            mime="text/csv",
            on_click="ignore",
            key="export_csv_columns",
            width="stretch",
            disabled=not chosen and not sheets,
        )
        st.download_button(
            "Parquet",
            data=lambda: to_parquet(table),
            file_name=f"{name}.parquet",
            mime="application/vnd.apache.parquet",
            on_click="ignore",
            key="export_parquet",
            width="stretch",
        )
        _excel(stored, chosen or None, sheets, width="stretch")
        report_button(record.run_id, key="export_report", width="stretch")
        _watchlist(stored)


def _name(run_id: str) -> str:
    return f"technic-scan-{run_id}"


def _with_new(record: RunRecord, stored: StoredResult) -> tuple[StoredResult, tuple[Sheet, ...]]:
    """Let the files below have what is new, as four more columns and a sheet of what left."""
    wanted = st.toggle("With what is new since the session before", key="export_new")
    return with_what_is_new(stored, changes_view.changes_of(record)) if wanted else (stored, ())


def _excel(
    stored: StoredResult, columns: list[str] | None, sheets: tuple[Sheet, ...] = (), *, width: _Width = "content"
) -> None:
    missing = missing_extra("excel")
    st.download_button(
        "Excel",
        data=lambda: to_excel(stored, columns, sheets),
        file_name=f"{_name(stored.run_id)}.xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        on_click="ignore",
        key="export_excel",
        width=width,
        disabled=missing is not None,
        help=missing
        or "Numbers are stored as numbers. The config and the symbols not in the results have separate sheets.",
    )


def _watchlist(stored: StoredResult) -> None:
    symbols = stored.table.column("Symbol").to_pylist()[:_COPIED_SYMBOLS]
    st.caption(f"Top {count_text(len(symbols), 'symbol')}, to copy into a watchlist")
    st.code(" ".join(symbols), language=None, wrap_lines=True, height=96)


def report_button(run_id: str, *, key: str, width: _Width = "content") -> None:
    """Draw the download of a run's report."""
    st.download_button(
        "Report (HTML)",
        data=lambda: run_service().report(run_id).encode(),
        file_name=f"{_name(run_id)}.html",
        mime="text/html",
        on_click="ignore",
        key=key,
        width=width,
        help="One self-contained file with timings, picks and reasons; works offline.",
    )
