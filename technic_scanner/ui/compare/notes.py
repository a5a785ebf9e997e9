"""Say which of the chosen runs cannot be compared, or only in part."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from technic_scanner.domain.run import RunRecord, RunStatus
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
