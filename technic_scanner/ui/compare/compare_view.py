"""Show two or more runs side by side, oldest day first, against one of them as the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from technic_scanner.domain.config import CONFIG_FIELDS, OPTION_FIELDS
from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import RunNotFoundError
from technic_scanner.runs.criteria_facts import change_sentences
from technic_scanner.runs.timings.compare import Comparison
from technic_scanner.ui.app import listed_runs, moments, notices, url_state
from technic_scanner.ui.app.run_order import oldest_first
from technic_scanner.ui.app.services import run_service, viewer_zone
from technic_scanner.ui.compare import comparison_files, notes, picks_view
from technic_scanner.ui.run import timeline
from technic_scanner.ui.scan import edit_button
from technic_scanner.ui.style import theme
from technic_scanner.ui.style.wording import (
    DASH,
    count_text,
    ending_text,
    escape,
    run_name,
    short_id,
    when,
)

_KEY, _BASELINE, _FILTERS = "compare_runs", "compare_baseline", "cr"
_FIELDS = {**CONFIG_FIELDS, **OPTION_FIELDS}
# A stage shorter than this varies mostly by chance, so no percentage is shown. Differences of _MANY_TIMES or more are
# shown as a multiple of the baseline instead of as a percentage.
_TELLING_SECONDS = 0.01
_MANY_TIMES = 10
_NAMED = 20  # members of a list that are written out
_LEAST_PER_CENT = -99.9
MAX_RUNS = len(theme.RUN_COLOURS)


def choose() -> list[RunRecord]:
    """Draw the selection and return the runs in the URL that have timings, the baseline first; a note lists others.

    They are in the order of the days that they looked at, and the first is the baseline unless another one is chosen.
    """
    records = []
    named = url_state.runs_in_address()
    for run_id in named[:MAX_RUNS]:
        try:
            records.append(run_service().get(run_id))
        except RunNotFoundError as error:
            notices.show_error(error)
    place, listed = listed_runs.beside_filters(_FILTERS, _is_measured, listed_runs.newest(_is_measured))
    by_id = {record.run_id: record for record in (*listed, *filter(_is_measured, records))}
    st.session_state[_KEY] = [record.run_id for record in records if record.run_id in by_id]
    place.multiselect(
        "Runs, compared in the order of their days",
        list(by_id),
        key=_KEY,
        format_func=lambda run_id: _line(by_id[run_id]),
        on_change=lambda: url_state.open_runs(tuple(st.session_state[_KEY])),
        max_selections=MAX_RUNS,
        placeholder="Choose runs",
    )
    _say_who_is_left_out([record for record in records if record.run_id not in by_id], len(named) - MAX_RUNS)
    measured = [record for record in records if record.run_id in by_id]
    return _baseline_first(oldest_first(measured, run_service().sessions_of([run.run_id for run in measured])))


def _is_measured(record: RunRecord) -> bool:
    return record.metrics is not None


def _baseline_first(records: list[RunRecord]) -> list[RunRecord]:
    if len(records) < 2:
        return records
    by_id = {record.run_id: record for record in records}
    wanted = url_state.baseline_in_address()
    st.session_state[_BASELINE] = wanted if wanted in by_id else records[0].run_id
    baseline = st.selectbox(
        "Baseline",
        list(by_id),
        key=_BASELINE,
        format_func=lambda run_id: _line(by_id[run_id]),
        on_change=lambda: url_state.open_baseline(st.session_state[_BASELINE]),
        help="The others are compared with it. At first it is the run of the oldest day.",
    )
    return [by_id[baseline], *(record for record in records if record.run_id != baseline)]


def say_what_to_choose() -> None:
    """Show what to do while fewer than two runs are chosen."""
    if any(run_service().count_by_status().values()):
        st.info(_missing(), title="Nothing to compare yet")
        url_state.link(url_state.HISTORY_PAGE, "Choose in History")
        return
    st.info("A comparison needs two finished runs. Run a scan, change a setting and scan again.", title="No runs yet")
    url_state.link(url_state.SCAN_PAGE, "Configure a scan")


def _missing() -> str:
    """Return what is missing from the selection."""
    if not st.session_state[_KEY]:
        return "Choose two or more finished runs above, or select them in History. The oldest is the baseline."
    named = [part.strip() for part in st.query_params.get(url_state.RUNS, "").split(",") if part.strip()]
    if len(named) > len(set(named)) == 1:
        return "Both are the same run. Choose a different one."
    return "Choose one more run."


def show(records: Sequence[RunRecord]) -> None:
    """Show what differs between the runs."""
    comparison = run_service().compare([record.run_id for record in records])
    names = [column_name(index) for index, _ in enumerate(records)]
    st.caption(
        " · ".join(f"**{name}** {escape(_with_status(record))}" for name, record in zip(names, records, strict=True))
    )
    st.caption(moments.zones_text())
    notes.say_newest_sessions(records, names)
    notes.say_who_broke_off(records, names)
    if not comparison.comparable:
        st.info(
            "Their timings differ for reasons other than speed. Check the differences first.",
            title=comparison.unlike,
        )
    with st.container(horizontal=True):
        for name, record in zip(names, records, strict=True):
            edit_button.draw(record, f"compare_edit_{record.run_id}", f"Edit and run {name}")
    for changes, name, record in zip(comparison.symbols, names[1:], records[1:], strict=True):
        title = f"{names[0]} → {name}: {_with_status(records[0])} → {_with_status(record)}"
        picks_view.show(changes, records[0], record, title)
    left, right = st.columns([2, 3], border=True)
    with left:
        _differences(comparison, names)
    with right:
        _stages(comparison, names)
    _overlaid(records, names)


def column_name(index: int) -> str:
    """Return the letter of the ``index``-th run in tables and figures."""
    return chr(ord("A") + index)


def differences_frame(comparison: Comparison, names: Sequence[str]) -> pd.DataFrame:
    """Return the config fields that differ, with a column per run."""
    rows = [
        {"Field": _FIELDS[item.field].title}
        | {name: value_text(value) for name, value in zip(names, item.values, strict=True)}
        for item in comparison.differences
    ]
    return pd.DataFrame(rows, columns=["Field", *names])


def stages_frame(comparison: Comparison, names: Sequence[str]) -> pd.DataFrame:
    """Return seconds per stage and run, with the difference to the baseline in seconds (to the ms) and in per cent."""
    rows = []
    for item in comparison.stages:
        row: dict[str, Any] = {"Stage": theme.stage_label(item.stage)}
        for index, name in enumerate(names):
            row[f"{name}, s"] = item.seconds[index]
            if index:
                delta, share = item.delta_seconds[index], item.delta_fraction[index]
                row[f"Δ {name}, s"] = None if delta is None else round(delta, 3) + 0.0  # -0.0 is plain 0
                row[f"Δ {name}, %"] = None if share is None else 100 * share
        rows.append(row)
    return pd.DataFrame(rows)


def stages_table(frame: pd.DataFrame, names: Sequence[str]) -> Styler:
    """Return the frame with percentages formatted by ``share_text``; the numbers are kept for sorting."""
    shares = [name for name in frame.columns if name.endswith("%")]
    tiny = frame[f"{names[0]}, s"] < _TELLING_SECONDS
    table = frame.style.format(share_text, subset=(frame.index[~tiny], shares), na_rep=DASH)
    return table.format(lambda _: DASH, subset=(frame.index[tiny], shares))


def share_text(per_cent: Any) -> str:
    """Return a difference to the baseline as text: ``+24.1%``, or ``× 12`` from ten times the baseline on."""
    times = 1 + per_cent / 100
    if times >= _MANY_TIMES:
        return f"× {times:,.0f}"
    # -100% is shown only for exactly zero seconds, not for a value rounded to it.
    return f"{round(per_cent if times == 0 else max(per_cent, _LEAST_PER_CENT), 1) + 0.0:+.1f}%"


def value_text(value: Any) -> str:
    """Return a config value as text."""
    if value is None or value in ([], {}):
        return "–"
    if isinstance(value, list):
        more = f" and {len(value) - _NAMED:,} more" if len(value) > _NAMED else ""
        return ", ".join(map(str, value[:_NAMED])) + more
    return str(value)


def _line(record: RunRecord) -> str:
    return f"{when(record.created_at, viewer_zone())}  {_with_status(record)}"


def _with_status(record: RunRecord) -> str:
    return f"{run_name(record)} ({ending_text(record)})"


def _say_who_is_left_out(records: Sequence[RunRecord], too_many: int) -> None:
    """Show which of the runs in the URL are not compared, and why."""
    lines = [f"{escape(_with_status(record))} is not compared: {notes.why_no_timings(record)}." for record in records]
    if too_many > 0:
        compared = f"{count_text(MAX_RUNS, 'run')} {'is' if MAX_RUNS == 1 else 'are'} compared"
        rest = f"{count_text(too_many, 'more run')} {'is' if too_many == 1 else 'are'} not"
        lines.append(f"Only the first {compared}; {rest}.")
    if lines:
        st.info("  \n".join(lines))


def _differences(comparison: Comparison, names: Sequence[str]) -> None:
    st.markdown("**Config: differences only**")
    if not comparison.differences:
        st.caption("The runs have the same config.")
        return
    st.dataframe(
        differences_frame(comparison, names),
        hide_index=True,
        height="content",
        alt="Fields of config and options that differ between the runs",
    )
    for item in comparison.differences:
        if item.field == "criteria":
            st.caption("  \n".join(map(escape, change_sentences(item.values, names))))
    comparison_files.draw_differences(comparison)


def _stages(comparison: Comparison, names: Sequence[str]) -> None:
    st.markdown("**Stage seconds against the baseline**")
    frame = stages_frame(comparison, names)
    seconds = [name for name in frame.columns if name.endswith("s")]
    formats = {
        name: st.column_config.NumberColumn(format="%+.3f" if name.startswith("Δ") else "%.3f") for name in seconds
    }
    st.dataframe(
        stages_table(frame, names),
        hide_index=True,
        height="content",
        placeholder="–",
        column_config=formats,
        alt="Seconds of each stage of each run, and differences; empty if a run did not reach the stage",
    )
    least = f"{1000 * _TELLING_SECONDS:.0f} ms"
    st.caption(f"× 12 means twelve times the baseline. No percentage is shown if the baseline took less than {least}.")
    comparison_files.draw_stages(comparison)


def _overlaid(records: Sequence[RunRecord], names: Sequence[str]) -> None:
    runs = [
        (f"{name} · {short_id(record.run_id)}", timeline.spans_of_metrics(record.metrics))
        for name, record in zip(names, records, strict=True)
        if record.metrics is not None
    ]
    with st.container(border=True):
        st.markdown("**Timelines, overlaid**")
        st.plotly_chart(
            timeline.gantts_overlaid(runs),
            key="compare_gantt",
            config=theme.FIGURE_CONFIG,
            alt="When each stage of each run ran; the table above has the seconds",
        )
