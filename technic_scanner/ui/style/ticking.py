"""Redraw a part of a page every few seconds."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def draw(part: Callable[..., None], *args: object, every_seconds: float | None) -> None:
    """Draw a part of the page and redraw it every ``every_seconds``; None draws it only once.

    The part has a container of its own. When a tick begins before the messages of a full script run are sent, Streamlit
    drops the messages of the ticking part. At the end of the full run the browser removes the part as stale, the
    elements below move up, and the tick draws the part over the first of them, so that for example a form would be
    missing until the next full run. The container prevents this.
    """
    with st.container():
        st.fragment(run_every=every_seconds)(part)(*args)
