"""Show the filtered rows of a run as small charts, a page of them at a time; each opens its symbol."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.model import StoredResult
from technic_scanner.ui.app import url_state
from technic_scanner.ui.results import mini_chart, result_data
from technic_scanner.ui.style.wording import escape, number, price

COUNTS = (12, 24, 48)
_SPANS = {"3M": 63, "6M": 126, "1Y": 252}
_LEAST_WIDTH = 210  # px of one chart
_PAGE = "r_grid_page"


def show(record: RunRecord, stored: StoredResult, shown: pd.DataFrame) -> None:
    """Draw the choices, and the charts of one page of the rows in their order."""
    config = stored.readable_config
    if config is None:
        st.info("The configuration of this run cannot be read, so its bars are unknown.", title="No bars")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        count = _count()
        span: str = st.segmented_control(
            "Range of the charts",
            list(_SPANS),
            key="r_grid_range",
            default="6M",
            required=True,
            bind="query-params",
            label_visibility="collapsed",
        )
        page = _page(len(shown), count)
    rows = shown.iloc[(page - 1) * count : page * count]
    bars = result_data.some_bars(record.run_id, record.attempt, tuple(rows["Symbol"]), config, stored.as_of)
    places = {symbol: place for place, symbol in enumerate(bars.symbols)}
    opened = url_state.symbol_in_address()
    with st.grid(min_column_width=_LEAST_WIDTH, gap="small", key="r_grid"):
        for _, row in rows.iterrows():
            place = places.get(row["Symbol"])
            plan = {name: row[name] for name in mini_chart.LEVELS}
            picture = None if place is None else mini_chart.draw(bars, place, plan, _SPANS[span])
            _chart(row, picture, span, is_open=row["Symbol"] == opened)
    st.caption(_EXPLANATION)


_EXPLANATION = (
    f"Hollow candles closed higher than they opened. The line is the {mini_chart.AVERAGE}-session average; target, "
    "entry and stop are dashed, solid and dotted, where they are near the bars."
)


def _count() -> int:
    count: int = st.segmented_control(
        "Charts",
        COUNTS,
        key="r_grid_count",
        default=COUNTS[0],
        required=True,
        bind="query-params",
        label_visibility="collapsed",
        format_func=lambda number: f"{number} charts",
    )
    return count


def _page(rows: int, count: int) -> int:
    """Draw the choice of a page where there are several; return the page, the last one if there are fewer by now."""
    pages = max(1, -(-rows // count))
    if pages == 1:
        return 1
    if st.session_state.get(_PAGE, 1) > pages:
        st.session_state[_PAGE] = pages
    page: int = st.pagination(pages, key=_PAGE)
    return page


def _chart(row: pd.Series[Any], picture: str | None, span: str, *, is_open: bool) -> None:
    symbol = str(row["Symbol"])
    with st.container(border=True, gap="xsmall"):
        label = f"{'▶ ' if is_open else ''}**{escape(symbol)}** · {escape(row['Signal'] or 'no signal')}"
        st.button(
            f"{label} · {number(row['CompositeScore'], 1)}",
            key=f"grid_{symbol}",
            type="tertiary",
            on_click=url_state.open_symbol,
            args=(symbol,),
            help=f"Open {escape(symbol)} beside the charts.",
        )
        if picture is None:
            st.caption("The price cache no longer holds its bars.")
            return
        st.image(
            picture,
            width="stretch",
            alt=f"{symbol}, daily bars of {span}: close {price(row['Close'])}, entry {price(row['Entry'])}, "
            f"stop {price(row['Stop'])}, target {price(row['Target'])}",
        )
