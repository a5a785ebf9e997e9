"""Show a study: figures with their intervals and n, the curve around the entry, groups, best and worst, one symbol."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.studies.service import FoundStudy
from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.studies.document import entries_table
from technic_scanner.studies.extremes import entries_of, extremes
from technic_scanner.studies.request import StudyRequest
from technic_scanner.ui.app.services import services
from technic_scanner.ui.results.symbol_figure import ChartView, candles
from technic_scanner.ui.studies import notes_view, study_charts, study_tables
from technic_scanner.ui.style import figure_frame, tables, theme
from technic_scanner.ui.style.wording import UNKNOWN, count_text, percent

_BEFORE, _AFTER = 80, 63
_COUNTED = "study_counted"
_GROUPS = {"by_year": "Year", "by_sector": "Sector", "by_regime": "Regime"}


def show(request: StudyRequest) -> None:
    """Show what the study found."""
    mark = services().cache.mark()
    answer, kept = _found(request, mark)
    _count(request, mark, kept)
    document = services().studies.told(request, kept)
    notes_view.show(document)
    if not document["entries"]:
        st.info(
            "Relax the criteria, or study more sessions.",
            title=f"No entry in {document['sessions']:,} sessions of {document['symbols']:,} symbols",
        )
        return
    horizon = st.segmented_control(
        "Sessions after the entry", HORIZONS, default=21, key="s_horizon", required=True, bind="query-params"
    )
    _figures(document, horizon)
    _thresholds(document, horizon)
    _horizons(document)
    _curves(document)
    _groups(document, horizon)
    _extremes(answer, horizon)
    _symbol(answer, horizon)


@st.cache_resource(ttl="10m", max_entries=4, show_spinner="Studying every past session…")
def _found(request: StudyRequest, mark: str) -> tuple[FoundStudy, dict[str, Any]]:
    del mark  # part of the key only: other bars give another study
    found = services().studies.find(request)
    return found, found.document()


def _count(request: StudyRequest, mark: str, document: dict[str, Any]) -> None:
    """Count the study once for each time that a viewer asks for it, however often the page is drawn."""
    if st.session_state.get(_COUNTED) != (request, mark):
        services().studies.count(request, document)
        st.session_state[_COUNTED] = (request, mark)


def _figures(document: dict[str, Any], horizon: int) -> None:
    found = document["horizons"][str(horizon)]
    interval = UNKNOWN if found["low"] is None else f"{percent(found['low'])} to {percent(found['high'])}"
    figures = (
        ("Entries", f"{document['entries']:,}", f"{found['n']:,} judged"),
        ("Dates", f"{document['dates']:,}", f"of {document['sessions_with_rows']:,} sessions"),
        ("Mean excess return", percent(found["mean_excess"]), f"95%: {interval}"),
        ("After costs", percent(found["net_mean_excess"]), f"{found['round_trip_cost_bps']:g} bps a round trip"),
        ("Hit rate", percent(found["hit_rate"], 1), f"median {percent(found['median'])}"),
    )
    with st.grid(5, gap="small", min_column_width=150):
        for label, value, about in figures:
            st.metric(label, value, border=True, height="stretch", delta=about, delta_color="off", delta_arrow="off")
    st.caption(
        "Excess is the return less the mean over all eligible symbols of the date. The mean is of "
        f"{count_text(found['n_dates'], 'date')}. Its interval of 95% adds up sessions, because entries of one date "
        "move together and later ones share sessions."
    )


def _thresholds(document: dict[str, Any], horizon: int) -> None:
    trials = document["trials"]
    limits = trials["thresholds"][str(horizon)]
    tried = f"{count_text(trials['variants'], 'variant')} of this family tried on this universe"
    if limits is None:
        st.caption(f"{tried}. There are too few dates for a threshold.")
        return
    st.caption(
        f"{tried}. To say something with 95%, the mean excess must be above {percent(limits['naive'])} if it is the "
        f"only one, and above {percent(limits['deflated'])} if it is the best of them (Bailey, López de Prado 2014)."
    )


def _horizons(document: dict[str, Any]) -> None:
    frame = study_tables.horizons_frame(document)
    st.dataframe(
        study_tables.in_percent(frame),
        hide_index=True,
        placeholder="–",
        column_config=study_tables.formats(frame),
        key="s_horizons",
        alt="Mean excess, interval, costs, median and hit rate by the number of sessions after the entry",
    )


def _curves(document: dict[str, Any]) -> None:
    left, right = st.columns(2, border=True)
    with left:
        st.markdown("**Around the entry**")
        st.plotly_chart(
            study_charts.decay(document["decay"], document["horizons"]),
            key="s_decay",
            config=theme.FIGURE_CONFIG,
            alt="Mean excess price change from 20 sessions before the entry to 63 after it",
        )
    with right:
        st.markdown("**Entries by month**")
        st.plotly_chart(
            study_charts.entries_by_month(document["per_month"], height=300),
            key="s_months",
            config=theme.FIGURE_CONFIG,
            alt=f"{document['entries']:,} entries by month",
        )


def _groups(document: dict[str, Any], horizon: int) -> None:
    with st.container(border=True):
        name = st.segmented_control(
            "Entries by",
            list(_GROUPS),
            format_func=_GROUPS.__getitem__,
            default="by_year",
            key="s_group",
            required=True,
            bind="query-params",
        )
        frame = study_tables.groups_frame(document, name, horizon).rename(columns={"Group": _GROUPS[name]})
        st.dataframe(
            study_tables.in_percent(frame),
            hide_index=True,
            height=tables.height(len(frame), 420),
            placeholder="–",
            column_config=study_tables.formats(frame),
            alt=f"Mean excess, interval, median and hit rate by {_GROUPS[name].lower()}",
        )


def _extremes(answer: FoundStudy, horizon: int) -> None:
    with st.container(border=True):
        head, action = st.columns([5, 1], vertical_alignment="center")
        after = count_text(horizon, "session")
        head.markdown(f"**Best and worst entries** by their excess after {after}; choose one to see its chart")
        action.download_button(
            "All as CSV",
            data=lambda: to_csv(entries_table(answer.study)),
            file_name="technic-study.csv",
            mime="text/csv",
            on_click="ignore",
            key="s_csv",
            width="stretch",
        )
        ends = zip(("best", "worst"), extremes(answer.study, horizon), st.columns(2), strict=True)
        for side, entries, column in ends:
            with column:
                _ends(side, study_tables.entries_frame(entries, horizon))


def _ends(side: str, frame: pd.DataFrame) -> None:
    st.caption(f"{side.capitalize()} entries")
    chosen = st.dataframe(
        study_tables.in_percent(frame),
        hide_index=True,
        height=tables.height(len(frame), 300),
        placeholder="–",
        column_config=study_tables.formats(frame),
        on_select="rerun",
        selection_mode="single-row",
        key=f"s_{side}",
        alt=f"The {side} entries by excess return",
    )
    rows = chosen["selection"]["rows"]
    place = (side, *frame.iloc[rows[0]][["Symbol", "Session"]]) if rows else None
    if place is not None and st.session_state.get(f"s_last_{side}") != place:
        st.session_state["s_symbol"], st.session_state["s_session"] = place[1], place[2]
    st.session_state[f"s_last_{side}"] = place


def _symbol(answer: FoundStudy, horizon: int) -> None:
    study = answer.study
    names = sorted(set(study.symbols))
    if st.session_state.get("s_symbol") not in names:
        st.session_state["s_symbol"] = names[0]
    with st.container(border=True):
        with st.container(horizontal=True):
            symbol = st.selectbox("Where these criteria fired on", names, key="s_symbol", width=240)
            entries = entries_of(study, symbol)
            days = [entry.session.isoformat() for entry in entries]
            if st.session_state.get("s_session") not in days:
                st.session_state["s_session"] = days[-1]
            day = st.selectbox("Chart at the entry of", days, key="s_session", width=240)
        _chart_at(answer, symbol, date.fromisoformat(day))
        st.plotly_chart(
            study_charts.symbol_events(study, symbol, entries, horizon),
            key="s_events",
            config=theme.FIGURE_CONFIG,
            alt=f"Closes of {symbol} with its {len(entries)} entries",
        )


def _chart_at(answer: FoundStudy, symbol: str, day: date) -> None:
    panel = answer.study.panel
    at = int(np.searchsorted(panel.sessions, np.datetime64(day, "D")))
    row = panel.symbols.index(symbol)
    bars = study_charts.bars_around(panel.bars, row, at, _BEFORE, _AFTER)
    figure = candles(bars, {"Entry": float(panel.bars.close[row, at])}, ChartView(_BEFORE + _AFTER + 1))
    figure.add_shape(figure_frame.upright(day.isoformat(), theme.RUN_COLOURS[5], "dot", 1.2))
    st.plotly_chart(
        figure,
        key="s_candles",
        config=theme.FIGURE_CONFIG,
        alt=f"Bars of {symbol} around {day}",
    )
