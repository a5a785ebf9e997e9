"""Style rules that the theme cannot express: what is selected keeps the text colour, and nothing fades in redraws."""

from __future__ import annotations

import streamlit as st

# Streamlit shows the selected tab and segment in the primary colour, and white text on that colour in buttons. White
# has a contrast of 4.5:1 only on colours with a luminance below 0.18, and at that luminance a colour cannot reach 4.5:1
# as text on a dark page. Elements are selected by role and state rather than by class; if those change in a later
# Streamlit, the text falls back to the theme's colour.
_CHOSEN = (
    '[data-testid="stButtonGroup"] [role="radiogroup"] [role="radio"][aria-checked="true"]',
    '[data-testid="stButtonGroup"] [role="toolbar"] button[aria-pressed="true"]',
    '[data-testid="stTabs"] [role="tablist"] [role="tab"][aria-selected="true"]',
)
# What waits for a redraw fades to a third after half a second. On a busy machine the live parts of a page then do so at
# every tick, while somebody reads them.
_WAITING = '[data-testid="stElementContainer"][data-stale="true"]'


def keep_text_readable() -> None:
    """Give the selected tab, segment and pill the page's text colour, and what waits for a redraw its full strength.

    Underlines and borders of what is selected keep their colour.
    """
    st.html(
        f"<style>{', '.join(_CHOSEN)} {{ color: inherit; }}"
        f" {_WAITING} {{ opacity: 1 !important; transition: none !important; }}</style>"
    )
