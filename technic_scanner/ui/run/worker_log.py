"""Show what the workers' logs of this machine say about a run."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.ui.app.services import services
from technic_scanner.ui.style.wording import count_text


def show(record: RunRecord) -> None:
    """Draw the log of a run, closed; it is read when it is opened."""
    details = st.expander("Worker's log", key=f"log_{record.run_id}", on_change="rerun")
    if not details.open:
        return
    with details:
        try:
            lines = services().log_of(record.run_id)
        except OSError as error:
            st.error(f"The log cannot be read: {error.strerror or error}.", title="No log")
            return
        if not lines:
            st.caption(
                "No line of the workers' logs on this machine names the run: it ran elsewhere, in a server that logs "
                "to its own output, or the log has been replaced since."
            )
            return
        st.caption(f"{count_text(len(lines), 'line')}; times are in UTC.")
        st.code("\n".join(lines), language=None, wrap_lines=True, height=320)
