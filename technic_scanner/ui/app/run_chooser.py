"""Choose the run that a page shows: the one in the URL, or else the newest with a result, with a list to switch."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import RunNotFoundError
from technic_scanner.ui.app import listed_runs, notices, url_state
from technic_scanner.ui.app.services import run_service, viewer_zone
from technic_scanner.ui.style.wording import ending_text, run_name, when

_KEY, _FILTERS = "run_choice", "rr"


def choose() -> RunRecord | None:
    """Draw the list and return the run in the URL; without one, the newest run with a result, or None.

    If the run id in the URL does not exist, an error is shown and no other run is chosen.
    """
    recent = listed_runs.newest(_has_result)
    if not recent:
        return _in_address()
    place, listed = listed_runs.beside_filters(_FILTERS, _has_result, recent)
    record = _in_address() if url_state.run_in_address() else next(iter([*listed, *recent]))
    with place:
        _list(listed, record)
    return record


def _has_result(record: RunRecord) -> bool:
    return record.outcome is not None


def _in_address() -> RunRecord | None:
    """Return the run in the URL; None if there is none, and after an error that is shown if it does not exist."""
    wanted = url_state.run_in_address()
    try:
        return run_service().get(wanted) if wanted else None
    except RunNotFoundError as error:
        notices.show_error(error)
        return None


def _list(listed: list[RunRecord], record: RunRecord | None) -> None:
    by_id = {item.run_id: item for item in listed} | ({record.run_id: record} if record else {})
    st.session_state[_KEY] = record.run_id if record else None
    st.selectbox(
        "Run",
        list(by_id),
        index=None,
        key=_KEY,
        format_func=lambda run_id: _line(by_id[run_id]),
        on_change=lambda: url_state.open_run(st.session_state[_KEY]),
        placeholder="Choose a run",
    )


def _line(record: RunRecord) -> str:
    return f"{when(record.created_at, viewer_zone())}  {run_name(record)}  {ending_text(record)}"
