"""Say which of the chosen runs cannot be compared, or only in part, and how new the data of each are."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.errors import ResultsNotReadyError, StoreDataError
from technic_scanner.ui.app import notices
from technic_scanner.ui.results import result_data
from technic_scanner.ui.style.wording import status_text


def why_no_timings(record: RunRecord) -> str:
    """Return why a run has no timings to compare."""
    if record.status is RunStatus.QUEUED:
        return "it is waiting for a worker"
    if record.status is RunStatus.RUNNING:
        return "it is still running"
    if record.started_at is None:
        return f"its attempt {record.attempt} did not start"
    return "it ended before its timings were recorded"


def say_who_broke_off(records: Sequence[RunRecord], names: Sequence[str]) -> None:
    """Show which of the runs did not finish their scan."""
    broken = [
        f"{name} ({status_text(record.status)})"
        for name, record in zip(names, records, strict=True)
        if record.status is not RunStatus.SUCCEEDED
    ]
    if broken:
        whose = "its" if len(broken) == 1 else "their"
        st.info(f"{' and '.join(broken)} did not finish: {whose} seconds and picks are those of a partial scan.")


def say_newest_sessions(records: Sequence[RunRecord], names: Sequence[str]) -> None:
    """Show the newest session of each run that has a result, and warn of old data."""
    days, old = [], []
    for name, record in zip(names, records, strict=True):
        try:
            stored = result_data.stored_result(record)
        except (ResultsNotReadyError, StoreDataError):
            continue  # what there is to say of it is said beside its picks
        if stored.as_of is not None:
            days.append(f"{name} {stored.as_of}")
        old += [note for note in stored.notes if note not in old]
    if days:
        st.caption(f"Newest session: {' · '.join(days)}")
    notices.warn_of_old_data(old)
