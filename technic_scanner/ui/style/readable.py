"""Style rules that the theme cannot express: selected text keeps its colour, redraws do not fade, figures are whole."""

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
# Streamlit cuts a metric that is too long for its tile, which on a phone is the unit of "20,841 symbols/s".
_FIGURE = '[data-testid="stMetricValue"] [data-testid="stMarkdownContainer"]'


def keep_text_readable() -> None:
    """Give the selected tab, segment and pill the page's text colour, and what waits for a redraw its full strength.

    Underlines and borders of what is selected keep their colour. The values of metrics go on in a second line.
    """
    st.html(
        f"<style>{', '.join(_CHOSEN)} {{ color: inherit; }}"
        f" {_WAITING} {{ opacity: 1 !important; transition: none !important; }}"
        f" {_FIGURE}, {_FIGURE} * {{ white-space: normal; overflow: visible; }}</style>"
    )
