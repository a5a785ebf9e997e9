"""Sees to it that a page is reached through dashboard.py: its settings, its sign-in and its navigation."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager


def through_dashboard() -> None:
    """Start the script again at dashboard.py if Streamlit has run the page by itself.

    A folder called ``pages`` makes Streamlit do so, its older way to find pages, until the process has seen its first
    ``st.navigation``: a deep link as the first visit of a fresh server would otherwise pass by the sign-in.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()
