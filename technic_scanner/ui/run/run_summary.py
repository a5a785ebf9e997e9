"""Draw the summary of a finished run: its counts or its error, and where and when it ran."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.metrics import ScanMetrics
from technic_scanner.domain.run import RunRecord
from technic_scanner.ui.app import notices
from technic_scanner.ui.app.services import viewer_zone
from technic_scanner.ui.style.wording import count_text, escape, when

REJECTED_HELP = (
    "Rejected means excluded by a rule: by the universe filters before the scan, or by price, volume, rating or rank "
    "after it. Symbols excluded before the scan were not scanned, so more can be rejected than scanned."
)


def draw(record: RunRecord) -> None:
    """Draw the counts of a run or why it failed, and where and when it ran."""
    if record.error is not None:
        notices.show_failure(record.error)
    if record.status.can_resume:
        st.info(_what_resume_does(record))
    parts = []
    if record.metrics is not None:
        parts.append(_counts(record.metrics, stopped=record.status.can_resume))
    if record.started_at is None:
        parts.append(f"Attempt {record.attempt} did not start")
    else:
        parts.append(f"Started {when(record.started_at, viewer_zone())}, attempt {record.attempt}")
    parts.append(f"on {escape(record.host)}" if record.host else "not taken by a worker")
    st.caption(" · ".join(parts), help=None if record.metrics is None else REJECTED_HELP)


def _what_resume_does(record: RunRecord) -> str:
    if record.started_at is None and record.attempt == 1:
        return "Resume queues the run again."
    begun = record.metrics is None or record.metrics.symbols_attempted > 0
    kept = ". Prices already fetched and chunks already scanned are kept" if begun else ""
    return f"Resume continues where the run stopped{kept}."


def _counts(metrics: ScanMetrics, stopped: bool) -> str:
    """Return the counts of symbols as text; symbols that a stopped run had not reached are not called failed."""
    returned = count_text(metrics.symbols_returned, "row")
    if stopped and metrics.symbols_attempted == metrics.symbols_rejected == 0:
        return "Stopped before the symbols to scan were known"
    if stopped:
        attempted = count_text(metrics.symbols_attempted, "symbol")
        return (
            f"{returned} returned; {metrics.symbols_scanned:,} of {attempted} scanned before the run stopped, "
            f"{metrics.symbols_rejected:,} rejected, {metrics.symbols_failed:,} not evaluated"
        )
    return (
        f"{returned} returned of {metrics.symbols_scanned:,} scanned, "
        f"{metrics.symbols_rejected:,} rejected, {metrics.symbols_failed:,} failed"
    )
