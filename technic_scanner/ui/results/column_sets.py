"""Choose the columns of a run's table: a shipped set, a saved one, or columns put together here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import TechnicError
from technic_scanner.pipeline.columns import COLUMN_BY_NAME
from technic_scanner.runs.exports import note_columns
from technic_scanner.runs.saved_views.model import SavedView
from technic_scanner.ui.app import notices
from technic_scanner.ui.app.services import services
from technic_scanner.ui.results import changes_view
from technic_scanner.ui.style import tables
from technic_scanner.ui.style.wording import count_text, escape

PAGE = "results"
_VIEW, _OWN, _NAME, _MOVED = "r_view", "r_columns", "r_set_name", "r_moved"
_SHIPPED = (*tables.VIEWS, changes_view.VIEW)


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """The columns of a table, and its rows: some sets have columns or a choice of rows of their own."""

    names: tuple[str, ...]
    rows: pd.DataFrame


def choose(record: RunRecord, rows: pd.DataFrame, own: Sequence[str], *, whole: bool) -> ColumnChoice:
    """Draw the choice and return it; ``own`` are columns of the run's criteria, ``whole`` as in ``tables.view``."""
    saved = services().views.of(PAGE)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view: str = st.segmented_control(
            "Columns",
            (*_SHIPPED, *(name for name in saved if name not in _SHIPPED)),
            key=_VIEW,
            default="Picks",
            required=True,
            bind="query-params",
        )
        names = _columns_of(view, saved, own, whole=whole)
        chosen = _editor(view, names, own, is_saved=view in saved and view not in _SHIPPED)
    names = tuple(chosen) or names
    if view == changes_view.VIEW and not chosen:
        return ColumnChoice(names, changes_view.narrowed(record, rows))
    if set(names) & set(changes_view.COLUMNS):
        rows = changes_view.with_changes(record, rows)
    return ColumnChoice(names, rows)


def _columns_of(view: str, saved: dict[str, SavedView], own: Sequence[str], *, whole: bool) -> tuple[str, ...]:
    if view in saved and view not in _SHIPPED:
        return saved[view].columns
    return tables.with_own(changes_view.column_names(view, whole=whole), own)


def _editor(view: str, names: Sequence[str], own: Sequence[str], *, is_saved: bool) -> list[str]:
    """Let columns be chosen, ordered and saved; return those that replace the view's, none if it is kept."""
    offered = [tables.PRICES, tables.SCORES, *COLUMN_BY_NAME, *changes_view.COLUMNS, *note_columns.COLUMNS, *own]
    with st.popover("Change columns…"):
        st.button(f"Start from “{escape(view)}”", on_click=_start, args=(tuple(names),), key="r_set_start")
        chosen: list[str] = st.multiselect(
            "Columns of the table, in this order",
            list(dict.fromkeys(offered)),
            key=_OWN,
            format_func=partial(_label, own),
            placeholder=f"Those of “{view}”",
            bind="query-params",
        )
        if chosen:
            _mover(chosen, own)
            with st.container(horizontal=True, vertical_alignment="bottom"):
                st.text_input("Save as", key=_NAME, placeholder="name of the set", max_chars=60, width=180)
                st.button("Save set", key="r_set_save", on_click=_save)
        if is_saved:
            st.button(f"Delete the set “{escape(view)}”", key="r_set_delete", on_click=_delete, args=(view,))
        size = count_text(len(chosen or names), "column")
        st.caption(f"{size}. The set is part of the address, and “Export these rows” has the same columns.")
    return chosen


def _label(own: Sequence[str], name: str) -> str:
    """Return what a column is called in the list and in the address; those of criteria may be called as others are."""
    return f"{name} (criteria)" if name in own else tables.long_label(name)


def _mover(chosen: Sequence[str], own: Sequence[str]) -> None:
    """Draw two buttons that move one of the chosen columns."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Move", chosen, key=_MOVED, format_func=partial(_label, own), width=180)
        st.button("‹ Left", key="r_set_left", on_click=_move, args=(-1,))
        st.button("Right ›", key="r_set_right", on_click=_move, args=(1,))


def _start(names: Sequence[str]) -> None:
    st.session_state[_OWN] = list(names)


def _move(step: int) -> None:
    names, moved = list(st.session_state[_OWN]), st.session_state[_MOVED]
    place = names.index(moved)
    names.insert(max(0, place + step), names.pop(place))
    st.session_state[_OWN] = names


def _save() -> None:
    """Save the chosen columns under the typed name, and show that set."""
    name = st.session_state[_NAME].strip()
    if name in _SHIPPED:
        notices.keep_toast(f"“{escape(name)}” is a shipped set; choose another name.")
        return
    try:
        services().views.save(SavedView(PAGE, name, tuple(st.session_state[_OWN])))
    except TechnicError as error:
        notices.keep_error(error)
        return
    st.session_state.update({_VIEW: name, _OWN: [], _NAME: ""})
    notices.keep_toast(f"The columns are saved as “{escape(name)}”.")


def _delete(name: str) -> None:
    services().views.remove(PAGE, name)
    st.session_state[_VIEW] = "Picks"
