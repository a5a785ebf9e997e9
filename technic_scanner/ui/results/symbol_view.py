"""Show one pick: candles with its plan, sub-scores, the reasons in words, and the other runs that picked it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from technic_scanner.pipeline.columns import PRICE_COLUMNS, SUB_SCORE_COLUMNS
from technic_scanner.pipeline.reasons import reason_text
from technic_scanner.runs.criteria_facts import own_columns
from technic_scanner.runs.model import Appearance, StoredResult
from technic_scanner.ui.app import moments, url_state
from technic_scanner.ui.app.services import run_service
from technic_scanner.ui.results import market_charts, missing_view, symbol_chart, symbol_notes
from technic_scanner.ui.style import tables, theme
from technic_scanner.ui.style.wording import escape, number, price, short_id

_SHOWN_APPEARANCES = 20
_FEW = 220  # px, maximum height of the table of other runs
_PART = 380  # px, least width of the plan's figures and of the sub-scores beside them
_ARROWS = ("‹", "›")


def show(stored: StoredResult, rows: pd.DataFrame, symbol: str, neighbours: tuple[str | None, str | None]) -> None:
    """Show the scanned row of this symbol, and why it is not a pick; or why it was not scanned.

    ``neighbours`` are the symbols before and after it in the list, which two buttons open.
    """
    found = rows[rows["Symbol"] == symbol]
    with st.container(border=True):
        row = None if found.empty else {str(name): plain(value) for name, value in found.iloc[0].items()}
        _head(f"**{escape(symbol)}** was not scanned." if row is None else _title(row), neighbours)
        if row is None:
            _why_not(stored, symbol)
            return
        if row.get("NotPicked"):
            st.info(escape(row["NotPickedReason"] or ""), title=f"Not a pick: {reason_text(row['NotPicked'])}")
        others = _other_appearances(stored, symbol)
        symbol_chart.show(stored, row, others)
        symbol_notes.form(symbol)
        _facts(row, stored.context.account_currency)
        _own_columns(stored, row)
        _appearances(others, symbol)


def _head(title: str, neighbours: tuple[str | None, str | None]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(title, width="content")
        with st.container(horizontal=True, gap="xsmall", width="content"):
            for key, arrow, other in zip(("before", "after"), _ARROWS, neighbours, strict=True):
                name = "" if other is None else f", {escape(other)}"
                st.button(
                    arrow,
                    key=f"symbol_{key}",
                    help=f"Open the symbol {key} this one in the list{name}.",
                    disabled=other is None,
                    on_click=url_state.open_symbol,
                    args=(other,),
                )
            st.button("Close", key="close_symbol", on_click=url_state.open_symbol, args=(None,))


def plain(value: Any) -> Any:
    """Return a cell value, with every kind of missing value as None."""
    return None if value is None or (not isinstance(value, str) and pd.isna(value)) else value


def _title(row: dict[str, Any]) -> str:
    name = f" · {escape(row['Name'])}" if row["Name"] else ""
    sector = f" · {escape(row['Sector'])}" if row["Sector"] else ""
    return f"**{escape(row['Symbol'])}**{name}{sector} · {escape(row['Signal'] or '')} · {escape(row['Tier'] or '')}"


def _why_not(stored: StoredResult, symbol: str) -> None:
    reasons = [item for item in stored.failures if item.symbol == symbol]
    for item in reasons:
        kind = missing_view.kind_text(item).capitalize()
        st.caption(f"{kind} in {theme.stage_label(item.stage)}: {escape(item.detail)}")
    if not reasons:
        st.caption("This symbol is not in the universe of the run.")


def _facts(row: dict[str, Any], account_currency: str) -> None:
    if row["Rationale"]:
        st.markdown(escape(row["Rationale"]))
    parts = st.grid(2, min_column_width=_PART)
    with parts.cell(), st.grid(3, gap="small", min_column_width=90):
        for label, name, digits in _FIGURES:
            is_price = name in PRICE_COLUMNS
            currency = account_currency if name == "RiskAmount" else row.get(tables.CURRENCY) if is_price else ""
            title = f"{label}, {escape(currency)}" if currency else label
            value = price(row[name]) if is_price else number(row[name], digits)
            st.metric(title, value, border=True, height="stretch")
    parts.cell().plotly_chart(
        market_charts.sub_scores([(row["Symbol"], row)]),
        key=f"sub_scores_{row['Symbol']}",
        config=theme.FIGURE_CONFIG,
        alt="Sub-scores: "
        + ", ".join(f"{name.removesuffix('Score')} {number(row[name], 0)}" for name in SUB_SCORE_COLUMNS),
    )
    for text in (row["Explanation"], row["TierReasons"]):
        if text:
            st.caption(escape(text))
    if row["SizeLimitedBy"] and row["SizeLimitedBy"] != "no_price":
        st.caption(f"{number(row['PositionSize'], 0)} shares; the size is limited by {escape(row['SizeLimitedBy'])}.")


def _own_columns(stored: StoredResult, row: dict[str, Any]) -> None:
    """Show what the criteria of the run ask to be shown of this symbol."""
    texts = [f"{escape(name)}: **{escape(_own_text(row.get(name)))}**" for name in own_columns(stored)]
    if texts:
        st.markdown(f"Of the criteria: {' · '.join(texts)}")


def _own_text(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value:,.4g}"


_FIGURES = (
    ("Entry", "Entry", 2),
    ("Stop", "Stop", 2),
    ("Target", "Target", 2),
    ("Reward ÷ risk", "RewardRisk", 2),
    ("Shares", "PositionSize", 0),
    ("At risk", "RiskAmount", 2),
)


def _other_appearances(stored: StoredResult, symbol: str) -> list[Appearance]:
    found = run_service().appearances(symbol, limit=_SHOWN_APPEARANCES)
    return [item for item in found if item.run_id != stored.run_id]


def _appearances(others: Sequence[Appearance], symbol: str) -> None:
    if not others:
        st.caption("No other run has picked this symbol.")
        return
    st.markdown("**Other runs that picked it**")
    st.dataframe(
        appearances_frame(others),
        hide_index=True,
        height=tables.height(len(others), _FEW),
        column_config={
            "Open": st.column_config.LinkColumn("Open", display_text="Open"),
            "When": moments.column("When", "YYYY-MM-DD HH:mm"),
            "As of": moments.day_column("As of"),
            "Tech rating": st.column_config.NumberColumn(format="%.1f"),
            "Alpha": st.column_config.NumberColumn(format="%.1f"),
        },
        alt=f"Other runs that picked {symbol}",
    )


def appearances_frame(items: Sequence[Appearance]) -> pd.DataFrame:
    """Return the picks of one symbol in other runs as a frame, with a link to the symbol in each run's results."""
    return pd.DataFrame(
        {
            "Open": [url_state.results_url(item.run_id, item.symbol) for item in items],
            "Run": [short_id(item.run_id) for item in items],
            "When": [item.created_at for item in items],
            "As of": [item.as_of for item in items],
            "Rank": [item.rank for item in items],
            "Signal": [item.signal for item in items],
            "Tier": [item.tier for item in items],
            "Tech rating": [item.tech_rating for item in items],
            "Alpha": [item.alpha_score for item in items],
        }
    )
