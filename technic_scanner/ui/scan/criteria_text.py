"""Draw criteria as text, and under it what the check says: the faults with their places, or what the text needs."""

from __future__ import annotations

import streamlit as st

from technic_scanner import criteria
from technic_scanner.criteria.problems import Problem, pointed
from technic_scanner.ui.scan import criteria_editor, criteria_state
from technic_scanner.ui.style.wording import count_text, escape

_AREA = "criteria_area"
_PLAIN = "criteria_plain"
_PLACEHOLDER = "rsi(14) < 30 and close > sma(close, 200)"
_MOST_FAULTS = 5


def draw() -> None:
    """Draw the text in the editor; in a plain field where that is not there or not wanted."""
    if criteria_editor.is_available():
        st.toggle(
            "Plain text field", key=_PLAIN, help="A field without colours and completion.", persist_state="session"
        )
        if not st.session_state.get(_PLAIN):
            criteria_editor.draw(criteria_state.text(), _places(), _PLACEHOLDER, criteria_state.set_text)
            return
    _plain_field()


def is_sound() -> bool:
    """Return whether the form's criteria have no fault; there may be none."""
    return not _places()


def _places() -> tuple[Problem, ...]:
    text = criteria_state.text()
    try:
        if text.strip():
            criteria.compile(text)
    except criteria.CriteriaError as error:
        return error.places
    return ()


def _plain_field() -> None:
    if st.session_state.get(_AREA) != criteria_state.text():
        st.session_state[_AREA] = criteria_state.text()
    st.text_area(
        "Criteria",
        key=_AREA,
        on_change=_changed,
        height=140,
        placeholder=_PLACEHOLDER,
        help="A symbol is picked only if this is true. Press Ctrl and Enter to check it.",
    )


def _changed() -> None:
    criteria_state.set_text(st.session_state[_AREA])


def draw_answer() -> criteria.Criteria | None:
    """Draw what the check says of the form's criteria; return them if they have no fault."""
    text = criteria_state.text()
    if not text.strip():
        st.caption("No criteria: every symbol may be picked.")
        return None
    try:
        found = criteria.compile(text)
    except criteria.CriteriaError as error:
        _faults(text, error)
        return None
    needs = f"Needs {count_text(found.bars_needed, 'bar')}" + (
        ", and reads all that are stored" if found.recursive else ""
    )
    st.caption(f"✓ The criteria can be used. {needs}.")
    if found.hints:
        st.warning("\n\n".join(escape(hint.message) for hint in found.hints[:_MOST_FAULTS]), title="Is this meant?")
    return found


def _faults(text: str, error: criteria.CriteriaError) -> None:
    shown = error.places[:_MOST_FAULTS]
    title = "The criteria have a fault" if len(error.places) == 1 else f"The criteria have {len(error.places)} faults"
    st.error("\n\n".join(escape(place.message) for place in shown), title=title)
    st.code("\n".join(pointed(text, place) for place in shown), language=None, wrap_lines=False)
