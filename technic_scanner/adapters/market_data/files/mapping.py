"""Read and write files.toml, with which a person says how the files of a folder are to be read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from technic_scanner.adapters.market_data.files.sheet import Sheet
from technic_scanner.errors import ConfigError, FieldProblem

VERSION = 1
ORDERS = ("ymd", "ydm", "dmy", "mdy")
COLUMNS = ("date", "time", "symbol", "open", "high", "low", "close", "adj_close", "volume", "split")
_KEYS: dict[str, type | tuple[type, ...]] = {
    "columns": dict,
    "date_order": str,
    "date_format": str,
    "decimal_mark": str,
    "symbol_pattern": str,
    "time_zone": str,
    "adjusted": bool,
}
# The name that a column gets, which is known for this meaning and stands before all others.
_FIRST_NAMES = {name: name for name in COLUMNS} | {"adj_close": "adj close", "split": "split ratio"}


@dataclass(frozen=True, slots=True)
class FileMapping:
    """How some files are to be read; what is None is found out.

    ``columns`` are the names in the file by meaning. ``symbol_pattern`` is a regular expression whose first group is
    the symbol in the file's name without suffix. ``adjusted`` true: prices are used as they are; false: by the columns
    that the file has.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    date_order: str | None = None
    date_format: str | None = None
    decimal_mark: str | None = None
    symbol_pattern: str | None = None
    time_zone: str | None = None
    adjusted: bool | None = None

    def rename(self, sheet: Sheet) -> None:
        """Give the mapped columns of ``sheet`` names whose meaning is known, and take these names from others."""
        for what, name in self.columns.items():
            if name in sheet.names:
                wanted = _FIRST_NAMES[what]
                sheet.names = [f"other {n}" if n == wanted and n != name else n for n in sheet.names]
                sheet.names[sheet.names.index(name)] = wanted

    def symbol_of(self, stem: str) -> str | None:
        """Return the symbol that the pattern finds in a file's name; None without a pattern or a match."""
        match = re.search(self.symbol_pattern, stem) if self.symbol_pattern else None
        return (match[1] if match.re.groups else match[0]).upper() if match else None


@dataclass(frozen=True, slots=True)
class FolderMapping:
    """The mappings of a folder: (pattern of file names, mapping), the first that fits is used."""

    rules: tuple[tuple[str, FileMapping], ...] = ()

    def for_file(self, name: str) -> FileMapping | None:
        """Return the mapping for a file; None if no pattern fits."""
        return next((mapping for pattern, mapping in self.rules if fnmatchcase(name, pattern)), None)


def read_mapping(path: Path) -> FolderMapping:
    """Return the mappings in a files.toml. Raises ConfigError that names every fault."""
    try:
        document = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError([FieldProblem(path.name, f"cannot be read: {error}")]) from error
    problems: list[FieldProblem] = []
    rules = []
    for key, value in document.items():
        if key == "version":
            if value != VERSION:
                problems.append(FieldProblem(f"{path.name}: version", f"{value!r} is not {VERSION}"))
        elif key != "files" or not isinstance(value, dict):
            problems.append(FieldProblem(f"{path.name}: {key}", 'is unknown; tables are called [files."PATTERN"]'))
        else:
            for pattern, table in value.items():
                rules.append((pattern, _mapping(f"{path.name}: files.{pattern!r}", table, problems)))
    if problems:
        raise ConfigError(problems)
    return FolderMapping(tuple(rules))


def _mapping(where: str, table: Any, problems: list[FieldProblem]) -> FileMapping:
    if not isinstance(table, dict):
        problems.append(FieldProblem(where, "is not a table"))
        return FileMapping()
    good: dict[str, Any] = {}
    for key, value in table.items():
        sentence = _fault(key, value)
        if sentence is None:
            good[key] = value
        else:
            problems.append(FieldProblem(f"{where}.{key}", sentence))
    return FileMapping(**good)


def _fault(key: str, value: Any) -> str | None:
    """Return what is wrong with one entry; None if nothing is."""
    if key not in _KEYS:
        return f"is unknown; known are {', '.join(_KEYS)}"
    if not isinstance(value, _KEYS[key]):
        return f"{value!r} is not {'true or false' if key == 'adjusted' else 'a table' if key == 'columns' else 'text'}"
    checks: dict[str, Callable[[Any], str | None]] = {
        "columns": _columns_fault,
        "date_order": lambda order: None if order in ORDERS else f"{order!r} is not one of {', '.join(ORDERS)}",
        "decimal_mark": lambda mark: None if mark in (".", ",") else f"{mark!r} is neither a point nor a comma",
        "symbol_pattern": _pattern_fault,
        "time_zone": lambda zone: None if zone in available_timezones() else f"{zone!r} is not the name of a time zone",
        "date_format": lambda form: None if "%" in form else f"{form!r} has no part such as %Y, %m or %d",
    }
    return checks[key](value) if key in checks else None


def _columns_fault(columns: dict[str, Any]) -> str | None:
    unknown = [name for name in columns if name not in COLUMNS]
    wrong = [name for name, value in columns.items() if not isinstance(value, str)]
    parts = []
    if unknown:
        parts.append(f"{', '.join(unknown)}: unknown; known are {', '.join(COLUMNS)}")
    if wrong:
        parts.append(f"{', '.join(wrong)}: not the name of a column")
    return "; ".join(parts) or None


def _pattern_fault(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except re.error as error:
        return f"{pattern!r} is no regular expression: {error}"
    return None
