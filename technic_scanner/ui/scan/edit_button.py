"""A button that opens the scan form filled in with the settings of a run."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.run import STUDY, RunRecord
from technic_scanner.ui.app import url_state
from technic_scanner.ui.scan import scan_form
from technic_scanner.ui.style.wording import escape, unreadable_text


def draw(record: RunRecord, key: str, label: str = "Edit and run") -> None:
    """Draw the button; it is disabled for parameter studies and where the settings cannot be read."""
    st.button(
        label,
        key=key,
        on_click=_open,
        args=(record,),
        disabled=record.request_fault is not None or record.kind == STUDY,
        help=escape(unreadable_text(record)) or scan_form.EDIT_HELP,
    )


def _open(record: RunRecord) -> None:
    scan_form.fill_as_run(record)
    url_state.leave_for(url_state.SCAN_PAGE)
