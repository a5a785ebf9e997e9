"""Add the one style rule that the theme cannot express: selected tabs and segments keep the page's text colour."""

from __future__ import annotations

import streamlit as st

# Streamlit shows the selected tab and segment in the primary colour, and white text on that colour in buttons. White
# has a contrast of 4.5:1 only on colours with a luminance below 0.18, and at that luminance a colour cannot reach 4.5:1
# as text on a dark page. Elements are selected by role and state rather than by class; if those change in a later
# Streamlit, the text falls back to the theme's colour.
_CHOSEN = (
    '[data-testid="stButtonGroup"] [role="radiogroup"] [role="radio"][aria-checked="true"]',
    '[data-testid="stTabs"] [role="tablist"] [role="tab"][aria-selected="true"]',
)


def keep_text_readable() -> None:
    """Give the selected tab and segment the page's text colour; their underline and border keep their colour."""
    st.html(f"<style>{', '.join(_CHOSEN)} {{ color: inherit; }}</style>")
