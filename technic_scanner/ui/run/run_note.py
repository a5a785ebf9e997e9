"""Rename a run, and change its note and tags."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import TechnicError
from technic_scanner.runs.notes.service import tags_in_use
from technic_scanner.ui.app import notices
from technic_scanner.ui.app.services import run_service, services
from technic_scanner.ui.run import note_fields
from technic_scanner.ui.style.wording import escape

_LONGEST_LABEL = 200


def form(record: RunRecord) -> None:
    """Draw a button that opens the name, the tags and the note of a run."""
    notes = services().notes
    note = notes.of_run(record.run_id)
    # A new key when something was stored, so that the fields begin with that.
    key = f"run_{record.run_id}_{note.changed_at}_{record.label}"
    with st.popover("Name and note…" if note.is_empty else "Name and note ●"), st.form(key, border=False):
        st.text_input("Name", record.label or "", key=f"{key}_label", max_chars=_LONGEST_LABEL)
        note_fields.draw(note, tags_in_use(notes.of_runs()), f"{key}_tags", f"{key}_text")
        st.form_submit_button("Save", on_click=_save, args=(record, key))


def show(record: RunRecord) -> None:
    """Show the tags and the note of a run, if it has some."""
    note = services().notes.of_run(record.run_id)
    shown = [f"`{escape(tag)}`" for tag in note.tags] + ([escape(note.text)] if note.text else [])
    if shown:
        st.caption(" ".join(shown))


def _save(record: RunRecord, key: str) -> None:
    state = st.session_state
    try:
        label = state[f"{key}_label"].strip() or None
        if label != record.label:
            run_service().label(record.run_id, label)
        services().notes.write_run(record.run_id, state[f"{key}_text"], state[f"{key}_tags"])
        notices.keep_toast("The name and the note of the run are saved.")
    except TechnicError as error:
        notices.keep_error(error)
    st.rerun()  # the form of a run's page is in a fragment, which by itself would show neither
