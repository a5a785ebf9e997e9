"""Show the chart of one symbol of a run, with its range, its scale and the panels below the prices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from technic_scanner.errors import TechnicError
from technic_scanner.runs.model import Appearance, StoredResult
from technic_scanner.screening.bars import Panel
from technic_scanner.ui.app import notices
from technic_scanner.ui.results import result_data, symbol_figure
from technic_scanner.ui.style import theme
from technic_scanner.ui.style.wording import number

RANGES = {"1M": 21, "3M": 63, "6M": 126, "1Y": 252, "5Y": 1_260, "All": result_data.CHART_SESSIONS}


def show(stored: StoredResult, row: dict[str, Any], others: Sequence[Appearance]) -> None:
    """Show the bars of a result row up to the run's date; ``others`` are the picks of the symbol by other runs."""
    panel = _panel(stored, row["Symbol"])
    if panel is None:
        return
    view = _view()
    picked = [item.as_of for item in others if item.as_of is not None]
    st.plotly_chart(
        symbol_figure.candles(panel, row, view, picked),
        key=f"candles_{row['Symbol']}",
        config=theme.FIGURE_CONFIG,
        alt=f"Daily bars of {row['Symbol']} with moving averages, {', '.join(view.panels) or 'no panel'} and the "
        f"planned entry {number(row['Entry'])}, stop {number(row['Stop'])}, target {number(row['Target'])}",
    )


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
        st.info(
            "The price cache no longer contains this symbol's bars. Run the scan again to fetch them.", title="No bars"
        )
        return None
    return panel


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
        logarithmic = st.toggle("Log", key="r_log", bind="query-params", help="Equal distances are equal percentages.")
    chosen = tuple(name for name in symbol_figure.PANELS if name in panels)
    return symbol_figure.ChartView(RANGES[span], logarithmic, chosen)
