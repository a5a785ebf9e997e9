"""Save the rows that the results table shows as a watchlist, or as the next version of one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.domain.watchlist import Watchlist, WatchlistEntry
from technic_scanner.errors import TechnicError, WatchlistNotFoundError
from technic_scanner.runs.named_versions.interchange import NAME_LIMIT
from technic_scanner.ui.app import notices
from technic_scanner.ui.app.services import services
from technic_scanner.ui.style.wording import count_text, escape

_NAME = "r_watchlist_name"


def draw(record: RunRecord, shown: pd.DataFrame) -> None:
    """Draw the popover."""
    with st.popover("Save as watchlist…"):
        st.caption(f"{count_text(len(shown), 'symbol')}, as the table shows them.")
        st.text_input("Name", key=_NAME, max_chars=NAME_LIMIT)
        st.button(
            "Save", key="r_watchlist_save", type="primary", on_click=_save, args=(record, shown[["Symbol", "Rank"]])
        )
        st.caption("Under the name of a watchlist, it becomes its next version; older versions stay.")


def _save(record: RunRecord, rows: pd.DataFrame) -> None:
    name = (st.session_state.get(_NAME) or "").strip()
    try:
        saved = services().watchlists.save(Watchlist(name, _entries(record, rows)), _newest(name))
    except TechnicError as error:
        notices.keep_error(error)
        return
    notices.keep_toast(f"Watchlist “{escape(saved.name)}” saved as version {saved.version}.")


def _entries(record: RunRecord, rows: pd.DataFrame) -> tuple[WatchlistEntry, ...]:
    return tuple(
        WatchlistEntry(symbol, f"run {record.run_id}" if pd.isna(rank) else f"rank {int(rank)}, run {record.run_id}")
        for symbol, rank in zip(rows["Symbol"], rows["Rank"], strict=True)
    )


def _newest(name: str) -> int | None:
    try:
        return services().watchlists.get(name).version
    except WatchlistNotFoundError:
        return None
