"""Draw two buttons beside the date of a scan that step it by one session."""

from __future__ import annotations

import streamlit as st

from technic_scanner.errors import TechnicError
from technic_scanner.ui.app import notices
from technic_scanner.ui.app.services import services
from technic_scanner.ui.scan import form_state

_DATE = form_state.key("as_of_date")
_STEPS = (("‹", -1, "One session earlier."), ("›", 1, "One session later; after the newest one the date is empty."))


def draw() -> None:
    """Draw the buttons."""
    for label, step, help_text in _STEPS:
        st.button(label, key=f"session_{step}", help=help_text, on_click=_step, args=(step,))


def _step(step: int) -> None:
    try:
        st.session_state[_DATE] = services().other_session(form_state.config_of(st.session_state), step)
    except TechnicError as error:
        notices.keep_error(error)
