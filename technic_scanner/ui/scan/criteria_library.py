"""The menus of the criteria box: shipped scans, saved criteria, and scans of other programs."""

from __future__ import annotations

import streamlit as st

from technic_scanner.criteria.imports import LANGUAGES, import_text
from technic_scanner.criteria.shipped import GROUPS, SHIPPED_SCANS
from technic_scanner.errors import TechnicError
from technic_scanner.runs.saved_criteria.model import SavedCriteria
from technic_scanner.runs.saved_criteria.service import usable
from technic_scanner.ui.app import notices
from technic_scanner.ui.app.services import services
from technic_scanner.ui.scan import criteria_state
from technic_scanner.ui.style.wording import escape

_OPENED = "criteria_opened"  # (name, version) of what was opened or saved last
_GROUP, _SAVED = "criteria_group", "criteria_saved"
_NAME, _DESCRIPTION, _VERSION = "criteria_name", "criteria_description", "criteria_version"
_LANGUAGE, _FOREIGN, _UPLOAD, _LEFT_OUT = (
    "criteria_language",
    "criteria_foreign",
    "criteria_upload",
    "criteria_left_out",
)
_PROGRAMS = {"chartink": "Chartink", "stockcharts": "StockCharts", "thinkscript": "thinkScript"}


def draw_menus() -> None:
    """Draw the menus."""
    with st.popover("Shipped…"):
        _shipped()
    with st.popover("Open…"):
        _open()
    with st.popover("Save as…"):
        _save()
    with st.popover("Import…"):
        _import()


def draw_opened() -> None:
    """Draw what was opened, and what an import left out."""
    opened = st.session_state.get(_OPENED)
    if opened is not None:
        name, version = opened
        st.caption(f"Opened: {escape(name)}" + ("" if version is None else f", version {version}"))
    left_out = st.session_state.get(_LEFT_OUT, ())
    if left_out:
        lines = "\n".join(f"- {escape(str(item))}" for item in left_out)
        st.warning(f"{lines}\n\nEverything else was taken over; nothing was guessed.", title="Parts were left out")


def _shipped() -> None:
    st.pills("Group", GROUPS, key=_GROUP, default=GROUPS[0], required=True)
    group = st.session_state.get(_GROUP) or GROUPS[0]
    for scan in SHIPPED_SCANS:
        if scan.group == group:
            st.button(scan.name, key=f"shipped_{scan.name}", on_click=_use, args=(scan.name,), type="tertiary")
            st.caption(escape(scan.finds))


def _open() -> None:
    saved = [item for item in services().criteria.all() if not item.builtin]
    if not saved:
        st.caption("Nothing is saved yet.")
        return
    named = {item.name: item for item in saved}
    st.selectbox("Saved criteria", list(named), key=_SAVED, format_func=lambda name: _label(named, name))
    chosen = named.get(st.session_state.get(_SAVED) or "", saved[0])
    if chosen.description:
        st.caption(escape(chosen.description))
    versions = [item.version for item in services().criteria.versions(chosen.name)]
    if st.session_state.get(_VERSION) not in versions:
        st.session_state[_VERSION] = versions[0]
    st.selectbox("Version", versions, key=_VERSION)
    with st.container(horizontal=True):
        version = st.session_state[_VERSION]
        st.button("Open", key="criteria_open", on_click=_use, args=(chosen.name, version), type="primary")
        st.download_button(
            "Export",
            data=lambda: services().criteria.export(chosen.name, version).encode(),
            file_name=f"{chosen.name}.json",
            mime="application/json",
            on_click="ignore",
            key="criteria_export",
        )
        st.button("Remove all versions", key="criteria_remove", on_click=_remove, args=(chosen.name,))


def _label(named: dict[str, SavedCriteria], name: str) -> str:
    return f"{name} (version {named[name].version})" if name in named else name


def _save() -> None:
    st.text_input("Name", key=_NAME, max_chars=80, persist_state="session")
    st.text_input("Description", key=_DESCRIPTION, max_chars=200, persist_state="session")
    st.button("Save", key="criteria_save", on_click=_keep, type="primary")
    st.caption("Saving under the name of what is open makes its next version; older versions stay.")


def _import() -> None:
    st.selectbox("From", LANGUAGES, format_func=_PROGRAMS.__getitem__, key=_LANGUAGE)
    st.text_area("A scan of that program", key=_FOREIGN, height=120)
    st.button("Take over", key="criteria_take_over", on_click=_take_over, type="primary")
    st.file_uploader("Or criteria that were exported here, as JSON", type="json", key=_UPLOAD)
    st.button("Import the file", key="criteria_import", on_click=_load, disabled=st.session_state.get(_UPLOAD) is None)


def _use(name: str, version: int | None = None) -> None:
    try:
        found = services().criteria.get(name, version)
        criteria_state.set_text(usable(found))
    except TechnicError as error:
        notices.keep_error(error)
        return
    _opened(found)


def _keep() -> None:
    name = (st.session_state.get(_NAME) or "").strip()
    opened = st.session_state.get(_OPENED)
    expected = opened[1] if opened is not None and opened[0] == name else None
    description = (st.session_state.get(_DESCRIPTION) or "").strip()
    try:
        saved = services().criteria.save(SavedCriteria(name, criteria_state.text(), description), expected)
    except TechnicError as error:
        notices.keep_error(error)
        return
    _opened(saved)
    notices.keep_toast(f"Criteria “{escape(saved.name)}” saved as version {saved.version}.")


def _remove(name: str) -> None:
    try:
        services().criteria.remove(name)
    except TechnicError as error:
        notices.keep_error(error)
        return
    if (st.session_state.get(_OPENED) or ("",))[0] == name:
        st.session_state.pop(_OPENED)
    notices.keep_toast(f"Criteria “{escape(name)}” removed.")


def _take_over() -> None:
    found = import_text(st.session_state[_LANGUAGE], st.session_state.get(_FOREIGN) or "")
    st.session_state[_LEFT_OUT] = found.untranslated
    st.session_state.pop(_OPENED, None)
    if found.text:
        criteria_state.set_text(found.text)


def _load() -> None:
    upload = st.session_state.get(_UPLOAD)
    if upload is None:
        return
    try:
        saved = services().criteria.load(upload.getvalue().decode("utf-8", errors="replace"))
    except TechnicError as error:
        notices.keep_error(error)
        return
    criteria_state.set_text(saved.text)
    _opened(saved)
    notices.keep_toast(f"Criteria “{escape(saved.name)}” imported.")


def _opened(saved: SavedCriteria) -> None:
    """Note what is open, so that saving under its name makes its next version; a shipped one needs another name."""
    st.session_state[_OPENED] = (saved.name, None if saved.builtin else saved.version)
    st.session_state[_NAME] = "" if saved.builtin else saved.name
    st.session_state[_DESCRIPTION] = "" if saved.builtin else saved.description
    st.session_state[_LEFT_OUT] = ()
