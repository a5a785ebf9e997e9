"""Define the commands backup and restore, which copy the embedded run store and put a copy back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from technic_scanner.bootstrap import build
from technic_scanner.cli.output import Json, errors_as_sentences, say, tell
from technic_scanner.errors import RunStateError, StoreError
from technic_scanner.home import back_up_store, restore_store
from technic_scanner.progress.text import count_text


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it exists.")] = False,
    as_json: Json = False,
) -> None:
    """Copy the run store into one checked file; scans may run meanwhile."""
    with errors_as_sentences():
        copied = back_up_store(file, overwrite=overwrite)
        tell(
            {"file": str(file), "runs": copied.runs},
            f"{count_text(copied.runs, 'run')} copied to {file}.",
            as_json=as_json,
        )


def restore(
    file: Annotated[Path, typer.Argument(help="A file that backup has written.")],
    yes: Annotated[bool, typer.Option("--yes", help="Replace the present runs; without it nothing is done.")] = False,
    as_json: Json = False,
) -> None:
    """Replace the run store by a backup; the present one is kept under another name. Stop workers before."""
    with errors_as_sentences():
        if not yes:
            say(f"This would replace all runs of the present store by those of {file}. Add --yes to do it.")
            return
        _require_no_workers()
        restored = restore_store(file)
        kept = "" if restored.kept is None else f" What was there is kept in {restored.kept}."
        payload = {"runs": restored.runs, "kept": None if restored.kept is None else str(restored.kept)}
        tell(payload, f"{count_text(restored.runs, 'run')} restored from {file}.{kept}", as_json=as_json)


def _require_no_workers() -> None:
    """Raise RunStateError while workers are active; a store that cannot be read does not stop the restoring."""
    try:
        with build() as services:
            count = len(services.service.workers())
    except StoreError as error:
        say(f"The present store cannot be read: {error}")
        return
    if count:
        raise RunStateError(f"{count_text(count, 'worker')} active; stop them first, their scans would be lost")
