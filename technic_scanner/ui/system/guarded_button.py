"""A button whose action may fail: the error is kept and shown when the page is drawn again."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from technic_scanner.errors import TechnicError
from technic_scanner.ui.app import notices


def guarded_button(label: str, key: str, act: Callable[[], None]) -> None:
    """Draw a button that calls ``act`` before the page is drawn again."""
    st.button(label, key=key, on_click=_guarded, args=(act,))


def _guarded(act: Callable[[], None]) -> None:
    try:
        act()
    except TechnicError as error:
        notices.keep_error(error)
