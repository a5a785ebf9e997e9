"""What the picks of past runs did afterwards; says what is missing until there is something to judge."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.run import RunStatus
from technic_scanner.ui import addresses
from technic_scanner.ui.services import run_service
from technic_scanner.ui.wording import count_text


def show() -> None:
    """Show how many runs wait to be judged, and what judging them takes."""
    ended = run_service().count_by_status().get(RunStatus.SUCCEEDED, 0)
    if ended == 0:
        st.info(
            "Run a scan with an as-of date in the past; later sessions then tell what its picks did.",
            title="No picks yet",
        )
    else:
        st.info(
            f"{count_text(ended, 'finished run')} hold picks. Forward returns need sessions after a scan's as-of date: "
            "choose an as-of date some weeks before the newest session.",
            title="No outcomes yet",
        )
    addresses.link(addresses.SCAN_PAGE, "Configure a scan")
