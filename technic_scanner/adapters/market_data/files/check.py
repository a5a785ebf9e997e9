"""Check any folder of files: say what they were read as, and write these guesses into files.toml."""

from __future__ import annotations

import glob
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from technic_scanner.adapters.market_data.exchange_days import age_note
from technic_scanner.adapters.market_data.files.containers import MAPPING_NAME, find
from technic_scanner.adapters.market_data.files.folder import EPOCH, FolderReading, read_folder
from technic_scanner.adapters.market_data.files.mapping import COLUMNS, VERSION, read_mapping
from technic_scanner.adapters.market_data.files.reading import FileReading
from technic_scanner.adapters.market_data.files.report import day_number, report_of
from technic_scanner.clock import Clock
from technic_scanner.errors import ConfigError, FieldProblem

_HEADER = f"""# How the files of this folder are read; change what is wrong. docs/files.md explains every key.
# The first pattern that fits a file's name is used. What is not said here is found out from the file.
version = {VERSION}
"""


def check_folder(
    folder: Path, clock: Clock, *, with_symbols: bool = True, step: Callable[[int], None] = lambda _: None
) -> dict[str, Any]:
    """Return the document on all files of any readable folder, or on one file. Raises ConfigError."""
    reading = read_any(folder, clock, step)
    report = report_of(reading, str(folder), with_symbols=with_symbols)
    newest = EPOCH + timedelta(days=int(reading.bars.days.max())) if len(reading.bars) else None
    note = None if newest is None else age_note(newest, clock.now())
    report["notes"] = [*([note] if note else []), *report["notes"]]
    return report


def read_any(folder: Path, clock: Clock, step: Callable[[int], None] = lambda _: None) -> FolderReading:
    """Read all files of any readable folder, or one file. Raises ConfigError that names what is wrong with it."""
    try:
        target = folder.resolve(strict=True)
        base = target if target.is_dir() else target.parent
        contents = find(base, target)
    except (OSError, ValueError, RuntimeError) as error:
        raise ConfigError([FieldProblem("folder", f"{str(folder)!r} cannot be opened: {error}")]) from error
    mapping = None if contents.mapping is None else read_mapping(contents.mapping)
    return read_folder(contents, day_number(clock.now().date() + timedelta(days=1)), mapping, step)


def write_mapping(folder: Path, clock: Clock) -> Path:
    """Write what the files of ``folder`` are read as into its files.toml. Raises ConfigError if it has one already."""
    path = folder / MAPPING_NAME
    if path.exists():
        raise ConfigError([FieldProblem(MAPPING_NAME, f"{path} exists; change it, or delete it to write it anew")])
    text = mapping_text(read_any(folder, clock))
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise ConfigError([FieldProblem(MAPPING_NAME, f"{path} cannot be written: {error.strerror}")]) from error
    return path


def mapping_text(reading: FolderReading) -> str:
    """Return the files.toml that says how the files of a folder are read; one table if they are all alike."""
    guesses = [(file.ref.name, _guess(file)) for file in reading.files]
    distinct = {json.dumps(guess, sort_keys=True) for name, guess in guesses if guess}
    if len(distinct) == 1 and all(guess for _, guess in guesses):
        return _HEADER + _table("*", guesses[0][1])
    return _HEADER + "".join(_table(glob.escape(name), guess) for name, guess in guesses)


def _guess(file: FileReading) -> dict[str, Any]:
    columns = {what: name for what, name in file.roles.items() if what in COLUMNS and name in file.own_columns}
    if file.symbol_column is not None and file.symbol_column in file.own_columns:
        columns["symbol"] = file.symbol_column
    guess: dict[str, Any] = {"columns": columns} if columns else {}
    if file.order is not None:
        guess["date_order"] = file.order
    if file.mark is not None:
        guess["decimal_mark"] = file.mark
    return guess


def _table(pattern: str, guess: dict[str, Any]) -> str:
    lines = [f"\n[files.{json.dumps(pattern, ensure_ascii=False)}]"]
    for key, value in guess.items():
        if isinstance(value, dict):
            inner = ", ".join(f"{what} = {json.dumps(name, ensure_ascii=False)}" for what, name in value.items())
            lines.append(f"{key} = {{ {inner} }}")
        else:
            lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"
