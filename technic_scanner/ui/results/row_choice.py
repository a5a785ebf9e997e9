"""Choose which rows of a run its page and files have, and look up any symbol of it."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.model import Rows
from technic_scanner.ui.app import url_state

_ALL, _LOOKUP = "r_rows", "r_lookup"


def draw(record: RunRecord) -> Rows:
    """Draw the switch between the picks and all scanned rows, and the look-up; return which rows are chosen."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Any symbol",
            key=_LOOKUP,
            placeholder="look up",
            on_change=_look_up,
            width=140,
            help="Opens the chart, the numbers and the plan of any scanned symbol, and says why it is not a pick.",
        )
        scanned = 0 if record.metrics is None else record.metrics.symbols_scanned
        whole = st.toggle(
            f"All {scanned:,} scanned rows",
            key=_ALL,
            bind="query-params",
            disabled=not scanned,
            help="The table, the charts and the files then have every scanned row, and not the picks alone.",
        )
    return Rows.ALL if whole else Rows.PICKS


def _look_up() -> None:
    """Open the symbol that was typed, and empty the field for the next one."""
    url_state.open_symbol(st.session_state[_LOOKUP].strip().upper() or None)
    st.session_state[_LOOKUP] = ""
