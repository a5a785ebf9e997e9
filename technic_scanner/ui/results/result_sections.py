"""Show the open symbol of a run, and the tabs: sectors and scores, the portfolio, symbols not in the results."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.model import Rows, StoredResult
from technic_scanner.ui.app import url_state
from technic_scanner.ui.results import (
    market_charts,
    missing_view,
    portfolio_view,
    result_data,
    result_table,
    symbol_view,
)
from technic_scanner.ui.style import theme
from technic_scanner.ui.style.wording import count_text

_SCORES = "Sectors and scores"
_TITLES = (_SCORES, "Portfolio", "Not in the results")


def show(record: RunRecord, stored: StoredResult, everything: pd.DataFrame, shown: pd.DataFrame) -> None:
    """Show the open tab of a run with picks; ``shown`` are the filtered rows. Closed tabs are not computed."""
    scores, portfolio, missing = st.tabs(_TITLES, default=_SCORES, on_change="rerun", key="r_tab", bind="query-params")
    if scores.open:
        with scores:
            _say_what_is_drawn(len(everything), len(shown))
            _sectors_and_scores(everything if shown.empty else shown)
    if portfolio.open:
        with portfolio:
            picks = result_data.rows(record.run_id, record.attempt)
            if len(shown) != len(picks):
                st.caption(f"All {count_text(len(picks), 'pick')}; the filters do not apply here.")
            portfolio_view.show(stored, picks)
    if missing.open:
        with missing:
            missing_view.show(record, stored)


def show_symbol(record: RunRecord, stored: StoredResult, everything: pd.DataFrame, shown: pd.DataFrame) -> None:
    """Show the symbol in the URL, if there is one, with the way to the ones before and after it in ``shown``."""
    opened = url_state.symbol_in_address()
    if opened is None:
        return
    if opened not in set(everything["Symbol"]):
        everything = result_data.rows(record.run_id, record.attempt, Rows.ALL)
    symbol_view.show(stored, everything, opened, result_table.neighbours(shown, opened))


def _say_what_is_drawn(everything: int, shown: int) -> None:
    if not shown:
        st.caption(f"No row passes the filters. Showing all rows: {everything:,}.")
    elif shown < everything:
        st.caption(f"{shown:,} of {count_text(everything, 'row')} after filtering.")


def _sectors_and_scores(rows: pd.DataFrame) -> None:
    # Sector names need more width than bars.
    left, right = st.columns([3, 2], border=True)
    with left:
        st.markdown("**Sectors, coloured by score**")
        st.plotly_chart(
            market_charts.sector_map(rows),
            key="sector_map",
            config=theme.FIGURE_CONFIG,
            alt="Treemap of the rows by sector, coloured by score; the table has the same numbers",
        )
    with right:
        st.markdown("**Score distribution**")
        st.plotly_chart(
            market_charts.score_distribution(rows),
            key="score_distribution",
            config=theme.FIGURE_CONFIG,
            alt="Histogram of scores, in bins of five points",
        )
