"""Offer what the results table shows as a file: its rows in its order, after the filters, with its columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import pyarrow as pa
import streamlit as st

from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.model import StoredResult
from technic_scanner.ui.style.wording import count_text

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it Excel reads a CSV file in the system's old code page


def draw(stored: StoredResult, shown: pd.DataFrame, columns: Sequence[str]) -> None:
    """Draw the downloads of the shown rows; ``columns`` are those of the table, drawn ones are left out."""
    names = [name for name in columns if name in stored.table.column_names]
    with st.popover("Export these rows…"):
        size = f"{count_text(len(shown), 'row')}, {count_text(len(names), 'column')}"
        st.caption(f"As shown: {size}. CSV and “More files…” above have all rows and columns.")
        for label, mark, ending in (("CSV", b"", ""), ("CSV for Excel", _BYTE_ORDER_MARK, "-excel")):
            st.download_button(
                label,
                data=partial(_bytes, stored.table, shown, names, mark),
                file_name=f"technic-scan-{stored.run_id}-shown{ending}.csv",
                mime="text/csv",
                on_click="ignore",
                key=f"export_shown{ending}",
                width="stretch",
            )


def shown_rows(table: pa.Table, shown: pd.DataFrame, columns: Sequence[str]) -> pa.Table:
    """Return those rows of a result table that a frame made from it still has, in the frame's order."""
    return table.select(list(columns)).take(pa.array(shown.index.to_numpy()))


def _bytes(table: pa.Table, shown: pd.DataFrame, columns: Sequence[str], mark: bytes) -> bytes:
    return mark + to_csv(shown_rows(table, shown, columns))
