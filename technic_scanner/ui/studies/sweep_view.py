"""Show a parameter study: its variants before it is started, its progress, and what it found."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from technic_scanner.criteria import CriteriaError
from technic_scanner.domain.run import STUDY, RunRecord, RunStatus
from technic_scanner.domain.study_terms import FEW_DATES
from technic_scanner.errors import TechnicError
from technic_scanner.progress.text import format_percent
from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.studies.sweeps import cells_table
from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.studies.ranges import Variants, variants_of
from technic_scanner.studies.request import StudyRequest
from technic_scanner.studies.terms import MOST_DATES
from technic_scanner.ui.app import notices, url_state
from technic_scanner.ui.app.services import run_service, services
from technic_scanner.ui.studies import notes_view, study_form, study_tables, sweep_charts
from technic_scanner.ui.studies.study_form import WHERE
from technic_scanner.ui.style import tables, theme, ticking
from technic_scanner.ui.style.wording import UNKNOWN, count_text, ending_text, escape, percent

TICK_SECONDS = 0.5
_EXAMPLE = "let n = 14 # 7..28 step 7\nrsi(n) < 30"


def prepare() -> None:
    """Fill in what the run in the address was asked, where the form has no criteria yet."""
    run_id = url_state.run_in_address()
    if run_id is not None and not st.session_state.get(WHERE) and WHERE not in st.query_params:
        record = run_service().get(run_id)
        if record.kind == STUDY:
            study_form.fill(record)


def show(request: StudyRequest | None) -> None:
    """Show what would be studied, and the run in the address."""
    horizon = st.segmented_control(
        "Sessions after the entry", HORIZONS, default=21, key="s_horizon", required=True, bind="query-params"
    )
    if request is not None:
        _offer(request, horizon)
    run_id = url_state.run_in_address()
    if run_id is not None:
        _run(run_service().get(run_id), horizon)


def _offer(request: StudyRequest, horizon: int) -> None:
    try:
        variants = variants_of(request.where)
    except CriteriaError as error:
        st.info(
            "Write the range of a number behind it, in a comment; two numbers make a grid:",
            title="Nothing to vary yet" if "No number has a range" in str(error) else "These ranges cannot be studied",
        )
        st.code(error.shown() if "No number has a range" not in str(error) else _EXAMPLE, language=None)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        min_dates = st.number_input(
            "Dates that the best must have",
            min_value=1,
            max_value=MOST_DATES,
            value=FEW_DATES,
            key="s_min_dates",
            bind="query-params",
            help="A variant with entries on fewer dates is not called the best: few dates give large means by chance.",
            width=210,
        )
        st.markdown(f"**{count_text(len(variants.criteria), 'variant')}**: {_ranges(variants)}", width="content")
        st.button(
            "Start the parameter study",
            type="primary",
            key="s_start",
            on_click=_start,
            args=(request, horizon, min_dates),
            help="Each variant counts as a trial. It runs as a scan does: this page may be closed meanwhile.",
        )


def _ranges(variants: Variants) -> str:
    return "; ".join(
        f"{escape(item.name)} = {item.labels[0]} … {item.labels[-1]} ({len(item.labels)})" for item in variants.ranges
    )


def _start(request: StudyRequest, horizon: int, min_dates: int) -> None:
    try:
        run = services().sweeps.submit(request, horizon, min_dates=min_dates)
    except TechnicError as error:
        notices.keep_error(error)
        return
    url_state.open_run(run.run_id)


def _run(record: RunRecord, horizon: int) -> None:
    if record.kind != STUDY:
        st.info("The run in the address is a scan.", title="No parameter study")
        url_state.link(url_state.RESULTS_PAGE, "Open its results", run=record.run_id)
        return
    if not record.status.is_terminal:
        ticking.draw(_progress, record.run_id, every_seconds=TICK_SECONDS)
    elif record.status is RunStatus.SUCCEEDED:
        _answer(record, services().sweeps.answer(record.run_id), horizon)
    else:
        _stopped(record)


def _progress(run_id: str) -> None:
    """Show how far the run is; when it has ended, redraw the whole page, which then shows what it found."""
    with notices.guarded():
        record = run_service().get(run_id)
        if record.status.is_terminal:
            st.rerun()
        waits = record.status is RunStatus.QUEUED
        text = "Waiting for a worker" if waits else f"{format_percent(record.time_fraction)} done"
        st.progress(record.time_fraction, text=f"{text}. {escape(record.config.criteria.splitlines()[-1])}")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Cancel", key="s_cancel", on_click=_cancel, args=(run_id,), disabled=record.cancel_requested)
            url_state.link(url_state.SCAN_PAGE, "Watch its stages", run=run_id)


def _cancel(run_id: str) -> None:
    try:
        run_service().cancel(run_id)
    except TechnicError as error:
        notices.keep_error(error)


def _stopped(record: RunRecord) -> None:
    title = f"Parameter study {record.status.value}"
    if record.error is not None:
        notices.show_failure(record.error, title)
    else:
        st.info(escape(record.status_text or ending_text(record)), title=title)
    st.button("Resume", type="primary", key="s_resume", on_click=_resume, args=(record.run_id,))


def _resume(run_id: str) -> None:
    try:
        run_service().resume(run_id)
    except TechnicError as error:
        notices.keep_error(error)


def _answer(record: RunRecord, answer: dict[str, Any], horizon: int) -> None:
    if st.session_state.get(WHERE) != answer["text"]:
        st.caption("Of other criteria than those above:")
        st.code(answer["text"], language=None)
    notes_view.show(answer)
    best = answer["by_horizon"][str(horizon)]
    judged = any(variant["horizons"][str(horizon)]["n"] for variant in answer["variants"])
    if not judged:
        st.info("Relax the criteria, or study more sessions.", title="No variant has an entry that can be judged")
        return
    if best is None:
        dates = count_text(answer["min_dates"], "date")
        st.info(
            "Fewer give large means by chance. Relax the criteria, study more sessions, or ask for fewer dates.",
            title=f"No variant has entries on {dates} or more, so none is called the best",
        )
    else:
        _figures(answer, best, horizon)
        place = study_form.address_of(record, answer["variants"][best["variant"]]["criteria"])
        url_state.link(url_state.STUDIES_PAGE, "Study the best variant", s_horizon=str(horizon), **place)
    st.plotly_chart(
        sweep_charts.grid(answer, horizon),
        key="s_grid",
        config=theme.FIGURE_CONFIG,
        alt=f"Mean excess of {len(answer['variants'])} variants after {horizon} sessions",
    )
    _cells(answer, horizon)


def _figures(answer: dict[str, Any], best: dict[str, Any], horizon: int) -> None:
    variant = answer["variants"][best["variant"]]
    names = [item["name"] for item in answer["ranges"]]
    chosen = ", ".join(f"{name} = {value}" for name, value in zip(names, variant["values"], strict=True))
    cell = variant["horizons"][str(horizon)]
    judged = answer["best"] if horizon == answer["horizon"] else None
    interval = "" if judged is None else f"95%: {percent(judged['low'])} to {percent(judged['high'])}"
    limits = answer["trials"]["thresholds"] if judged is not None else None
    tried = count_text(answer["trials"]["variants"], "variant")
    figures = (
        ("Entries", f"{variant['entries']:,}", f"{cell['n']:,} judged"),
        ("Mean excess return", percent(best["mean_excess"]), interval or f"judged after {answer['horizon']} sessions"),
        ("Median of neighbours", percent(best["neighbours_median"]), count_text(best["neighbours"], "neighbour")),
        ("Deflated threshold", percent(limits["deflated"]) if limits else UNKNOWN, f"{tried} tried"),
        ("Hit rate", percent(cell["hit_rate"], 1), count_text(cell["n_dates"], "date")),
    )
    st.markdown(f"The best variant: **{escape(chosen)}**")
    with st.grid(5, gap="small", min_column_width=150):
        for label, value, about in figures:
            st.metric(
                label, escape(value), border=True, height="stretch", delta=about, delta_color="off", delta_arrow="off"
            )


def _cells(answer: dict[str, Any], horizon: int) -> None:
    table = cells_table(answer)
    with st.container(border=True):
        head, action = st.columns([5, 1], vertical_alignment="center")
        head.markdown("**All variants**, the largest mean excess first")
        action.download_button(
            "All as CSV",
            data=lambda: to_csv(table),
            file_name="technic-sweep.csv",
            mime="text/csv",
            on_click="ignore",
            key="s_sweep_csv",
            width="stretch",
        )
        frame = _frame(answer, table.to_pandas(), horizon)
        st.dataframe(
            study_tables.in_percent(frame),
            hide_index=True,
            height=tables.height(len(frame), 420),
            placeholder="–",
            column_config=study_tables.formats(frame),
            alt="Entries, dates, mean excess and hit rate of every variant",
        )


def _frame(answer: dict[str, Any], cells: pd.DataFrame, horizon: int) -> pd.DataFrame:
    names = [item["name"] for item in answer["ranges"]]
    shown = {f"n_{horizon}": "Entries", f"n_dates_{horizon}": "Dates"}
    shown |= {f"mean_excess_{horizon}": "Mean excess", f"hit_rate_{horizon}": "Hit rate"}
    frame = cells[[*names, *shown]].rename(columns=shown)
    return frame.sort_values("Mean excess", ascending=False, kind="stable", na_position="last")
