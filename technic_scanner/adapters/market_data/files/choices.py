"""Say what can be chosen under the allowed root, and keep every path inside it."""

from __future__ import annotations

from pathlib import Path

from technic_scanner.adapters.market_data.files.containers import MACRO_STEM, SUFFIXES, UNIVERSE_STEM, stem_of
from technic_scanner.errors import ConfigError, FieldProblem

_CHOICES = 50


def confine(root: Path, path: str | None) -> Path:
    """Return ``root``/``path`` with symbolic links followed. ConfigError if it is outside root or missing."""
    base = root.resolve()
    try:
        target = (base / (path or ".")).resolve()
        exists = target.exists()
    except (OSError, ValueError, RuntimeError) as error:  # a loop of links, a null byte, or a path that is too long
        raise _problem(path, "is not a path") from error
    if not target.is_relative_to(base):
        raise _problem(path, "is outside the folder that may be read")
    if not exists:
        raise _problem(path, "does not exist in the folder that may be read")
    return target


def available(root: Path) -> tuple[str, ...]:
    """Return the paths that can be chosen under ``root``: ".", its folders, and its tables unless there are many."""
    if not root.is_dir():
        return ()
    base = root.resolve()
    inside = [entry for entry in sorted(root.iterdir()) if not entry.name.startswith(".") and _is_inside(base, entry)]
    folders = [entry.name for entry in inside if entry.is_dir()]
    tables = [
        entry.name
        for entry in inside
        if entry.is_file()
        and entry.name.lower().endswith((*SUFFIXES, ".zip"))
        and stem_of(entry.name) not in (UNIVERSE_STEM, MACRO_STEM)
    ]
    # A folder with more tables than a person would choose from has one file per symbol.
    return (".", *folders, *(tables if len(tables) <= _CHOICES else ()))


def _is_inside(base: Path, file: Path) -> bool:
    """Return whether an entry of the folder ``base``, a path without links, leads to a place inside it.

    A loop of links leads nowhere.
    """
    try:
        # Following what is no link costs a tenth of a second for 5,000 files, at every redraw of some pages.
        return not file.is_symlink() or file.resolve().is_relative_to(base)
    except (OSError, RuntimeError):
        return False


def _problem(path: str | None, message: str) -> ConfigError:
    return ConfigError([FieldProblem("universe", f"{path!r} {message}")])
