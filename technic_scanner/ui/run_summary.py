"""What an ended run left: its counts, or the error, and where it ran."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.ui.services import viewer_zone
from technic_scanner.ui.wording import count_text, escape, short_id, when


def draw(record: RunRecord) -> None:
    """Draw what came of the run, or why nothing did, and where and when it ran."""
    if record.error is not None:
        st.error(f"{escape(record.error.message)}\n\nCode: `{record.error.code}`", title="The scan failed")
    if record.status.can_resume:
        st.info("Resume goes on where the run stopped: fetched prices and scanned chunks are not done again.")
    if record.metrics is not None:
        metrics = record.metrics
        st.caption(
            f"{count_text(metrics.symbols_returned, 'row')} returned of {metrics.symbols_scanned:,} scanned; "
            f"{metrics.symbols_rejected:,} rejected, {metrics.symbols_failed:,} failed."
        )
    st.caption(
        f"Run {short_id(record.run_id)} · started {when(record.started_at, viewer_zone())} · "
        f"attempt {record.attempt} · {record.host or 'no worker yet'}"
    )
