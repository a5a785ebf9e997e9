"""What the results page says of a run that has no results: why, and where its next step is."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.run import RunError, RunRecord, RunStatus
from technic_scanner.progress.text import format_percent
from technic_scanner.ui.app import notices, url_state
from technic_scanner.ui.app.services import run_service
from technic_scanner.ui.style import ticking
from technic_scanner.ui.style.wording import status_text

TICK_SECONDS = 2.0


def show(record: RunRecord) -> None:
    """Say why a run has no results; of one in flight, wait for them."""
    if record.error is not None:
        say_that_it_failed(record, record.error)
    elif record.status.is_terminal:
        text = f"{status_text(record.status)} before it had any. Run it again or resume it where its stages are shown."
        st.info(text, title="This run has no results")
        url_state.link(url_state.SCAN_PAGE, "Open the run", run=record.run_id)
    else:
        ticking.draw(_wait, record.run_id, every_seconds=TICK_SECONDS)
        url_state.link(url_state.SCAN_PAGE, "Watch the run", run=record.run_id)


def say_that_it_failed(record: RunRecord, error: RunError) -> None:
    """Say why a run failed, with the way to its stages."""
    notices.show_failure(error)
    url_state.link(url_state.SCAN_PAGE, "Open the run", run=record.run_id)


def _wait(run_id: str) -> None:
    """Say how far the run is; once it has ended, draw the whole page, which then has its results."""
    with notices.guarded():
        record = run_service().get(run_id)
        if record.status.is_terminal:
            st.rerun()
        waits = record.status is RunStatus.QUEUED
        stands = "It waits for a worker" if waits else f"{format_percent(record.time_fraction)} is done"
        st.info(f"{stands}. The results appear here when the scan has ended.", title="This run has no results yet")
