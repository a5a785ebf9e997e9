"""Show how new a run's data are and its first picks below its stages, on the page where the scan was started."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.ui.app import notices, url_state
from technic_scanner.ui.results import result_data
from technic_scanner.ui.style import tables
from technic_scanner.ui.style.wording import count_text, exchange_date

FIRST = 25
_COLUMNS = (
    *("Rank", "Symbol", "Signal", "Tier", "CompositeScore", tables.SCORES, "Close", "Entry", "Stop", "Target"),
    *(tables.CURRENCY, "PositionSize", "PositionValue", "Sector", "Rationale"),
)


def show(record: RunRecord) -> None:
    """Show the newest session and the picks of a run that has ended with a result; nothing of others."""
    if not record.status.is_terminal or record.outcome is None:
        return
    stored = result_data.stored_result(record)
    if stored.as_of is not None:
        st.caption(f"Newest session {exchange_date(stored.as_of)}")
    notices.warn_of_old_data(stored.notes)
    picks = result_data.rows(record.run_id, record.attempt)
    if picks.empty:
        return
    first = picks.head(FIRST)
    rest = "" if len(first) == len(picks) else f", the first {len(first)}"
    st.subheader(f"{count_text(len(picks), 'pick')}{rest}", anchor=False)
    names = tables.drawn(_COLUMNS, picks)
    currency = stored.context.account_currency
    mark = tables.revision(record.run_id, record.attempt)
    st.dataframe(
        tables.with_scores(first)[names],
        key=f"picks_{mark}",
        column_order=names,
        column_config=tables.column_settings(names, currency, first),
        hide_index=True,
        placeholder="–",
        height=tables.height(len(first), 420),
        on_select=lambda: _open(record, [*first["Symbol"]], f"picks_{mark}"),
        selection_mode="single-row",
        alt=f"First picks of run {record.run_id}, one row per symbol",
        lazy=False,
    )
    st.caption("Click a row to open its chart and reasons among all results.")


def _open(record: RunRecord, symbols: list[str], key: str) -> None:
    """Open the results page at the selected row's symbol."""
    positions = st.session_state[key]["selection"]["rows"]
    if positions and positions[0] < len(symbols):
        shown = {url_state.RUN: record.run_id, url_state.SYMBOL: symbols[positions[0]]}
        st.switch_page(url_state.RESULTS_PAGE, query_params=shown)
