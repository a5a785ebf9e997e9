"""What lies below a run's table, a tab each: sectors and scores, the portfolio, what is not in the results."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from technic_scanner.runs.model import StoredResult
from technic_scanner.ui import market_charts, portfolio_view, tables, theme
from technic_scanner.ui.wording import count_text

_TITLES = ("Sectors and scores", "Portfolio", "Not in the results")
_FEW = 420  # px of the tables of failures


def show(stored: StoredResult, everything: pd.DataFrame, shown: pd.DataFrame) -> None:
    """Show the open tab of a run with picks; ``shown`` are those that the filters left. The others cost nothing."""
    scores, portfolio, missing = st.tabs(_TITLES, on_change="rerun", key="r_tab", bind="query-params")
    if scores.open:
        with scores:
            _sectors_and_scores(everything if shown.empty else shown)
    if portfolio.open:
        with portfolio:
            portfolio_view.show(stored, everything)
    if missing.open:
        with missing:
            failures(stored)


def failures(stored: StoredResult) -> None:
    """Show the symbols that are not in the results, counted by reason, then one by one."""
    if not stored.failures:
        st.caption("Every symbol of the universe is in the results.")
        return
    frame = pd.DataFrame(
        [
            (item.symbol, item.kind.value, theme.stage_label(item.stage), item.reason.replace("_", " "), item.detail)
            for item in stored.failures
        ],
        columns=["Symbol", "Kind", "Stage", "Reason", "Detail"],
    )
    st.caption(f"{count_text(len(frame), 'symbol')} not in the results, each with its reason.")
    counts = frame.groupby(["Kind", "Stage", "Reason"]).size().reset_index(name="Symbols")
    left, right = st.columns([2, 3])
    left.dataframe(
        counts.sort_values("Symbols", ascending=False),
        hide_index=True,
        height=tables.height(len(counts), _FEW),
        alt="How many symbols are missing for which reason",
    )
    right.dataframe(
        frame,
        hide_index=True,
        height=tables.height(len(frame), _FEW),
        alt="Every symbol that is not in the results, with its reason",
        lazy=False,
    )


def _sectors_and_scores(rows: pd.DataFrame) -> None:
    left, right = st.columns(2, border=True)
    with left:
        st.markdown("**Sectors and scores**")
        st.plotly_chart(
            market_charts.sector_map(rows),
            key="sector_map",
            config=theme.FIGURE_CONFIG,
            alt="Treemap of the rows by sector, coloured by score; the table holds the same numbers",
        )
    with right:
        st.markdown("**Spread of the scores**")
        st.plotly_chart(
            market_charts.score_distribution(rows),
            key="score_distribution",
            config=theme.FIGURE_CONFIG,
            alt="How many rows have which score, in bins of five",
        )
