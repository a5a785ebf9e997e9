"""Show the notes of a study: a warning of old data, those on its numbers in sight, those on its data on demand."""

from __future__ import annotations

from typing import Any

import streamlit as st

from technic_scanner.progress.text import count_text
from technic_scanner.ui.app import notices
from technic_scanner.ui.style.wording import escape, exchange_date


def show(document: dict[str, Any]) -> None:
    """Show the newest session and the notes of a study or a parameter study."""
    about_data = document["data_notes"]
    notices.warn_of_old_data(about_data)
    newest = exchange_date(document["newest_session"])
    st.caption(f"Newest session: {newest}. All dates here are those of the exchange.")
    st.caption("  \n".join(f"Note: {escape(note)}" for note in document["notes"]))
    if about_data:
        with st.expander(f"{count_text(len(about_data), 'note')} on the data"):
            st.markdown("\n".join(f"- {escape(note)}" for note in about_data))
