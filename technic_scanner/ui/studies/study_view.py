"""Show a study: figures with their intervals and n, the curve around the entry, groups, best and worst, one symbol."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.studies.service import StudyAnswer
from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.studies.document import entries_table
from technic_scanner.studies.extremes import entries_of
from technic_scanner.studies.request import StudyRequest
from technic_scanner.ui.app.services import services
from technic_scanner.ui.results.symbol_figure import ChartView, candles
from technic_scanner.ui.studies import study_charts, study_tables
from technic_scanner.ui.style import tables, theme
from technic_scanner.ui.style.wording import UNKNOWN, count_text, escape, number

_BEFORE, _AFTER = 80, 63
_GROUPS = {"by_year": "Year", "by_sector": "Sector", "by_regime": "Regime"}


def show(request: StudyRequest) -> None:
    """Show what the study found."""
    answer, document = _answered(request, services().cache.mark())
    st.caption("  \n".join(f"Note: {escape(note)}" for note in document["notes"]))
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
    _extremes(answer, document, horizon)
    _symbol(answer, horizon)


@st.cache_resource(ttl="10m", max_entries=4, show_spinner="Studying every past session…")
def _answered(request: StudyRequest, mark: str) -> tuple[StudyAnswer, dict[str, Any]]:
    del mark  # part of the key only: other bars give another study
    answer = services().studies.run(request)
    return answer, answer.document()


def _figures(document: dict[str, Any], horizon: int) -> None:
    found = document["horizons"][str(horizon)]
    interval = UNKNOWN if found["low"] is None else f"{_cent(found['low'])} to {_cent(found['high'])} %"
    figures = (
        ("Entries", f"{document['entries']:,}", f"{found['n']:,} judged"),
        ("Dates", f"{document['dates']:,}", f"of {document['sessions_with_rows']:,} sessions"),
        ("Mean excess return", _percent(found["mean_excess"]), f"95 %: {interval}"),
        ("After costs", _percent(found["net_mean_excess"]), f"{found['round_trip_cost_bps']:g} bps a round trip"),
        ("Hit rate", _percent(found["hit_rate"], 1), f"median {_percent(found['median'])}"),
    )
    with st.grid(5, gap="small", min_column_width=150):
        for label, value, about in figures:
            st.metric(label, value, border=True, height="stretch", delta=about, delta_color="off", delta_arrow="off")
    st.caption(
        "Excess is the return less the mean over all eligible symbols of the date. Intervals are 95 %, from the "
        f"means of {found['n_dates']:,} dates, because entries of one date move together and later ones share sessions."
    )


def _thresholds(document: dict[str, Any], horizon: int) -> None:
    trials = document["trials"]
    limits = trials["thresholds"][str(horizon)]
    tried = f"{count_text(trials['variants'], 'variant')} of this family tried on this universe"
    if limits is None:
        st.caption(f"{tried}. There are too few dates for a threshold.")
        return
    st.caption(
        f"{tried}. To say something with 95 %, the mean excess must be above {_percent(limits['naive'])} if it is the "
        f"only one, and above {_percent(limits['deflated'])} if it is the best of them (Bailey, López de Prado 2014)."
    )


def _horizons(document: dict[str, Any]) -> None:
    frame = study_tables.horizons_frame(document)
    st.dataframe(
        frame,
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
            frame,
            hide_index=True,
            height=tables.height(len(frame), 420),
            placeholder="–",
            column_config=study_tables.formats(frame),
            alt=f"Mean excess, interval, median and hit rate by {_GROUPS[name].lower()}",
        )


def _extremes(answer: StudyAnswer, document: dict[str, Any], horizon: int) -> None:
    with st.container(border=True):
        head, action = st.columns([5, 1], vertical_alignment="center")
        head.markdown("**Best and worst entries** by their excess after 21 sessions; choose one to see its chart")
        action.download_button(
            "All as CSV",
            data=lambda: to_csv(entries_table(answer.study)),
            file_name="technic-study.csv",
            mime="text/csv",
            on_click="ignore",
            key="s_csv",
            width="stretch",
        )
        for side, column in zip(("best", "worst"), st.columns(2), strict=True):
            with column:
                _ends(side, study_tables.entries_frame(document[side], horizon))


def _ends(side: str, frame: pd.DataFrame) -> None:
    st.caption(f"{side.capitalize()} entries")
    chosen = st.dataframe(
        frame,
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


def _symbol(answer: StudyAnswer, horizon: int) -> None:
    study = answer.study
    names = sorted(set(study.symbols))
    if st.session_state.get("s_symbol") not in names:
        st.session_state["s_symbol"] = names[0]
    with st.container(border=True):
        symbol = st.selectbox("Where these criteria fired on", names, key="s_symbol", width=240)
        entries = entries_of(study, symbol)
        st.plotly_chart(
            study_charts.symbol_events(study, symbol, entries, horizon),
            key="s_events",
            config=theme.FIGURE_CONFIG,
            alt=f"Closes of {symbol} with its {len(entries)} entries",
        )
        days = [entry.session.isoformat() for entry in entries]
        if st.session_state.get("s_session") not in days:
            st.session_state["s_session"] = days[-1]
        day = st.selectbox("Chart at the entry of", days, key="s_session", width=240)
        _chart_at(answer, symbol, date.fromisoformat(day))


def _chart_at(answer: StudyAnswer, symbol: str, day: date) -> None:
    panel = answer.study.panel
    at = int(np.searchsorted(panel.sessions, np.datetime64(day, "D")))
    row = panel.symbols.index(symbol)
    bars = panel.bars.take([row]).window(max(0, at - _BEFORE), min(len(panel.sessions), at + _AFTER + 1))
    st.plotly_chart(
        candles(bars, {"Entry": float(panel.bars.close[row, at])}, ChartView(_BEFORE + _AFTER + 1)),
        key="s_candles",
        config=theme.FIGURE_CONFIG,
        alt=f"Bars of {symbol} from {_BEFORE} sessions before {day} to {_AFTER} after it",
    )


def _cent(fraction: float | None, digits: int = 2) -> str:
    return number(None if fraction is None else 100 * fraction, digits)


def _percent(fraction: float | None, digits: int = 2) -> str:
    return UNKNOWN if fraction is None else f"{_cent(fraction, digits)} %"
