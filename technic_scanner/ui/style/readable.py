"""The one rule of style that the theme cannot say: what is chosen keeps the colour of the page's text."""

from __future__ import annotations

import streamlit as st

# Streamlit writes the open tab and the chosen segment in the primary colour, and writes white on it in buttons. White
# reaches 4.5:1 on colours of a luminance below 0.18; those reach 4.5:1 as text only on a page darker than black with a
# tenth of them. By role and state, not by class: should they change, the text is what the theme makes of it.
_CHOSEN = (
    '[data-testid="stButtonGroup"] [role="radiogroup"] [role="radio"][aria-checked="true"]',
    '[data-testid="stTabs"] [role="tablist"] [role="tab"][aria-selected="true"]',
)


def keep_text_readable() -> None:
    """Give the open tab and the chosen segment the page's text colour; their line and frame stay as they are."""
    st.html(f"<style>{', '.join(_CHOSEN)} {{ color: inherit; }}</style>")
