"""Show the chart of one symbol of a run, with its range, its scale and the panels below the prices."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from technic_scanner.bootstrap.market_line import MarketLine
from technic_scanner.criteria import Criteria, CriteriaError
from technic_scanner.criteria import compile as compile_text
from technic_scanner.criteria.own_lines import OwnLines, own_entries, own_lines
from technic_scanner.errors import TechnicError
from technic_scanner.runs.model import Appearance, StoredResult
from technic_scanner.screening.bars import Panel
from technic_scanner.ui.app import notices
from technic_scanner.ui.app.services import run_service
from technic_scanner.ui.results import result_data, symbol_figure, symbol_marks
from technic_scanner.ui.style import theme
from technic_scanner.ui.style.wording import escape, number

_MOST_LINES = 6
RANGES = {"1M": 21, "3M": 63, "6M": 126, "1Y": 252, "5Y": 1_260, "All": result_data.CHART_SESSIONS}


def show(stored: StoredResult, row: dict[str, Any], others: Sequence[Appearance]) -> None:
    """Show the bars of a result row up to the run's date; ``others`` are the picks of the symbol by other runs."""
    panel = _panel(stored, row["Symbol"])
    if panel is None:
        return
    own = _own_lines(stored, panel)
    entries = _entries(stored, panel)
    view = replace(_view(), own=own.values, marks=_marks(stored, row, others, entries or ()))
    below = ", ".join([*view.panels, *own.values]) or "no panel"
    st.plotly_chart(
        symbol_figure.candles(panel, row, view, _market(stored, view)),
        key=f"candles_{row['Symbol']}",
        config=theme.FIGURE_CONFIG,
        alt=f"Daily bars of {row['Symbol']} with moving averages, {below} and the planned entry "
        f"{number(row['Entry'])}, stop {number(row['Stop'])}, target {number(row['Target'])}",
    )
    if entries is None:
        st.caption(
            "The sessions in which the criteria came true are not marked, because the criteria read more than this "
            "symbol's bars."
        )
    if own.left_out:
        st.caption(
            f"Not drawn: {escape(', '.join(own.left_out))}. Lines are the first {_MOST_LINES} own columns that are "
            "numbers of a symbol's bars alone."
        )


def _marks(
    stored: StoredResult, row: dict[str, Any], others: Sequence[Appearance], entries: Sequence[date]
) -> symbol_marks.Marks:
    here = (stored.as_of,) if stored.as_of is not None and not row.get("NotPicked") else ()
    return symbol_marks.Marks(here, [item.as_of for item in others if item.as_of is not None], entries)


def _criteria(stored: StoredResult) -> Criteria | None:
    """Return the criteria of the run, None if it has none that this version can read."""
    try:
        return compile_text(stored.config.criteria) if stored.config.criteria.strip() else None
    except CriteriaError:  # of another version of the language; the scan form says what is wrong with it
        return None


def _entries(stored: StoredResult, panel: Panel) -> list[date] | None:
    """Return the sessions in which the run's criteria came true; None if they read more than the symbol's bars."""
    criteria = _criteria(stored)
    if criteria is None:
        return []
    became = own_entries(criteria, panel)
    return None if became is None else [day.item() for day in panel.sessions[became[0]]]


def _own_lines(stored: StoredResult, panel: Panel) -> OwnLines:
    """Return the own columns of the run's criteria on every bar."""
    criteria = _criteria(stored)
    if criteria is None:
        return OwnLines({}, ())
    found = own_lines(criteria, panel)
    names = list(found.values)
    drawn = {name: found.values[name][0] for name in names[:_MOST_LINES]}
    return OwnLines(drawn, (*found.left_out, *names[_MOST_LINES:]))


def _panel(stored: StoredResult, symbol: str) -> Panel | None:
    """Return the bars of the symbol, or say why there are none."""
    if stored.readable_config is None:
        st.info("The configuration of this run cannot be read, so its bars are unknown.", title="No bars")
        return None
    try:
        panel = result_data.bars(stored.run_id, symbol, stored.config, stored.as_of)
    except TechnicError as error:
        notices.show_error(error)
        return None
    if panel.shape[0] == 0 or panel.shape[1] == 0:
        st.info(_why_no_bars(run_service().get(stored.run_id).host), title="No bars")
        return None
    return panel


def _market(stored: StoredResult, view: symbol_figure.ChartView) -> MarketLine | None:
    """Return the line of the market if the view asks for it; None, with the reason, if it cannot be read."""
    if not view.overlay and symbol_figure.STRENGTH not in view.panels:
        return None
    try:
        market = result_data.market(stored.run_id, stored.config, stored.as_of)
    except TechnicError as error:
        notices.show_error(error)
        return None
    st.caption(f"Market: {escape(market.name)}. Its line begins at the first close shown.")
    return market


def _why_no_bars(scanned_on: str | None) -> str:
    """Say where bars are, or how to get them; ``scanned_on`` is the host whose worker executed the run."""
    if scanned_on in (None, socket.gethostname()):
        return "The price cache no longer contains this symbol's bars. Run the scan again to fetch them."
    return (
        f"This run was scanned on {escape(scanned_on)}, where its prices are kept; this host has no bars of the symbol."
    )


def _view() -> symbol_figure.ChartView:
    """Draw the choices and return them."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        span = st.segmented_control(
            "Range",
            list(RANGES),
            key="r_range",
            default="6M",
            required=True,
            bind="query-params",
            label_visibility="collapsed",
        )
        panels = st.pills(
            "Panels",
            symbol_figure.PANELS,
            key="r_panels",
            default=[symbol_figure.VOLUME],
            selection_mode="multi",
            bind="query-params",
            label_visibility="collapsed",
        )
        overlay = st.toggle(
            "Market",
            key="r_market",
            bind="query-params",
            help="The benchmark, or else an index of the scanned symbols.",
        )
        logarithmic = st.toggle("Log", key="r_log", bind="query-params", help="Equal distances are equal percentages.")
    chosen = tuple(name for name in symbol_figure.PANELS if name in panels)
    return symbol_figure.ChartView(RANGES[span], logarithmic, chosen, overlay)
