"""Show and change the notes and tags of symbols: columns of the table, and a form beside the chart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from technic_scanner.errors import TechnicError
from technic_scanner.runs.exports.note_columns import COLUMNS
from technic_scanner.runs.notes.model import Note
from technic_scanner.runs.notes.service import as_kept, tags_in_use
from technic_scanner.ui.app import notices
from technic_scanner.ui.app.services import services
from technic_scanner.ui.run import note_fields
from technic_scanner.ui.style.wording import escape

_TEXT, _TAGS = "note_text", "note_tags"


def all_notes() -> dict[str, Note]:
    """Return the notes of all symbols that have one."""
    return services().notes.of_symbols()


def with_notes(rows: pd.DataFrame, notes: Mapping[str, Note]) -> pd.DataFrame:
    """Return the rows with a column of tags, as lists, and one of notes; without any note the rows as they are."""
    found = [notes.get(as_kept(symbol)) for symbol in rows["Symbol"]]
    if not any(found):
        return rows
    tags, texts = COLUMNS
    rows = rows.copy(deep=False)
    rows[tags] = pd.Series([list(note.tags) if note else [] for note in found], index=rows.index, dtype=object)
    rows[texts] = pd.Series([note.text if note else "" for note in found], index=rows.index, dtype=object)
    return rows


def column_settings() -> dict[str, Any]:
    """Return the ``column_config`` of both columns."""
    tags, texts = COLUMNS
    return {
        tags: st.column_config.ListColumn(
            tags, width=110, help="Your tags of the symbol; the form is beside its chart."
        ),
        texts: st.column_config.TextColumn(texts, width="medium", help="Your note on the symbol."),
    }


def form(symbol: str) -> None:
    """Draw the note of a symbol, closed unless it has one, and let it be changed."""
    notes = all_notes()
    note = notes.get(as_kept(symbol), Note())
    title = "Note and tags" if note.is_empty else f"Note · {escape(', '.join(note.tags)) or 'no tags'}"
    with st.expander(title, expanded=not note.is_empty, key="symbol_note"), st.form(f"note_{symbol}", border=False):
        # Keys that have the symbol and what is stored: another symbol's form begins with that symbol's note.
        key = f"{symbol}_{note.changed_at}"
        note_fields.draw(note, tags_in_use(notes), f"{_TAGS}_{key}", f"{_TEXT}_{key}")
        st.form_submit_button("Save note", on_click=_save, args=(symbol, key))


def _save(symbol: str, key: str) -> None:
    try:
        services().notes.write_symbol(symbol, st.session_state[f"{_TEXT}_{key}"], st.session_state[f"{_TAGS}_{key}"])
    except TechnicError as error:
        notices.keep_error(error)
        return
    notices.keep_toast(f"The note on {escape(symbol)} is saved.")
