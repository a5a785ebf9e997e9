"""The banner of every page that a promised run of a schedule did not happen."""

from __future__ import annotations

import streamlit as st

from technic_scanner.errors import StoreError
from technic_scanner.ui.app import url_state
from technic_scanner.ui.app.services import services
from technic_scanner.ui.style.wording import count_text, escape

_SHOWN = 3


def draw() -> None:
    """Draw it, if there is something to say; a page whose store cannot be read says that itself."""
    try:
        broken = services().schedules.overdue()
    except StoreError:
        return
    if not broken:
        return
    lines = [f"- **{escape(name)}**: {escape(sentence)}." for name, sentence in broken[:_SHOWN]]
    if len(broken) > _SHOWN:
        lines.append(f"- {count_text(len(broken) - _SHOWN, 'more schedule')}.")
    title = "A promised scan did not run" if len(broken) == 1 else f"{len(broken)} promised scans did not run"
    st.warning("\n".join(lines), title=title)
    url_state.link(url_state.SYSTEM_PAGE, "Schedules on System")
