"""The criteria of the form: one text in the session, and the rows that stand for it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from technic_scanner.criteria.rows import Group, Rows, rows_of, text_of_rows
from technic_scanner.ui.scan.builder_state import NEW, Node, found, item_of, node_of, remember, removed
from technic_scanner.ui.scan.form_state import key

TEXT = key("criteria")
BEFORE, AFTER = "criteria_before", "criteria_after"
_SHEET = "criteria_sheet"


@dataclass
class Sheet:
    """The rows on the page, and the text that they stand for."""

    root: Node
    rows: Rows
    text: str


def text() -> str:
    """Return the form's criteria."""
    return str(st.session_state.get(TEXT) or "")


def set_text(value: str) -> None:
    """Replace the form's criteria; the rows follow."""
    st.session_state[TEXT] = value


def sheet() -> Sheet:
    """Return the rows of the form's criteria, made anew where the text was changed elsewhere."""
    kept: Sheet | None = st.session_state.get(_SHEET)
    if kept is not None and kept.text == text():
        return kept
    rows = rows_of(text())
    group = rows.group if rows.group.items else Group(rows.group.joint, (NEW["row"],))
    made = st.session_state[_SHEET] = Sheet(node_of(group), rows, text())
    st.session_state[BEFORE], st.session_state[AFTER] = rows.before, rows.after
    return made


def rows() -> Rows:
    """Return what the rows on the page say now."""
    kept = sheet()
    group = item_of(kept.root, st.session_state)
    assert isinstance(group, Group)
    before = st.session_state.get(BEFORE, kept.rows.before) or ""
    after = st.session_state.get(AFTER, kept.rows.after) or ""
    return Rows(group, before, after, kept.rows.comments)


def follow_rows() -> None:
    """Write the rows into the form's criteria; called when a widget of a row has changed."""
    kept = sheet()
    kept.rows = rows()
    remember(kept.root, st.session_state)
    kept.text = text_of_rows(kept.rows)
    set_text(kept.text)


def add(parent: int, kind: str) -> None:
    """Add a row, a formula or a group at the end of a group."""
    kept = sheet()
    found(kept.root, parent).children.append(node_of(NEW[kind]))
    follow_rows()


def remove(number: int) -> None:
    """Take out a row, a formula or a group with all its rows."""
    kept = sheet()
    removed(kept.root, number)
    follow_rows()
