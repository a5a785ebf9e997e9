"""Parts of a page that draw themselves again every few seconds."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def draw(part: Callable[..., None], *args: object, every_seconds: float | None) -> None:
    """Draw a part of the page; again every ``every_seconds``, or never again where that is None.

    It stands alone in a container. When a tick begins before the messages of a full run have left, Streamlit drops
    those of the ticking part; at the end of the full run the browser then removes the part as stale, its neighbours
    move up, and the tick draws it over the first of them: a form would be gone until the next full run.
    """
    with st.container():
        st.fragment(run_every=every_seconds)(part)(*args)
