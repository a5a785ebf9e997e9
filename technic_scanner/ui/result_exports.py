"""Files of one run's result; the bytes come from ``runs.export`` and are the same behind every door."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.export import to_csv, to_excel, to_parquet
from technic_scanner.runs.model import StoredResult
from technic_scanner.ui.services import run_service

_COLUMNS = "export_columns"


def draw(record: RunRecord, stored: StoredResult) -> None:
    """Draw the downloads: CSV at hand, the rest in a popover. Files are made when they are asked for."""
    name = f"technic-scan-{record.run_id}"
    st.download_button(
        "CSV",
        data=lambda: to_csv(stored.table),
        file_name=f"{name}.csv",
        mime="text/csv",
        on_click="ignore",
        key="export_csv",
        help="All columns, all rows, numbers in full precision.",
    )
    with st.popover("More files…"):
        st.download_button(
            "Parquet",
            data=lambda: to_parquet(stored.table),
            file_name=f"{name}.parquet",
            mime="application/vnd.apache.parquet",
            on_click="ignore",
            key="export_parquet",
            width="stretch",
        )
        chosen = st.multiselect(
            "Columns in the workbook", stored.table.column_names, key=_COLUMNS, placeholder="All columns"
        )
        st.download_button(
            "Excel",
            data=lambda: to_excel(stored, chosen or None),
            file_name=f"{name}.xlsx",
            mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            on_click="ignore",
            key="export_excel",
            width="stretch",
        )
        st.download_button(
            "Report (HTML)",
            data=lambda: run_service().report(record.run_id).encode(),
            file_name=f"{name}.html",
            mime="text/html",
            on_click="ignore",
            key="export_report",
            width="stretch",
            help="One file with timings, picks and reasons; opens anywhere, loads nothing.",
        )
