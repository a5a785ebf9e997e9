"""The box of the scan page in which criteria are written: as rows or as text, with a count of what they find."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.config import CONFIG_FIELDS
from technic_scanner.ui.app import notices, url_state
from technic_scanner.ui.scan import builder, criteria_library, criteria_state, criteria_text, form_state, live_counts
from technic_scanner.ui.style.wording import escape

_FIELD = CONFIG_FIELDS["criteria"]
_VIEW = "criteria_view"
_ROWS, _TEXT = "Rows", "Text"
_WAS_SOUND = "criteria_was_sound"


def draw() -> None:
    """Draw the box; what changes in it redraws it alone."""
    with st.container(border=True):
        _box()


@st.fragment
def _box() -> None:
    _tell_the_page(sound=criteria_text.is_sound())
    notices.show_kept()
    with notices.guarded():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{_FIELD.title}**", width="content", help=_FIELD.spec.help)
            st.segmented_control(
                "How criteria are shown", [_ROWS, _TEXT], key=_VIEW, default=_ROWS, required=True,
                label_visibility="collapsed", persist_state="session",
            )  # fmt: skip
            criteria_library.draw_menus()
        criteria_library.draw_opened()
        shows_rows = st.session_state.get(_VIEW, _ROWS) == _ROWS
        live = None
        if shows_rows:
            live = builder.draw()
        else:
            criteria_text.draw()
        found = criteria_text.draw_answer()
        if found is not None:
            live = live or live_counts.of_text(criteria_state.text())
            top = None if found.tree.rank is None else found.tree.rank.top
            st.markdown(escape_but_bold(live_counts.summary(live, top)))
            url_state.study_link(form_state.config_of(st.session_state))


def escape_but_bold(text: str) -> str:
    """Return a sentence of ours as Markdown; only its bold parts are marked."""
    return "**".join(escape(part) for part in text.split("**"))


def _tell_the_page(*, sound: bool) -> None:
    """Redraw the whole page where the criteria became usable or stopped to be: the start bar says so."""
    before = st.session_state.get(_WAS_SOUND)
    st.session_state[_WAS_SOUND] = sound
    if before is not None and before != sound:
        st.rerun()
