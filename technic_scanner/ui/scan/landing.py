"""List the active runs and the newest finished ones on the scan page, so that a viewer can return to them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from technic_scanner.domain.quoting import cut
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.progress.text import format_percent
from technic_scanner.runs.model import RunQuery
from technic_scanner.ui.app import notices, url_state
from technic_scanner.ui.app.services import run_service, viewer_zone
from technic_scanner.ui.style import ticking
from technic_scanner.ui.style.wording import count_text, ending_badge, escape, run_name, sentence, when

TICK_SECONDS = 2.0
IN_FLIGHT = (RunStatus.QUEUED, RunStatus.RUNNING)
_SHOWN = 8
# The minimum number of rows, if there are that many runs: finished runs fill up the list of active ones.
_ROWS = 3
_MOST_QUEUED = 200
_LONGEST_STATUS = 200


def show() -> None:
    """List the active runs, then the last finished ones; refreshes itself only while a run is active."""
    alive = run_service().list(RunQuery(statuses=IN_FLIGHT, limit=_SHOWN)).records
    ticking.draw(_tick, every_seconds=TICK_SECONDS if alive else None)


def _tick() -> None:
    with notices.guarded():
        alive = _in_flight()
        recent = run_service().list(RunQuery(statuses=_ENDED, limit=max(1, _ROWS - len(alive)))).records
        if alive or recent:
            _list(alive, recent)
        else:
            st.info(
                "Leave the form as it is, or choose what to scan, and press **Start scan**. The scan runs in a "
                "process of its own, so you can watch its four stages, or close this page and come back. **Results** "
                "then shows the picks with charts and reasons, and **History** keeps every run.",
                title="No scans yet",
            )


_ENDED = tuple(status for status in RunStatus if status.is_terminal)


def _in_flight() -> list[RunRecord]:
    """Return the active runs in the order in which workers take them: running ones, then queued ones by position."""
    running = run_service().list(RunQuery(statuses=(RunStatus.RUNNING,), limit=_SHOWN)).records
    queued = run_service().list(RunQuery(statuses=(RunStatus.QUEUED,), limit=_MOST_QUEUED)).records
    return [*running, *sorted(queued, key=lambda record: (record.queue_position or 0, record.created_at))]


def _list(alive: Sequence[RunRecord], recent: Sequence[RunRecord]) -> None:
    """List both in one frame, so that the form below does not move when a run ends."""
    title = "Recent runs" if not alive else "Active and recent runs" if recent else "Active runs"
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{title}**")
        for record in (*alive[:_SHOWN], *recent):
            _row(record)
        if len(alive) > _SHOWN:
            st.caption(f"{count_text(len(alive) - _SHOWN, 'more active run')}; the History page lists all.")


def _row(record: RunRecord) -> None:
    name, bar, action = st.columns([5, 4, 1], vertical_alignment="center")
    name.markdown(f"{ending_badge(record)} {escape(run_name(record))}")
    if record.status.is_terminal:
        parts = (when(record.finished_at, viewer_zone()), escape(sentence(cut(record.status_text, _LONGEST_STATUS))))
        bar.caption(" · ".join(part for part in parts if part))
    else:
        fraction = min(1.0, max(0.0, record.time_fraction))
        bar.progress(fraction, text=f"{_stands(record, fraction)} · {_since(record)}")
    action.button(
        "Open", key=f"open_{record.run_id}", on_click=url_state.go_to_run, args=(record.run_id,), width="stretch"
    )


def _since(record: RunRecord) -> str:
    """Return since when an active run waits or runs, as text."""
    if record.started_at is None:
        return f"queued {when(record.created_at, viewer_zone())}"
    return f"started {when(record.started_at, viewer_zone())}"


def _stands(record: RunRecord, fraction: float) -> str:
    """Return how far an active run is, as text: the share done, or its position while it is in the queue."""
    if record.status is RunStatus.QUEUED:
        return "Waiting for a worker" + ("" if record.queue_position is None else f", position {record.queue_position}")
    return format_percent(fraction) + (", cancelling" if record.cancel_requested else "")
