"""The form that makes a watchlist of pasted text or of a file, and says at once which names are unknown."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.watchlist import Watchlist
from technic_scanner.errors import TechnicError
from technic_scanner.runs.model import RunQuery
from technic_scanner.runs.named_versions.interchange import NAME_LIMIT
from technic_scanner.runs.watchlists.interchange import FORM
from technic_scanner.runs.watchlists.pasted import Pasted
from technic_scanner.ui.app import notices
from technic_scanner.ui.app.services import run_service, services
from technic_scanner.ui.style.wording import count_text, escape
from technic_scanner.ui.watchlists.watchlists_view import CHOSEN

_NAME, _TEXT, _FILE, _SOURCE, _UNIVERSE = "w_name", "w_text", "w_file", "w_source", "w_universe"
_SHOWN = 200  # names that are written out


def draw() -> None:
    """Draw the form."""
    details = st.expander("New watchlist…", key="w_new", expanded=not services().watchlists.all())
    with details:
        left, right = st.columns([3, 2])
        with left:
            st.text_area(
                "Symbols",
                key=_TEXT,
                height=160,
                placeholder='Paste anything: AAPL, "BRK.B"; NASDAQ:MSFT # a note',
                help="Quotes, prices and words around symbols are left out. A line may end in “# note”.",
            )
            st.file_uploader("Or a file of TradingView, thinkorswim, a broker, or exported here", key=_FILE)
        with right:
            st.text_input("Name", key=_NAME, max_chars=NAME_LIMIT)
            _draw_universe()
        _draw_found()


def _draw_universe() -> None:
    sources = {info.name: info for info in run_service().sources() if info.missing is None}
    name = st.selectbox(
        "Take only symbols of",
        ["", *sources],
        index=_usual(["", *sources]),
        format_func=lambda source: sources[source].label if source else "Whatever looks like a symbol",
        key=_SOURCE,
        help="Names that this source does not know are listed and left out.",
    )
    if name and len(sources[name].universes) > 1:
        universes = sources[name].universes
        st.selectbox("Universe", universes, index=None, placeholder=universes[0], key=_UNIVERSE)


def _usual(sources: Sequence[str]) -> int:
    """Return the place of the source of the newest run, which a list is most likely for."""
    for run in run_service().list(RunQuery(limit=1)).records:
        if run.config.source in sources:
            return sources.index(run.config.source)
    return 0


def _draw_found() -> None:
    text = _given()
    if not text.strip():
        st.button("Save", key="w_add", disabled=True)
        return
    if _is_exported(text):
        st.caption("A watchlist that was exported here; it has its own name.")
        st.button("Import", key="w_add", type="primary", on_click=_import)
        return
    found = _read(text)
    st.markdown(
        f"**{count_text(len(found.entries), 'symbol')}**: {escape(_list(tuple(e.symbol for e in found.entries)))}"
    )
    if found.unknown:
        st.warning(escape(_list(found.unknown)), title=f"{count_text(len(found.unknown), 'name')} unknown, left out")
    if found.ignored:
        st.caption(f"No symbols, left out: {escape(_list(found.ignored))}")
    st.button("Save", key="w_add", type="primary", on_click=_add, disabled=not found.entries)


def _given() -> str:
    """Return the text of the file if there is one, else what was pasted."""
    upload = st.session_state.get(_FILE)
    if upload is None:
        return st.session_state.get(_TEXT) or ""
    return str(upload.getvalue().decode("utf-8-sig", errors="replace"))


def _is_exported(text: str) -> bool:
    return text.lstrip().startswith("{") and FORM.format in text


def _read(text: str) -> Pasted:
    source = st.session_state.get(_SOURCE) or None
    universe = st.session_state.get(_UNIVERSE)
    return services().watchlists.read(text, None if source is None else ScanConfig(source=source, universe=universe))


def _list(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more if names else "none"


def _add() -> None:
    name = (st.session_state.get(_NAME) or "").strip()
    try:
        saved = services().watchlists.save(Watchlist(name, _read(_given()).entries))
    except TechnicError as error:
        notices.keep_error(error)
        return
    _done(saved)


def _import() -> None:
    try:
        saved = services().watchlists.load(_given())
    except TechnicError as error:
        notices.keep_error(error)
        return
    _done(saved)


def _done(saved: Watchlist) -> None:
    """Show what was saved, with an empty form below it."""
    st.session_state[CHOSEN] = saved.name
    st.session_state[_TEXT] = st.session_state[_NAME] = ""
    notices.keep_toast(f"Watchlist “{escape(saved.name)}” saved: {count_text(len(saved.entries), 'symbol')}.")
