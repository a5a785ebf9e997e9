"""Draw the row of presets above the form: choose, save, export, import, delete."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from technic_scanner.errors import PresetNotFoundError, TechnicError
from technic_scanner.runs.model import Preset
from technic_scanner.ui.app import notices
from technic_scanner.ui.app.services import run_service
from technic_scanner.ui.scan import form_state, scan_form
from technic_scanner.ui.style.wording import escape

_CHOICE = "preset_choice"
_NAME = "preset_name"
_DESCRIPTION = "preset_description"
_UPLOAD = "preset_upload"
_LOADED = "preset_loaded_version"


def draw() -> None:
    """Draw the row; choosing a preset fills the form."""
    presets = run_service().presets()
    names = [preset.name for preset in presets]
    if st.session_state.get(_CHOICE) not in names:
        st.session_state[_CHOICE] = None
    row = st.container(horizontal=True, vertical_alignment="bottom")
    row.selectbox(
        "Preset",
        names,
        index=None,
        key=_CHOICE,
        on_change=_load,
        placeholder="No preset selected",
        format_func=lambda name: _label(presets, name),
        persist_state="session",
        width=380,
    )
    chosen = _find(presets, st.session_state[_CHOICE])
    with row.popover("Save…"):
        _save_form()
    with row.popover("Import…"):
        st.file_uploader("A preset as JSON", type="json", key=_UPLOAD)
        st.button("Import", on_click=_import, disabled=st.session_state.get(_UPLOAD) is None, key="preset_import")
    if chosen is not None:
        row.download_button(
            "Export",
            data=lambda: run_service().export_preset(chosen.name).encode(),
            file_name=f"{chosen.name}.json",
            mime="application/json",
            on_click="ignore",
            key="preset_export",
        )
        row.button(
            "Delete",
            on_click=_delete,
            disabled=chosen.builtin,
            key="preset_delete",
            help="Shipped presets cannot be deleted." if chosen.builtin else None,
        )
        if chosen.description:
            st.caption(escape(chosen.description))


def _label(presets: Sequence[Preset], name: str) -> str:
    preset = _find(presets, name)
    if preset is None:
        return name
    return f"{name} (shipped)" if preset.builtin else f"{name} (version {preset.version})"


def _find(presets: Sequence[Preset], name: str | None) -> Preset | None:
    return next((preset for preset in presets if preset.name == name), None)


def _save_form() -> None:
    # Kept for the session, as the choice of the preset is, also while other pages are shown.
    st.text_input("Name", key=_NAME, max_chars=80, persist_state="session")
    st.text_input("Description", key=_DESCRIPTION, max_chars=200, persist_state="session")
    st.button("Save the form as preset", on_click=_save, type="primary", key="preset_save")
    st.caption("Saving under the name of the selected preset creates its next version.")


def _load() -> None:
    name = st.session_state[_CHOICE]
    if name is None:
        return
    try:
        preset = run_service().usable_preset(name)
    except TechnicError as error:
        notices.keep_error(error)
        return
    scan_form.fill(preset.config, preset.options)
    _remember(preset)


def _save() -> None:
    name = (st.session_state.get(_NAME) or "").strip()
    loaded_name, loaded_version = st.session_state.get(_LOADED, (None, None))
    try:
        preset = Preset(
            name=name,
            config=form_state.config_of(st.session_state),
            options=form_state.options_of(st.session_state),
            description=(st.session_state.get(_DESCRIPTION) or "").strip(),
        )
        expected = loaded_version if loaded_name == name else None
        saved = run_service().save_preset(preset, expected_version=expected)
    except TechnicError as error:
        notices.keep_error(error)
        return
    _choose(saved, f"Preset “{escape(saved.name)}” saved as version {saved.version}.")


def _import() -> None:
    upload = st.session_state.get(_UPLOAD)
    if upload is None:
        return
    try:
        preset = run_service().import_preset(upload.getvalue().decode("utf-8", errors="replace"))
    except TechnicError as error:
        notices.keep_error(error)
        return
    scan_form.fill(preset.config, preset.options)
    _choose(preset, f"Preset “{escape(preset.name)}” imported.")


def _delete() -> None:
    name = st.session_state[_CHOICE]
    try:
        run_service().delete_preset(name)
    except PresetNotFoundError:
        notices.keep_toast(f"Preset “{escape(name)}” had already been deleted.")
    except TechnicError as error:
        notices.keep_error(error)
        return
    st.session_state[_CHOICE] = None
    # The name is free again: the next preset saved under it is version 1.
    st.session_state.pop(_LOADED, None)


def _choose(preset: Preset, toast: str) -> None:
    st.session_state[_CHOICE] = preset.name
    _remember(preset)
    notices.keep_toast(toast)


def _remember(preset: Preset) -> None:
    """Note the preset in the form, so that saving creates its next version; a shipped one must get another name."""
    st.session_state[_LOADED] = (preset.name, preset.version)
    st.session_state[_NAME] = "" if preset.builtin else preset.name
    st.session_state[_DESCRIPTION] = preset.description
