"""Ensure that a page is reached through dashboard.py, with its page settings, sign-in and navigation."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager


def through_dashboard() -> None:
    """Restart the script at dashboard.py if Streamlit has run the page directly.

    Streamlit's older way to find pages runs files in a folder called ``pages`` directly until the process has called
    ``st.navigation`` once. Without this, a deep link as the first visit to a fresh server would bypass the sign-in.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()
