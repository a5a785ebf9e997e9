"""What an ended run left: its counts, or the error, and where it ran."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.ui.services import viewer_zone
from technic_scanner.ui.wording import count_text, escape, when


def draw(record: RunRecord) -> None:
    """Draw what came of the run, or why nothing did, and where and when it ran."""
    if record.error is not None:
        st.error(f"{escape(record.error.message)}\n\nCode: `{record.error.code}`", title="The scan failed")
    if record.status.can_resume:
        st.info("Resume goes on where the run stopped: fetched prices and scanned chunks are not done again.")
    parts = []
    if record.metrics is not None:
        metrics = record.metrics
        parts.append(
            f"{count_text(metrics.symbols_returned, 'row')} returned of {metrics.symbols_scanned:,} scanned, "
            f"{metrics.symbols_rejected:,} rejected, {metrics.symbols_failed:,} failed"
        )
    parts.append(f"Started {when(record.started_at, viewer_zone())}, attempt {record.attempt}")
    parts.append(f"on {escape(record.host)}" if record.host else "no worker took it")
    st.caption(" · ".join(parts))
