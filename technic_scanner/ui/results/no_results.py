"""Show why a run has no results, and the next step."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.run import RunError, RunRecord, RunStatus
from technic_scanner.progress.text import format_percent
from technic_scanner.ui.app import notices, url_state
from technic_scanner.ui.app.services import run_service
from technic_scanner.ui.style import ticking
from technic_scanner.ui.style.wording import escape, status_text

TICK_SECONDS = 2.0


def show(record: RunRecord) -> None:
    """Show why a run has no results; wait for the results of an active run."""
    if record.error is not None:
        say_that_it_failed(record, record.error)
    elif record.status.is_terminal:
        text = "The run ended before it produced results. Open it to resume it or run it again."
        st.info(f"{status_text(record.status)}. {text}", title="This run has no results")
        url_state.link(url_state.SCAN_PAGE, "Open the run", run=record.run_id)
    else:
        ticking.draw(_wait, record.run_id, every_seconds=TICK_SECONDS)
        url_state.link(url_state.SCAN_PAGE, "Watch the run", run=record.run_id)


def say_that_it_is_a_study(record: RunRecord) -> None:
    """Lead to the page where a parameter study is shown, which has no picks."""
    st.info(escape(record.status_text or status_text(record.status)), title="This run is a parameter study")
    url_state.link(url_state.STUDIES_PAGE, "Open the study", run=record.run_id)


def say_that_it_failed(record: RunRecord, error: RunError) -> None:
    """Show why a run failed, with a link to the run."""
    notices.show_failure(error)
    url_state.link(url_state.SCAN_PAGE, "Open the run", run=record.run_id)


def _wait(run_id: str) -> None:
    """Show how far the run is; when it has ended, redraw the whole page, which then shows its results."""
    with notices.guarded():
        record = run_service().get(run_id)
        if record.status.is_terminal:
            st.rerun()
        waits = record.status is RunStatus.QUEUED
        stands = "Waiting for a worker" if waits else f"{format_percent(record.time_fraction)} done"
        st.info(f"{stands}. The results appear here when the scan ends.", title="This run has no results yet")
