"""Choose the columns of the table of runs and filter by them; a choice can be saved by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from technic_scanner.errors import TechnicError
from technic_scanner.runs.saved_views.model import SavedView
from technic_scanner.ui.app import notices, run_filters
from technic_scanner.ui.app.run_columns import ASKED, DEFAULT, NAMES
from technic_scanner.ui.app.services import services
from technic_scanner.ui.style.wording import escape

PAGE = "history"
_FILTERS = "h"  # how the keys of the filters begin
_VIEW, _OWN, _NAME, _MOVED, _ORDER = "h_view", "h_columns", "h_set_name", "h_moved", "h_order"
_STANDARD = "Standard"
_SHIPPED: dict[str, tuple[str, ...]] = {_STANDARD: DEFAULT, "What was asked": ASKED}


@dataclass(frozen=True, slots=True)
class RunColumns:
    """The columns of the table, a filter text for some of them, and the column that runs are ordered by, or empty."""

    names: tuple[str, ...]
    filters: dict[str, str]
    order_by: str


def draw() -> RunColumns:
    """Draw the choice and return it."""
    saved = services().views.of(PAGE)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = st.selectbox(
            "Columns",
            (*_SHIPPED, *(name for name in saved if name not in _SHIPPED)),
            key=_VIEW,
            bind="query-params",
            width=180,
        )
        kept = None if view in _SHIPPED else saved.get(view)
        with st.popover("Change columns…"):
            chosen = _choice(view, kept)
        filters = dict(kept.filters) if kept is not None else {}
        filters |= run_filters.draw(_FILTERS)
    names = tuple(chosen) or _columns_of(view, kept)
    order = st.session_state.get(_ORDER) or ("" if kept is None else kept.group_by)
    return RunColumns(
        tuple(name for name in names if name in NAMES) or DEFAULT, filters, order if order in NAMES else ""
    )


def _columns_of(view: str, kept: SavedView | None) -> tuple[str, ...]:
    return _SHIPPED.get(view, DEFAULT) if kept is None else kept.columns


def _choice(view: str, kept: SavedView | None) -> Sequence[str]:
    """Let columns be chosen, ordered and saved; return them, none if those of the view stay."""
    current = _columns_of(view, kept)
    st.button(f"Start from “{escape(view)}”", on_click=_start, args=(tuple(current),), key="h_set_start")
    chosen: list[str] = st.multiselect(
        "Columns of the table, in this order", NAMES, key=_OWN, placeholder=f"Those of “{view}”", bind="query-params"
    )
    st.selectbox(
        "Group and order by", NAMES, index=None, key=_ORDER, placeholder="when it was created", bind="query-params"
    )
    if chosen:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox("Move", chosen, key=_MOVED, width=180)
            st.button("‹ Left", key="h_set_left", on_click=_move, args=(-1,))
            st.button("Right ›", key="h_set_right", on_click=_move, args=(1,))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Save as", key=_NAME, placeholder="name of the view", max_chars=60, width=180)
        st.button("Save view", key="h_set_save", on_click=_save, args=(tuple(chosen or current),))
    if kept is not None:
        st.button(f"Delete the view “{escape(view)}”", key="h_set_delete", on_click=_delete, args=(view,))
    st.caption("A saved view keeps the columns, their order, the filters by column and the grouping.")
    return chosen


def _start(names: Sequence[str]) -> None:
    st.session_state[_OWN] = [name for name in names if name in NAMES]


def _move(step: int) -> None:
    names, moved = list(st.session_state[_OWN]), st.session_state[_MOVED]
    place = names.index(moved)
    names.insert(max(0, place + step), names.pop(place))
    st.session_state[_OWN] = names


def _save(names: tuple[str, ...]) -> None:
    state = st.session_state
    name = state[_NAME].strip()
    if name in _SHIPPED:
        notices.keep_toast(f"“{name}” is shipped; choose another name.")
        return
    try:
        services().views.save(SavedView(PAGE, name, names, run_filters.texts(_FILTERS), state[_ORDER] or ""))
    except TechnicError as error:
        notices.keep_error(error)
        return
    state.update({_VIEW: name, _OWN: [], _NAME: "", _ORDER: None})
    run_filters.clear(_FILTERS)
    notices.keep_toast(f"The view is saved as “{escape(name)}”.")


def _delete(name: str) -> None:
    services().views.remove(PAGE, name)
    st.session_state[_VIEW] = _STANDARD
