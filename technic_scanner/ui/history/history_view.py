"""Show all runs as a table, with the actions on the selected ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import TechnicError
from technic_scanner.runs.model import RunQuery
from technic_scanner.runs.timings.comparability import config_hash_of
from technic_scanner.ui.app import beside_runs, moments, notices, run_filters, url_state
from technic_scanner.ui.app.run_columns import DAYS, SECONDS, runs_frame
from technic_scanner.ui.app.run_order import oldest_first
from technic_scanner.ui.app.services import run_service
from technic_scanner.ui.history import history_columns, history_query
from technic_scanner.ui.history.history_columns import RunColumns
from technic_scanner.ui.results import result_exports
from technic_scanner.ui.scan import edit_button
from technic_scanner.ui.style.tables import height, revision
from technic_scanner.ui.style.wording import (
    count_text,
    escape,
    run_name,
    unreadable_text,
)

_DOOMED = "history_doomed"
_MOST_FOUND = 200  # runs that are shown of those that pass the filters by column


def show_runs(query: RunQuery) -> bool:
    """Show one page of runs and the actions on the selected ones; return False if there are no runs at all."""
    page = run_service().list(replace(query, cursor=history_query.cursor()))
    if not page.records:
        return _nothing(query)
    columns = history_columns.draw()
    if run_filters.are_set(columns.filters):
        records = _filtered(query, columns)
        if not records:
            st.info("Change the filters by column.", title="No run passes these filters")
            return True
        _act(_table(records, columns))
        return True
    chosen = _table(_ordered(page.records, columns), columns)
    _act(chosen)
    history_query.draw_paging(page.next_cursor)
    return True


def _filtered(query: RunQuery, columns: RunColumns) -> list[RunRecord]:
    """Return the runs that pass the filters by column, and say how many there are."""
    try:
        found = run_filters.passing(query, columns.filters)
    except TechnicError as error:
        notices.show_error(error)
        return []
    shown = f"; the first {_MOST_FOUND} are shown" if len(found.records) > _MOST_FOUND else ""
    st.caption(f"{found.sentence()}{shown}.")
    return _ordered(found.records, columns)[:_MOST_FOUND]


def _ordered(records: Sequence[RunRecord], columns: RunColumns) -> list[RunRecord]:
    """Return the runs grouped by the chosen column, in each group as they were."""
    if not columns.order_by:
        return list(records)
    names = (columns.order_by,)
    values = runs_frame(records, names, beside_runs.read(records, names))[columns.order_by]
    if not pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_datetime64_any_dtype(values):
        values = values.map(lambda value: None if value is None else str(value))
    return [records[place] for place in values.reset_index(drop=True).sort_values(kind="stable").index]


def _nothing(query: RunQuery) -> bool:
    if query == RunQuery(limit=query.limit):
        st.info("Start a scan. Every run is kept here with its stage timings.", title="No runs yet")
        url_state.link(url_state.SCAN_PAGE, "Configure a scan")
        return False
    st.info("Relax or clear the filters above.", title="No run passes these filters")
    st.button("Clear filters", key="h_clear", on_click=history_query.clear)
    return False


def _table(records: Sequence[RunRecord], columns: RunColumns) -> list[RunRecord]:
    names = columns.names
    if columns.order_by and columns.order_by not in names:
        names = (columns.order_by, *names)
    frame = runs_frame(records, names, beside_runs.read(records, names))
    mark = revision(*(record.run_id for record in records), *names)
    numbers = {name: st.column_config.NumberColumn(format="%.3f") for name in SECONDS}
    days = {name: moments.day_column(name) for name in DAYS}
    event = st.dataframe(
        frame,
        key=f"runs_{mark}",
        hide_index=True,
        placeholder="–",
        height=height(len(frame), 380),
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "Run": st.column_config.TextColumn(pinned=True, width=90),
            "Created": moments.column("Created", width=150),
            "Finished": moments.column("Finished", width=150),
            "Status": st.column_config.TextColumn(width=110),
            "Kind": st.column_config.TextColumn(width=70),
            "Scan": st.column_config.TextColumn(width=260),
            "Progress": st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0, width=110),
            "Symbols/s": st.column_config.NumberColumn(format="%.0f"),
            "Cache hits": st.column_config.NumberColumn(format="percent"),
            "Speed-up": st.column_config.NumberColumn(format="%.1f ×"),
            "Peak memory, MB": st.column_config.NumberColumn(format="%.0f"),
            **numbers,
            **days,
        },
        alt=f"{count_text(len(records), 'run')}, newest first, with status, duration and stage seconds",
    )
    return [records[row] for row in event["selection"]["rows"] if row < len(records)]


def _act(chosen: list[RunRecord]) -> None:
    if not chosen:
        hint = "Select rows at the left edge to open, compare, pin, repeat or delete runs."
        st.caption(f"{hint} {moments.zones_text()}")
        return
    ids = tuple(record.run_id for record in chosen)
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(chosen) == 1:
            _act_on_one(chosen[0])
        else:
            runs = ",".join(record.run_id for record in oldest_first(chosen, run_service().sessions_of(ids)))
            url_state.link(url_state.COMPARE_PAGE, f"Compare {len(ids)} runs", runs=runs)
        pinned = all(record.pinned for record in chosen)
        st.button("Unpin" if pinned else "Pin", key="h_pin", on_click=_pin, args=(ids, not pinned), help=_PIN_HELP)
        ended = all(record.status.is_terminal for record in chosen)
        st.button("Delete…", key="h_delete", on_click=_doom, args=(ids,), disabled=not ended, help=_DELETE_HELP)
    doomed = st.session_state.get(_DOOMED, ())
    if doomed == ids:
        _confirm(chosen)


_PIN_HELP = "Pinned runs are never pruned."
_DELETE_HELP = "Queued and running runs must be cancelled first."


def _act_on_one(record: RunRecord) -> None:
    st.markdown(f"**{escape(run_name(record))}**", help=escape(unreadable_text(record)) or None)
    if record.outcome is not None:
        url_state.link(url_state.RESULTS_PAGE, "Results", run=record.run_id)
    url_state.link(url_state.SCAN_PAGE, "Timeline", run=record.run_id)
    if record.status.can_resume and st.button("Resume", key="h_resume"):
        _watch(lambda: run_service().resume(record.run_id))
    if st.button("Run again", key="h_rerun"):
        _watch(lambda: run_service().rerun(record.run_id))
    edit_button.draw(record, "h_edit")
    if record.comparability_key is not None:
        st.button(
            "Same config",
            key="h_same_config",
            on_click=history_query.only_like,
            args=(config_hash_of(record.comparability_key),),
            help="Shows all runs with the same config; as-of date, account, size, cache state and version may differ.",
        )
        st.button(
            "Comparable runs",
            key="h_alike",
            on_click=history_query.only_like,
            args=(record.comparability_key,),
            help="Shows only runs with the same config, universe size, cache state and version.",
        )
    result_exports.report_button(record.run_id, key="h_report")


def _watch(start: Callable[[], RunRecord]) -> None:
    with notices.guarded():
        st.switch_page(url_state.SCAN_PAGE, query_params={url_state.RUN: start().run_id})


def _confirm(chosen: Sequence[RunRecord]) -> None:
    ids = tuple(record.run_id for record in chosen)
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"Delete {count_text(len(ids), 'run')} with all results and timings?{_pinned_text(chosen)} "
            "This cannot be undone."
        )
        st.button("Delete", type="primary", key="h_delete_yes", on_click=_delete, args=(ids,))
        st.button("Keep", key="h_delete_no", on_click=_doom, args=((),))


def _pinned_text(chosen: Sequence[RunRecord]) -> str:
    """Return how many of these runs are pinned, as text with a leading space; empty if none is."""
    pinned = sum(record.pinned for record in chosen)
    if pinned == 0:
        return ""
    if len(chosen) == 1:
        return " **It is pinned.**"
    if pinned == len(chosen):
        return f" **All {pinned} are pinned.**"
    return f" **{pinned} of them {'is' if pinned == 1 else 'are'} pinned.**"


def _doom(ids: tuple[str, ...]) -> None:
    st.session_state[_DOOMED] = ids


def _delete(ids: tuple[str, ...]) -> None:
    _doom(())
    try:
        for run_id in ids:
            run_service().delete(run_id)
    except TechnicError as error:
        notices.keep_error(error)
        return
    notices.keep_toast(f"{count_text(len(ids), 'run')} deleted.")


def _pin(ids: tuple[str, ...], pinned: bool) -> None:
    try:
        for run_id in ids:
            run_service().pin(run_id, pinned)
    except TechnicError as error:
        notices.keep_error(error)
