"""What an ended run left: its counts, or the error, and where it ran."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.metrics import ScanMetrics
from technic_scanner.domain.run import RunRecord
from technic_scanner.ui.app import notices
from technic_scanner.ui.app.services import viewer_zone
from technic_scanner.ui.style.wording import count_text, escape, when

REJECTED_HELP = (
    "Turned down by a rule: by the filters on the universe before the scan, or by price, volume, rating and rank after "
    "it. What was turned down before was not scanned, so there may be more rejected than scanned."
)


def draw(record: RunRecord) -> None:
    """Draw what came of the run, or why nothing did, and where and when it ran."""
    if record.error is not None:
        notices.show_failure(record.error)
    if record.status.can_resume:
        st.info(_what_resume_does(record))
    parts = []
    if record.metrics is not None:
        parts.append(_counts(record.metrics, stopped=record.status.can_resume))
    if record.started_at is None:
        parts.append(f"Attempt {record.attempt} was never started")
    else:
        parts.append(f"Started {when(record.started_at, viewer_zone())}, attempt {record.attempt}")
    parts.append(f"on {escape(record.host)}" if record.host else "no worker took it")
    st.caption(" · ".join(parts), help=None if record.metrics is None else REJECTED_HELP)


def _what_resume_does(record: RunRecord) -> str:
    if record.started_at is None and record.attempt == 1:
        return "Resume puts the run into the queue again."
    begun = record.metrics is None or record.metrics.symbols_attempted > 0
    kept = ": fetched prices and scanned chunks are not done again" if begun else ""
    return f"Resume goes on where the run stopped{kept}."


def _counts(metrics: ScanMetrics, stopped: bool) -> str:
    """Say what came of the symbols; those that a run did not come to before it was stopped have not failed."""
    returned = count_text(metrics.symbols_returned, "row")
    if stopped and metrics.symbols_attempted == metrics.symbols_rejected == 0:
        return "Stopped before it knew what to scan"
    if stopped:
        attempted = count_text(metrics.symbols_attempted, "symbol")
        return (
            f"{returned} returned; {metrics.symbols_scanned:,} of {attempted} scanned before the run stopped, "
            f"{metrics.symbols_rejected:,} rejected, {metrics.symbols_failed:,} not judged"
        )
    return (
        f"{returned} returned of {metrics.symbols_scanned:,} scanned, "
        f"{metrics.symbols_rejected:,} rejected, {metrics.symbols_failed:,} failed"
    )
