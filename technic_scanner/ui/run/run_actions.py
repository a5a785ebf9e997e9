"""Draw the actions of a run's panel: cancel, resume, run again, close the view."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import streamlit as st

from technic_scanner.domain.run import STUDY, RunRecord
from technic_scanner.errors import TechnicError
from technic_scanner.ui.app import notices, url_state
from technic_scanner.ui.app.services import run_service
from technic_scanner.ui.scan import scan_form


def draw(record: RunRecord) -> None:
    """Draw the buttons that the run's status allows.

    They are at the left because the toast at the end of a run would cover them at the right.
    """
    run_id = record.run_id
    with st.container(horizontal=True):
        if not record.status.is_terminal:
            st.button(
                "Cancelling…" if record.cancel_requested else "Cancel",
                key=f"cancel_{run_id}",
                disabled=record.cancel_requested,
                on_click=_cancel,
                args=(run_id,),
            )
        else:
            if record.status.can_resume:
                st.button("Resume", type="primary", key=f"resume_{run_id}", on_click=_resume, args=(run_id,))
            # Only one button is primary: a run that stopped early is incomplete, so its primary action is Resume.
            look: Literal["primary", "secondary"] = "secondary" if record.status.can_resume else "primary"
            page, words = _place_of_results(record)
            if _has_results(record) and st.button(words, type=look, key=f"results_{run_id}"):
                st.switch_page(page, query_params={url_state.RUN: run_id})
            st.button("Run again", key=f"rerun_{run_id}", on_click=_run_again, args=(run_id,))
            st.button(
                "Edit and run",
                key=f"edit_{run_id}",
                on_click=_edit,
                args=(record,),
                disabled=record.request_fault is not None or record.kind == STUDY,
                help=scan_form.EDIT_HELP,
            )
        st.button("Close", key=f"close_{run_id}", on_click=url_state.go_to_run, args=(None,), help=_CLOSE_HELP)


_CLOSE_HELP = "Closes only this view. The run is not affected."


def _place_of_results(record: RunRecord) -> tuple[str, str]:
    """Return the page that shows what a run has found, and what the button that leads there says."""
    if record.kind == STUDY:
        return url_state.STUDIES_PAGE, "Open study"
    return url_state.RESULTS_PAGE, "Open results"


def _has_results(record: RunRecord) -> bool:
    """Return whether the run has results to open; a failed run only if it has picks."""
    if record.error is not None:
        return record.metrics is not None and record.metrics.symbols_returned > 0
    return record.outcome is not None


def _cancel(run_id: str) -> None:
    with _errors_on_the_page():
        run_service().cancel(run_id)


def _resume(run_id: str) -> None:
    with _errors_on_the_page():
        run_service().resume(run_id)
    url_state.go_to_run(run_id)


def _run_again(run_id: str) -> None:
    with _errors_on_the_page():
        run_id = run_service().rerun(run_id).run_id
    url_state.go_to_run(run_id)


def _edit(record: RunRecord) -> None:
    scan_form.fill_as_run(record)
    url_state.go_to_run(None)


@contextmanager
def _errors_on_the_page() -> Iterator[None]:
    """Keep an error for the next full run of the page, and request that run."""
    try:
        yield
    except TechnicError as error:
        notices.keep_error(error)
        st.rerun()
