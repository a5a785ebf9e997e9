"""Show what each price file was read as, a file beside what was made of it, and how to correct a wrong guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from technic_scanner.bootstrap import files_mapping_text
from technic_scanner.ui.app import moments
from technic_scanner.ui.app.services import run_service, services
from technic_scanner.ui.data.data_frames import bars_frame, files_frame, worst_first
from technic_scanner.ui.style.tables import height
from technic_scanner.ui.style.wording import count_text, escape

_NOTES_SHOWN = 8
_UNKNOWN = "unknown"
_TABLE_PIXELS = 420
_FEW_LINES = 10


def show() -> None:
    """Show the report on the files of the chosen folder."""
    info = next((source for source in run_service().sources() if source.name == "files"), None)
    if info is None:
        st.info(
            "Set TECHNIC_FILES_ROOT to a folder with your price files and start the dashboard again. To try it without "
            "that: `technic-scanner files check FOLDER`.",
            title="No folder is set",
        )
        return
    universe = st.selectbox("Folder or file", info.universes, help="What is in TECHNIC_FILES_ROOT; “.” is all of it.")
    with st.spinner("Reading the files …"):
        report = services().files_report(universe)
    _summary(report)
    _notes(report["notes"])
    if not report["files"]:
        st.info("There is no CSV, text, Parquet or Feather file in this folder.", title="Nothing to read")
        return
    _files(report["files"], universe)
    _mapping(report)


def _summary(report: Mapping[str, Any]) -> None:
    files = report["files"]
    refused = sum(not file["read"] for file in files)
    facts = {
        "Files read": f"{len(files) - refused:,}",
        "Files refused": f"{refused:,}",
        "Symbols": f"{len(report['symbols']):,}",
        "Rows left out": f"{sum(file['left_out'] for file in files):,}",
        "Newest session": report["newest_session"] or _UNKNOWN,
    }
    with st.grid(len(facts), gap="small", min_column_width=130):
        for label, value in facts.items():
            st.metric(label, value, border=True, height="stretch")


def _notes(notes: Sequence[str]) -> None:
    if not notes:
        st.success("Every row of every file was read as it is.")
        return
    st.markdown("\n".join(f"- {escape(note)}" for note in notes[:_NOTES_SHOWN]))
    if len(notes) > _NOTES_SHOWN:
        with st.expander(f"{count_text(len(notes) - _NOTES_SHOWN, 'more note')}"):
            st.markdown("\n".join(f"- {escape(note)}" for note in notes[_NOTES_SHOWN:]))


def _files(files: Sequence[Mapping[str, Any]], universe: str) -> None:
    frame = files_frame(files)
    state = st.dataframe(
        frame,
        key=f"data_files_{universe}",
        hide_index=True,
        height=height(len(frame), _TABLE_PIXELS),
        placeholder="–",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "First": moments.day_column("First"),
            "Last": moments.day_column("Last"),
            "Bars": st.column_config.NumberColumn(format="localized"),
            "What was found": st.column_config.TextColumn(width="large"),
        },
        alt="The files and what each was read as, the worst first",
    )
    rows = state.selection.rows
    ordered = worst_first(files)
    chosen = ordered[rows[0]] if rows and rows[0] < len(ordered) else ordered[0]
    _preview(chosen, universe)


def _preview(file: Mapping[str, Any], universe: str) -> None:
    """Show the first rows of a file beside what was made of them."""
    st.subheader(escape(file["path"]))
    st.caption("The file chosen in the table above; without a choice the worst one.")
    if file["refused"]:
        columns = f" The columns found are {file['columns']}." if file["columns"] else ""
        st.warning(escape(file["refused"] + ("" if "columns found" in file["refused"] else columns)))
    preview = services().file_preview(universe, file["path"])
    left, right = st.columns(2)
    with left:
        st.markdown("**In the file**")
        lines = preview["lines"] or ["(empty)"]
        st.code("\n".join(lines), language=None, height="content" if len(lines) < _FEW_LINES else 320)
    with right:
        st.markdown("**What was made of it**")
        if preview["bars"]:
            st.dataframe(bars_frame(preview["bars"]), hide_index=True, height=320, alt="The first bars of this file")
        else:
            st.caption("No bars.")
    if file["roles"]:
        pairs = ", ".join(f"{what} from “{name}”" for what, name in file["roles"].items())
        st.caption(escape(f"Columns: {pairs}."))
    for note in file["notes"]:
        st.caption(escape(note))


def _mapping(report: Mapping[str, Any]) -> None:
    with st.expander("Correct a wrong guess"):
        text = files_mapping_text(dict(report))
        st.markdown(
            "Save this text as `files.toml` in the folder and change what is wrong in it; the next scan reads the "
            "files so. `technic-scanner files check FOLDER --write` writes it too."
        )
        st.code(text, language="toml", height=320)
        st.download_button("Download files.toml", text, "files.toml", "application/toml", icon=":material/download:")
