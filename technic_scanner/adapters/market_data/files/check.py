"""Check any folder of files: say what they were read as, and write these guesses into files.toml."""

from __future__ import annotations

import glob
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from technic_scanner.adapters.market_data.exchange_days import age_note
from technic_scanner.adapters.market_data.files.containers import MAPPING_NAME, find
from technic_scanner.adapters.market_data.files.folder import EPOCH, FolderReading, read_folder
from technic_scanner.adapters.market_data.files.mapping import COLUMNS, VERSION, read_mapping
from technic_scanner.adapters.market_data.files.report import day_number, report_of
from technic_scanner.clock import Clock
from technic_scanner.errors import ConfigError, FieldProblem

_HEADER = f"""# How the files of this folder are read; change what is wrong. docs/files.md explains every key.
# The first pattern that fits a file's name is used. What is not said here is found out from the file.
version = {VERSION}
"""


def check_folder(folder: Path, clock: Clock) -> dict[str, Any]:
    """Return the document on all files of any readable folder, or on one file. Raises ConfigError."""
    reading = read_any(folder, clock)
    report = report_of(reading, str(folder))
    newest = EPOCH + timedelta(days=int(reading.bars.days.max())) if len(reading.bars) else None
    note = None if newest is None else age_note(newest, clock.now())
    report["notes"] = [*([note] if note else []), *report["notes"]]
    return report


def read_any(folder: Path, clock: Clock) -> FolderReading:
    """Read all files of any readable folder, or one file. Raises ConfigError that names what is wrong with it."""
    try:
        target = folder.resolve(strict=True)
        base = target if target.is_dir() else target.parent
        contents = find(base, target)
    except (OSError, ValueError, RuntimeError) as error:
        raise ConfigError([FieldProblem("folder", f"{str(folder)!r} cannot be opened: {error}")]) from error
    mapping = None if contents.mapping is None else read_mapping(contents.mapping)
    return read_folder(contents, day_number(clock.now().date() + timedelta(days=1)), mapping)


def write_mapping(folder: Path, clock: Clock) -> Path:
    """Write what the files of ``folder`` are read as into its files.toml. Raises ConfigError if it has one already."""
    path = folder / MAPPING_NAME
    if path.exists():
        raise ConfigError([FieldProblem(MAPPING_NAME, f"{path} exists; change it, or delete it to write it anew")])
    text = mapping_text(check_folder(folder, clock))
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise ConfigError([FieldProblem(MAPPING_NAME, f"{path} cannot be written: {error.strerror}")]) from error
    return path


def mapping_text(report: dict[str, Any]) -> str:
    """Return the files.toml that says what a report's files are read as; one table if they are all alike."""
    guesses = [(file["path"], _guess(file)) for file in report["files"]]
    distinct = {json.dumps(guess, sort_keys=True) for _, guess in guesses}
    if len(distinct) == 1:
        return _HEADER + _table("*", guesses[0][1])
    return _HEADER + "".join(_table(glob.escape(name), guess) for name, guess in guesses)


def _guess(file: dict[str, Any]) -> dict[str, Any]:
    columns = {what: name for what, name in file["roles"].items() if what in COLUMNS}
    guess: dict[str, Any] = {"columns": columns} if columns else {}
    return guess | {key: file[key] for key in ("date_order", "decimal_mark") if file[key] is not None}


def _table(pattern: str, guess: dict[str, Any]) -> str:
    lines = [f"\n[files.{json.dumps(pattern, ensure_ascii=False)}]"]
    for key, value in guess.items():
        if isinstance(value, dict):
            inner = ", ".join(f"{what} = {json.dumps(name, ensure_ascii=False)}" for what, name in value.items())
            lines.append(f"{key} = {{ {inner} }}")
        else:
            lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"
