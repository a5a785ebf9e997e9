"""Define the command that checks a folder of price files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from technic_scanner.bootstrap import check_files, write_files_mapping
from technic_scanner.cli.output import Exit, Json, emit, errors_as_sentences, say, table
from technic_scanner.progress.text import count_text
from technic_scanner.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Your own price files.")
_NOTES_SHOWN = 30


@app.callback()
def _root() -> None:
    """Your own price files."""


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="Any folder or file; default is that of TECHNIC_FILES_ROOT, or this one.")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write what the files are read as into files.toml in the folder.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what each price file of a folder is read as, and what is wrong. Stores nothing and scans nothing."""
    with errors_as_sentences():
        place = folder or load_settings().files_root or Path()
        report = check_files(place)
        if as_json:
            emit(report)
        else:
            _show(report)
        if write:
            say(f"Written: {write_files_mapping(place)}.")
    if not any(file["read"] for file in report["files"]):
        raise typer.Exit(Exit.FAILED)


def _show(report: dict[str, Any]) -> None:
    files = sorted(
        report["files"], key=lambda file: (file["read"], -file["left_out"], -len(file["notes"]), file["path"])
    )
    rows = [
        (
            file["path"], "yes" if file["read"] else "no", _symbols(file), file["first"], file["last"], file["bars"],
            file["left_out"] or None, file["frame"], file["decimal_mark"], file["date_order"], file["adjusted"],
            file["refused"] or " ".join(file["notes"]),
        )
        for file in files
    ]  # fmt: skip
    header = (
        "File",
        "Read",
        "Symbols",
        "First",
        "Last",
        "Bars",
        "Left out",
        "Frame",
        "Decimal",
        "Dates",
        "Adjusted",
        "Notes",
    )
    spare = ("Adjusted", "Dates", "Decimal", "Frame", "First", "Bars", "Left out", "Last", "Symbols")
    if rows:
        table(f"Files of {report['folder']}", header, rows, spare=spare, prose=("Notes",))
    read = sum(file["read"] for file in files)
    symbols = count_text(len(report["symbols"]), "symbol")
    newest = report["newest_session"] or "unknown"
    say(f"{read:,} of {count_text(len(files), 'file')} read: {symbols}, newest session {newest}.")
    for note in report["notes"][:_NOTES_SHOWN]:
        say(note)
    if len(report["notes"]) > _NOTES_SHOWN:
        say(f"… and {count_text(len(report['notes']) - _NOTES_SHOWN, 'more note')}; --json has all.")


def _symbols(file: dict[str, Any]) -> str:
    named = [entry["symbol"] for entry in file["symbols"][:3]]
    more = len(file["symbols"]) - len(named)
    return ", ".join(named) + (f" and {more:,} more" if more > 0 else "")
