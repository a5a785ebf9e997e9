"""Show one watchlist: its symbols and notes to edit, its versions, its files, and a scan of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.watchlist import Watchlist, reference_to
from technic_scanner.errors import TechnicError
from technic_scanner.runs.named_versions.interchange import DESCRIPTION_LIMIT
from technic_scanner.ui.app import notices, url_state
from technic_scanner.ui.app.services import services, viewer_zone
from technic_scanner.ui.scan import scan_form
from technic_scanner.ui.style.tables import height
from technic_scanner.ui.style.wording import count_text, escape, when
from technic_scanner.ui.watchlists.entry_frame import COLUMNS, edited, to_frame

CHOSEN = "w_list"
_TABLE_PIXELS = 460
_FILES = {
    "tradingview": ("TradingView", "txt"),
    "thinkorswim": ("thinkorswim", "txt"),
    "text": ("Text with notes", "txt"),
    "json": ("JSON", "json"),
}


def show() -> None:
    """Show the chosen watchlist, or say how to make the first one."""
    found = services().watchlists.all()
    if not found:
        st.info(
            "Paste symbols below, or press “Save as watchlist” beside the results of a run.",
            title="No watchlists yet",
        )
        return
    names = [item.name for item in found]
    if st.session_state.get(CHOSEN) not in (None, *names):
        del st.session_state[CHOSEN]
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    name = left.selectbox("Watchlist", names, key=CHOSEN, bind="query-params")
    versions = services().watchlists.versions(name)
    labels = {item.version: _label(item) for item in versions}
    number = right.selectbox("Version", list(labels), format_func=labels.__getitem__, key=f"w_version_{name}")
    chosen = next(item for item in versions if item.version == number)
    _one(chosen, versions[0].version)


def _label(watchlist: Watchlist) -> str:
    size = count_text(len(watchlist.entries), "symbol")
    return f"{watchlist.version}, {when(watchlist.saved_at, viewer_zone())}, {size}"


def _one(chosen: Watchlist, newest: int) -> None:
    if chosen.fault is not None:
        st.error(escape(chosen.fault), title="This version cannot be read")
    key = f"{chosen.name}_{chosen.version}"  # another version is another table
    st.text_input("Description", chosen.description, key=f"w_description_{key}", max_chars=DESCRIPTION_LIMIT)
    st.data_editor(
        to_frame(chosen.entries),
        key=f"w_entries_{key}",
        num_rows="dynamic",
        hide_index=True,
        height=height(len(chosen.entries) + 1, _TABLE_PIXELS),
        column_config={
            "Symbol": st.column_config.TextColumn(required=True, width="small"),
            "Note": st.column_config.TextColumn(width="large"),
            "Section": st.column_config.TextColumn(width="small"),
            "Exchange": st.column_config.TextColumn(width="small", help="As TradingView writes it before the colon."),
        },
        column_order=list(COLUMNS),
        alt=f"Symbols and notes of watchlist {chosen.name}",
    )
    again = "" if chosen.version == newest else f", made of version {chosen.version}"
    nothing_new = chosen.version == newest and _as_edited(chosen, key) == chosen
    with st.container(horizontal=True):
        st.button(
            f"Save as version {newest + 1}{again}",
            key="w_save",
            type="primary",
            disabled=nothing_new,
            on_click=_save,
            args=(chosen, key, newest),
        )
        st.button("Scan these symbols", key="w_scan", on_click=_scan, args=(chosen, newest))
        with st.popover("Files…"):
            _files(chosen)
        with st.popover("Remove…"):
            st.caption("All versions are removed. Runs keep the symbols that they were submitted with.")
            st.button("Remove all versions", key="w_remove", on_click=_remove, args=(chosen.name,))


def _as_edited(chosen: Watchlist, key: str) -> Watchlist:
    """Return the watchlist as the page has it now."""
    changes = st.session_state.get(f"w_entries_{key}") or {}
    description = st.session_state.get(f"w_description_{key}", chosen.description)
    return replace(chosen, entries=edited(chosen.entries, changes), description=description)


def _save(chosen: Watchlist, key: str, newest: int) -> None:
    """Save what was typed last: a callback runs before the page is drawn with it."""
    try:
        saved = services().watchlists.save(_as_edited(chosen, key), newest)
    except TechnicError as error:
        notices.keep_error(error)
        return
    st.session_state.pop(f"w_version_{saved.name}", None)
    notices.keep_toast(f"Watchlist “{escape(saved.name)}” saved as version {saved.version}.")


def _scan(chosen: Watchlist, newest: int) -> None:
    name = chosen.name if chosen.version == newest else reference_to(chosen.name, chosen.version)
    scan_form.fill(ScanConfig(watchlists=(name,)), RunOptions())
    url_state.leave_for(url_state.SCAN_PAGE)


def _files(chosen: Watchlist) -> None:
    for form, (label, ending) in _FILES.items():
        st.download_button(
            label,
            data=partial(_file, chosen.name, form, chosen.version),
            file_name=f"{chosen.name}-{form}.{ending}",
            mime="application/json" if form == "json" else "text/plain",
            on_click="ignore",
            key=f"w_file_{form}",
            width="stretch",
        )


def _file(name: str, form: str, version: int) -> bytes:
    return services().watchlists.text(name, form, version).encode()


def _remove(name: str) -> None:
    try:
        services().watchlists.remove(name)
    except TechnicError as error:
        notices.keep_error(error)
        return
    notices.keep_toast(f"Watchlist “{escape(name)}” removed.")
