"""What an ended run left: the way to its results, or the error, and where it ran."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.ui import addresses
from technic_scanner.ui.services import viewer_zone
from technic_scanner.ui.wording import count_text, escape, short_id, when


def draw(record: RunRecord) -> None:
    """Draw the link to the results, or why there are none, and where and when the run ran."""
    if record.error is not None:
        st.error(f"{escape(record.error.message)}\n\nCode: `{record.error.code}`", title="The scan failed")
    if record.status.can_resume:
        st.info("Resume goes on where the run stopped: fetched prices and scanned chunks are not done again.")
    if record.outcome is not None:
        metrics = record.metrics
        returned = None if metrics is None else metrics.symbols_returned
        addresses.link(addresses.RESULTS_PAGE, f"Open the results: {count_text(returned, 'row')}", run=record.run_id)
    st.caption(
        f"Run {short_id(record.run_id)} · started {when(record.started_at, viewer_zone())} · "
        f"attempt {record.attempt} · {record.host or 'no worker yet'}"
    )
