"""Show what happened to the picks from the baseline to another run, with a file of it."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from technic_scanner.domain.price_text import price_decimals
from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.model import Rows
from technic_scanner.runs.timings.compare import SymbolChanges
from technic_scanner.ui.app import url_state
from technic_scanner.ui.compare.comparison_files import csv_of
from technic_scanner.ui.compare.pick_changes import Side, changes_frame
from technic_scanner.ui.results import result_data
from technic_scanner.ui.style import tables
from technic_scanner.ui.style.wording import escape

_PIXELS = 420
_NUMBERS = {
    **dict.fromkeys(("Score before", "Score after"), "%.1f"),
    "Places": "%+d",
}
_PRICES = ("Price before", "Price after")


def show(changes: SymbolChanges | None, baseline: RunRecord, other: RunRecord, title: str) -> None:
    """Show the changes from the baseline to another run; ``title`` names both."""
    with st.container(border=True):
        st.markdown(f"**Picks, {escape(title)}**")
        if changes is None:
            st.caption("One of the two runs has no results.")
            return
        st.caption(
            f"{len(changes.entered)} entered, {len(changes.left)} left, {len(changes.moved)} moved, "
            f"{changes.stayed} at the same rank."
        )
        frame = changes_frame(changes, _side(baseline), _side(other))
        if frame.empty:
            return
        _table(frame)
        st.download_button(
            "These changes as CSV",
            data=partial(_csv, frame),
            file_name=f"technic-changes-{baseline.run_id}-{other.run_id}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"compare_csv_{other.run_id}",
        )


def _table(frame: pd.DataFrame) -> None:
    links = [
        url_state.results_url(run_id, symbol) for run_id, symbol in zip(frame["Open"], frame["Symbol"], strict=True)
    ]
    known = (price for name in _PRICES for price in frame[name].dropna())
    forms = _NUMBERS | dict.fromkeys(_PRICES, f"%.{price_decimals(known)}f")
    st.dataframe(
        frame.assign(Open=links),
        hide_index=True,
        height=tables.height(len(frame), _PIXELS),
        lazy=False,
        placeholder="–",
        column_config={
            "Symbol": st.column_config.TextColumn(pinned=True, width=84),
            "Reason": st.column_config.TextColumn(width="large"),
            "Open": st.column_config.LinkColumn("Open", display_text="Open"),
            **{name: st.column_config.NumberColumn(format=form) for name, form in forms.items()},
        },
        alt="Symbols that entered, left or changed rank, with score, price, signal and reason",
    )


def _side(record: RunRecord) -> Side:
    """Return the scanned rows of a run; of one that kept its picks alone, those."""
    stored = result_data.stored_result(record, Rows.ALL)
    rows = {str(row["Symbol"]): row for row in stored.table.to_pylist()}
    return Side(record.run_id, rows, {failure.symbol: failure for failure in stored.failures})


def _csv(frame: pd.DataFrame) -> bytes:
    return csv_of(frame.rename(columns={"Open": "Run"}))
