"""Remember the runs that this session watches: the page of one that ends says so, once, and shows its picks first."""

from __future__ import annotations

import streamlit as st


def begin(run_id: str, *, figures: bool = False) -> None:
    """Remember that the session watches a run that goes on; ``figures``: its page has them by now."""
    st.session_state[_slot(run_id)] = figures


def end(run_id: str) -> bool | None:
    """Forget a run that has ended; return whether its page had figures, None if nobody has watched it."""
    figures = st.session_state.pop(_slot(run_id), None)
    return None if figures is None else bool(figures)


def _slot(run_id: str) -> str:
    return f"watched_{run_id}"
