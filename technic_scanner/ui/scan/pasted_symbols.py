"""Say of a pasted list of symbols at once what was understood and what the universe does not have."""

from __future__ import annotations

import streamlit as st

from technic_scanner.errors import TechnicError
from technic_scanner.ui.app.services import services
from technic_scanner.ui.scan import form_state
from technic_scanner.ui.style.wording import count_text, escape

_NAMED = 20


def say() -> None:
    """Say what the form's list of symbols names; nothing where it is empty or its source cannot be asked."""
    config = form_state.config_of(st.session_state)
    if not config.symbols:
        return
    try:
        named = services().preview.named_symbols(config)
    except TechnicError:
        return  # the line beside Start says what is wrong with the source
    unknown = [symbol for symbol, written in named.items() if written is None]
    st.caption(escape(_understood(named)))
    if unknown:
        more = f" and {len(unknown) - _NAMED:,} more" if len(unknown) > _NAMED else ""
        names = ", ".join(escape(symbol) for symbol in unknown[:_NAMED])
        st.warning(f"Not in this universe: {names}{more}.")


def _understood(named: dict[str, str | None]) -> str:
    """Return how many symbols were found, and which are written in another way."""
    found = sum(written is not None for written in named.values())
    other = [f"{symbol} = {written}" for symbol, written in named.items() if written not in (None, symbol)]
    spelled = f" {', '.join(other[:_NAMED])}{'…' if len(other) > _NAMED else ''}." if other else ""
    return f"{found:,} of {count_text(len(named), 'symbol')} found.{spelled}"
