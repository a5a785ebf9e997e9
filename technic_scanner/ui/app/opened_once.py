"""Draw what is in an expander from when it is first opened on, and then also while it is closed."""

from __future__ import annotations

from typing import Protocol

import streamlit as st


class Openable(Protocol):
    """An expander that reruns the script when it is opened or closed."""

    @property
    def open(self) -> bool | None:
        """Whether it is open; None where that is unknown."""


def is_wanted(details: Openable, key: str) -> bool:
    """Return whether to draw the widgets in ``details``, which is known in the session by ``key``.

    Not before somebody wants them; but once drawn they stay. Where two clicks close and open it, the front end has
    dropped the widgets for the first while Streamlit takes them, in the run of the second, for those that are still
    there and sends no values: they would show and send back their minimum.
    """
    name = f"opened_once_{key}"
    if details.open:
        st.session_state[name] = True
    return bool(st.session_state.get(name, False))
