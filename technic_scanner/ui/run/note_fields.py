"""Draw the widgets in which the tags and the note of a symbol or a run are written."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from technic_scanner.runs.notes.model import Note
from technic_scanner.runs.notes.service import MOST_CHARACTERS, MOST_TAGS


def draw(note: Note, in_use: Sequence[str], tags_key: str, text_key: str) -> None:
    """Draw them with what ``note`` holds; the tags ``in_use`` can be chosen."""
    st.multiselect(
        "Tags",
        sorted({*in_use, *note.tags}),
        list(note.tags),
        key=tags_key,
        accept_new_options=True,
        max_selections=MOST_TAGS,
        placeholder="Choose tags or write new ones",
    )
    st.text_area("Note", note.text, key=text_key, max_chars=MOST_CHARACTERS, height=96)
