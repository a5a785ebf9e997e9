"""Show a portfolio of one run's picks: the weights of one method by sector and by symbol, and the cash."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from technic_scanner.pipeline.table import RETURN_SESSIONS, SECTOR_CAP, WEIGHT_COLUMNS
from technic_scanner.progress.text import format_percent
from technic_scanner.runs.model import StoredResult
from technic_scanner.ui.style import figure_frame, tables, theme
from technic_scanner.ui.style.wording import escape

METHODS: dict[str, str] = {
    "Equal": "equal",
    "Score": "score",
    "Inverse volatility": "inverse_volatility",
    "Risk parity": "risk_parity",
}
_MEANINGS: dict[str, str] = {
    "equal": "The same weight for each pick.",
    "score": "In proportion to the score's points above 50.",
    "inverse_volatility": "In proportion to 1 ÷ volatility over 60 sessions.",
    "risk_parity": f"Equal contributions to risk, based on returns over up to {RETURN_SESSIONS} common sessions.",
}
# Weights below this are rounding errors of zero.
_NO_WEIGHT = 1e-9


def show(stored: StoredResult, rows: pd.DataFrame) -> None:
    """Show the portfolio of all picks of a run, by the method in the URL."""
    with st.container(border=True):
        label = st.segmented_control(
            "Weights by", list(METHODS), key="r_weights", default="Equal", required=True, bind="query-params"
        )
        method = METHODS[label]
        frame = weights_frame(rows, method)
        chart, table = st.columns(2)
        chart.plotly_chart(
            sector_weights(frame),
            key="portfolio_sectors",
            config=theme.FIGURE_CONFIG,
            alt=f"Weights by sector, {label.lower()}; the table beside it lists them by symbol",
        )
        table.dataframe(
            frame,
            hide_index=True,
            height=tables.height(len(frame), 330),
            column_config={
                "Weight": st.column_config.NumberColumn(format="percent"),
                "Shares": st.column_config.NumberColumn(format="localized"),
                "Value": st.column_config.NumberColumn(_value_label(stored), format="accounting"),
            },
            alt=f"Weight of every pick, {label.lower()}, and the size of its plan",
        )
        st.caption(summary(stored, frame, method))


def _value_label(stored: StoredResult) -> str:
    currency = stored.context.account_currency
    return f"Value, {currency}" if currency else "Value"


def weights_frame(rows: pd.DataFrame, method: str) -> pd.DataFrame:
    """Return symbol, side, tier, sector, weight (share 0–1), and shares and value of the plan of each pick, by weight.

    A pick has one size, that of its plan; the weights say how the capital would be shared out.
    """
    weights = rows[WEIGHT_COLUMNS[method]].fillna(0.0)
    frame = pd.DataFrame(
        {
            "Symbol": rows["Symbol"],
            "Side": (rows["Target"] >= rows["Entry"]).map({True: "long", False: "short"}),
            "Tier": rows["Tier"],
            "Sector": rows["Sector"],
            "Weight": weights,
            "Shares": rows["PositionSize"],
            "Value": rows["PositionValue"],
        }
    )
    return frame.sort_values("Weight", ascending=False, kind="stable")


def sector_weights(frame: pd.DataFrame, height: int = 330) -> go.Figure:
    """Draw the weight of each sector, longs and shorts separately, with the cap as a line and cash as a bar."""
    totals = frame.groupby("Sector")["Weight"].sum().sort_values(ascending=False)
    cash = max(0.0, 1.0 - float(totals.sum()))
    order = [*totals.index, *(["Cash"] if cash > _NO_WEIGHT else [])]
    bars = []
    for index, side in enumerate(("long", "short")):
        own = frame[frame["Side"] == side].groupby("Sector")["Weight"].sum()
        if len(own):
            weights = [float(value) for value in own]
            bars.append(_bars(list(own.index), weights, side, theme.run_fill(index)))
    if cash > _NO_WEIGHT:
        bars.append(_bars(["Cash"], [cash], "cash", theme.fill(theme.NEUTRAL, ".")))
    cap = {"text": f"cap {SECTOR_CAP:.0%}", "x": SECTOR_CAP, "xref": "x", "xanchor": "left", "showarrow": False}
    return go.Figure(
        bars,
        figure_frame.frame(
            height,
            left=figure_frame.beside(order),
            bottom=figure_frame.below(),
            barmode="stack",
            shapes=[figure_frame.upright(SECTOR_CAP, theme.DOWN_COLOUR, "dash", 1.4)],
            annotations=[cap | {"y": 1.0, "yref": "y domain", "yanchor": "bottom"}],
            xaxis={"tickformat": ".0%", "rangemode": "tozero"},
            yaxis={"categoryorder": "array", "categoryarray": order[::-1]},
        ),
    )


def summary(stored: StoredResult, frame: pd.DataFrame, method: str) -> str:
    """Return a text on the method, the share invested, and deviations from the method."""
    invested = float(frame["Weight"].sum())
    parts = [_MEANINGS[method], f"A sector gets at most {SECTOR_CAP:.0%}; {format_percent(invested)} is invested."]
    parts.append("Shares and value are those of each plan, which weights do not change.")
    prefix = f"Portfolio by {method.replace('_', ' ')}: "
    parts += [note.removeprefix(prefix) for note in stored.context.notes if note.startswith(prefix)]
    return escape(" ".join(parts))


def _bars(sectors: list[str], weights: list[float], name: str, marker: dict[str, object]) -> go.Bar:
    return go.Bar(
        y=sectors,
        x=weights,
        orientation="h",
        name=name,
        marker=marker,
        hovertemplate="%{y}: %{x:.1%}<extra>" + name + "</extra>",
    )
