"""Draw criteria as text, and under it what the check says: the faults with their places, or what the text needs."""

from __future__ import annotations

import streamlit as st

from technic_scanner import criteria
from technic_scanner.criteria.problems import pointed
from technic_scanner.ui.scan import criteria_state
from technic_scanner.ui.style.wording import count_text, escape

_AREA = "criteria_area"
_MOST_FAULTS = 5


def draw() -> None:
    """Draw the text."""
    if st.session_state.get(_AREA) != criteria_state.text():
        st.session_state[_AREA] = criteria_state.text()
    st.text_area(
        "Criteria",
        key=_AREA,
        on_change=_changed,
        height=140,
        placeholder="rsi(14) < 30 and close > sma(close, 200)",
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
    return found


def _faults(text: str, error: criteria.CriteriaError) -> None:
    shown = error.places[:_MOST_FAULTS]
    title = "The criteria have a fault" if len(error.places) == 1 else f"The criteria have {len(error.places)} faults"
    st.error("\n\n".join(escape(place.message) for place in shown), title=title)
    st.code("\n".join(pointed(text, place) for place in shown), language=None, wrap_lines=False)
