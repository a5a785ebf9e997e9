"""Find the files of a folder inside the allowed root, and determine the kind of table of each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from technic_scanner.adapters.market_data.files.columns import canonical, lacking
from technic_scanner.adapters.market_data.files.tables import SUFFIXES, column_names, stem_of
from technic_scanner.errors import ConfigError, FieldProblem, SourceDataError

UNIVERSE_STEM = "universe"
MACRO_STEM = "macro"
_CHOICES = 50


@dataclass(frozen=True, slots=True)
class FolderListing:
    """The files to read: ``single`` by their symbol, ``long`` with a symbol column, and two files with fixed names.

    ``rejected`` are (file, reason). ``version`` changes when any file changes.
    """

    single: dict[str, tuple[Path, ...]]
    long: tuple[Path, ...]
    universe: Path | None
    macro: Path | None
    rejected: tuple[tuple[str, str], ...]
    version: str


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


def scan(root: Path, path: str | None) -> FolderListing:
    """Examine every table in ``root``/``path`` (a file or a folder without sub-folders). Raises ConfigError."""
    base, target = root.resolve(), confine(root, path)
    folder = target if target.is_dir() else target.parent
    listed = sorted(folder.iterdir()) if target.is_dir() else [target]
    sheets = {stem: _named(base, folder, stem) for stem in (UNIVERSE_STEM, MACRO_STEM)}
    single: dict[str, tuple[Path, ...]] = {}
    long: list[Path] = []
    rejected: list[tuple[str, str]] = []
    for file in listed:
        if not file.name.lower().endswith(SUFFIXES) or file in sheets.values() or file.is_dir():
            continue
        try:
            meanings = _meanings(base, file)
        except SourceDataError as error:
            rejected.append((file.name, str(error).removeprefix(f"{file.name} ")))
            continue
        if "symbol" in meanings:
            long.append(file)
        else:
            symbol = stem_of(file).upper()
            single[symbol] = (*single.get(symbol, ()), file)
    used = [*long, *(file for files in single.values() for file in files), *(s for s in sheets.values() if s)]
    return FolderListing(
        single, tuple(long), sheets[UNIVERSE_STEM], sheets[MACRO_STEM], tuple(rejected), _version(folder, used)
    )


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
        and entry.name.lower().endswith(SUFFIXES)
        and stem_of(entry) not in (UNIVERSE_STEM, MACRO_STEM)
    ]
    # A folder with more tables than a person would choose from has one file per symbol.
    return (".", *folders, *(tables if len(tables) <= _CHOICES else ()))


def _meanings(base: Path, file: Path) -> dict[str, str]:
    """Return the file's column names by meaning. Raises SourceDataError if it cannot be read as bars."""
    if not _is_inside(base, file):
        raise SourceDataError(f"{file.name} is a link to outside the folder that may be read")
    meanings = canonical(column_names(file))
    if missing := lacking(meanings):
        raise SourceDataError(f"{file.name} has no column for {', '.join(missing)}")
    return meanings


def _is_inside(base: Path, file: Path) -> bool:
    """Return whether the file, with links followed, is inside ``base``, a path without links."""
    return file.resolve().is_relative_to(base)


def _named(base: Path, folder: Path, stem: str) -> Path | None:
    """Return the folder's table with the name ``stem``, unless it is a link to outside ``base``."""
    for suffix in SUFFIXES:
        file = folder / f"{stem}{suffix}"
        if file.is_file() and _is_inside(base, file):
            return file
    return None


def _version(folder: Path, files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        stat = file.stat()
        digest.update(f"{file.relative_to(folder)}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def _problem(path: str | None, message: str) -> ConfigError:
    return ConfigError([FieldProblem("universe", f"{path!r} {message}")])
