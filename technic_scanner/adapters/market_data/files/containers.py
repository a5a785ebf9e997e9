"""Find the tables of a folder: plain, compressed, in zip files, in folders inside it; and say what is not looked at."""

from __future__ import annotations

import hashlib
import lzma
import os
import stat as file_kinds
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa

from technic_scanner.adapters.market_data.files.unpacking import unpacked
from technic_scanner.adapters.market_data.files.unread_kinds import advice_on
from technic_scanner.errors import SourceDataError

TEXT_SUFFIXES: tuple[str, ...] = (".csv", ".tsv", ".txt", ".tab", ".psv", ".asc", ".prn")
_COMPRESSED: tuple[str, ...] = (".gz", ".gzip", ".bz2", ".xz", ".zst")
_PARQUET: tuple[str, ...] = (".parquet", ".pq", ".parq")
# pandas and Spark add the kind of packing before or behind.
_PACKED = (".snappy", ".gzip", ".gz", ".zstd", ".brotli", ".lz4")
PARQUET_SUFFIXES: tuple[str, ...] = (
    *_PARQUET,
    *(packed + suffix for packed in _PACKED for suffix in _PARQUET),
    *(suffix + packed for packed in _PACKED for suffix in _PARQUET),
)
FEATHER_SUFFIXES: tuple[str, ...] = (".feather", ".arrow", ".ipc", ".ftr")
SUFFIXES: tuple[str, ...] = (
    *TEXT_SUFFIXES,
    *(text + packed for text in TEXT_SUFFIXES for packed in _COMPRESSED),
    *PARQUET_SUFFIXES,
    *FEATHER_SUFFIXES,
)
_KNOWN = frozenset(SUFFIXES)
MAPPING_NAME = "files.toml"
UNIVERSE_STEM = "universe"
MACRO_STEM = "macro"
_HIVE_KEYS = frozenset(
    ["symbol", "ticker", "sym", "date", "dt", "tradedate", "trade_date", "code", "instrument", "secid", "asset"],
)
_LOCKS = ("~$", ".~lock.")
# What the libraries raise on damaged, encrypted or cut files.
_UNREADABLE = (
    OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError, ValueError, pa.ArrowException,
)  # fmt: skip
_LARGEST = 4 * 1024**3
BLOCK_BYTES = 4 * 1024 * 1024
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class FileRef:
    """One table: ``path`` is its file, ``member`` its name inside a zip, ``name`` what people are shown.

    ``folder`` is the name of the folder that holds it, None for the folder that was chosen; ``parts`` are the values
    that names of folders give, such as symbol=KO.
    """

    path: Path
    name: str
    size: int
    modified: int
    member: str | None = None
    folder: str | None = None
    parts: tuple[tuple[str, str], ...] = ()

    @property
    def blocks(self) -> int:
        """How many blocks it is read in: what progress counts, so that it moves within a long file too."""
        return max(1, -(-self.size // BLOCK_BYTES))

    @property
    def kind(self) -> str:
        """ "text", "parquet" or "feather"."""
        name = (self.member or self.name).lower()
        if name.endswith(PARQUET_SUFFIXES):
            return "parquet"
        return "feather" if name.endswith(FEATHER_SUFFIXES) else "text"

    @property
    def stem(self) -> str:
        """The file's own name without folders and suffixes, also without one that was added twice: KO.csv.txt."""
        stem = stem_of(printable(self.member or self.path.name).rpartition("/")[2])
        return stem_of(stem) if suffix_of(stem) in (".csv", ".tsv", ".txt") else stem

    def read(self) -> pa.Buffer:
        """Return the bytes, unpacked. Raises SourceDataError with a reason."""
        try:
            data = self.path.read_bytes() if self.member is None else _member(self.path, self.member)
            return pa.py_buffer(unpacked(data, (self.member or self.path.name).lower()))
        except _UNREADABLE as error:
            raise SourceDataError(f"it cannot be read: {_short(error)}") from error


@dataclass(slots=True)
class Contents:
    """What was found: tables, (name, what to do) of what is not looked at, the lists with fixed names, a version."""

    tables: list[FileRef] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    universe: Path | None = None
    macro: Path | None = None
    mapping: Path | None = None
    links: list[str] = field(default_factory=list)

    def version(self) -> str:
        """Return a text that changes when any of the files changes."""
        digest = hashlib.sha256()
        for table in self.tables:
            digest.update(f"{table.name}\0{table.size}\0{table.modified}\n".encode())
        for path in (self.universe, self.macro, self.mapping):
            if path is not None:
                stat = path.stat()
                digest.update(f"{path.name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
        return digest.hexdigest()[:16]


def printable(name: str) -> str:
    """Return a name with a mark in place of what cannot be shown or stored, such as line ends and broken UTF-8."""
    return name if name.isprintable() else "".join(letter if letter.isprintable() else "\ufffd" for letter in name)


def suffix_of(name: str) -> str:
    """Return the suffix of a table's name (both of ``.csv.gz``) in lower case; empty if it is no table."""
    parts = name.lower().rsplit(".", 2)
    both = f".{parts[1]}.{parts[2]}" if len(parts) == 3 else ""
    last = f".{parts[-1]}"
    return both if both in _KNOWN else last if last in _KNOWN and len(parts) > 1 else ""


def stem_of(name: str) -> str:
    """Return a file's name without its suffix."""
    suffix = suffix_of(name) or (".gz" if name.lower().endswith(".gz") else "")
    return name[: len(name) - len(suffix)]


def find(base: Path, target: Path) -> Contents:
    """Return what is in ``target``, a file or a folder with its folders; nothing outside ``base`` (without links)."""
    found = Contents()
    if target.is_dir():
        _walk(base, target, "", (), found, 0)
    else:
        _take(base, target, "", (), found)
        folder = target.parent
        for entry in sorted(folder.iterdir()):
            if stem_of(entry.name) in (UNIVERSE_STEM, MACRO_STEM) or entry.name == MAPPING_NAME:
                _take(base, entry, "", (), found)
    return found


def _walk(
    base: Path, folder: Path, prefix: str, parts: tuple[tuple[str, str], ...], found: Contents, depth: int
) -> None:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        found.skipped.append((prefix or ".", f"it cannot be opened: {_short(error)}"))
        return
    for entry in entries:
        is_folder = _is_folder(entry)
        if entry.name.startswith((".", "__MACOSX", *_LOCKS)) or (entry.name.startswith("_") and is_folder):
            continue
        path, name = Path(entry.path), printable(entry.name)
        if not is_folder:
            _take(base, path, prefix, parts, found, entry)
        elif not path.resolve().is_relative_to(base) or (
            entry.is_symlink() and folder.resolve().is_relative_to(path.resolve())
        ):
            found.links.append(f"{prefix}{name}")
        elif depth >= _DEEPEST:
            found.skipped.append((f"{prefix}{name}", "name it as the universe; folders are nested too deeply"))
        else:
            _walk(base, path, f"{prefix}{name}/", (*parts, *_hive(name)), found, depth + 1)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry is a folder; a link that leads nowhere, or to itself, is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _hive(name: str) -> tuple[tuple[str, str], ...]:
    key, mark, value = name.partition("=")
    return ((key, unquote(value)),) if mark and key.lower() in _HIVE_KEYS and value else ()


def _take(
    base: Path,
    path: Path,
    prefix: str,
    parts: tuple[tuple[str, str], ...],
    found: Contents,
    entry: os.DirEntry[str] | None = None,
) -> None:
    """Note one file; ``entry`` is it as the folder lists it, which spares another look at the disk."""
    name = printable(path.name)
    lower = name.lower()
    is_table = bool(suffix_of(name)) or (lower.endswith(".gz") and not lower.endswith(".tar.gz"))
    if not is_table and not lower.endswith(".zip") and name != MAPPING_NAME:
        advice = advice_on(lower)
        if advice is not None:
            found.skipped.append((prefix + name, advice))
        return
    stat = _status(base, path, prefix + name, found, entry)
    if stat is None:
        return
    stem = stem_of(name)
    if name == MAPPING_NAME or (stem in (UNIVERSE_STEM, MACRO_STEM) and not lower.endswith(".zip")):
        if not prefix:
            _take_list(path, name if name == MAPPING_NAME else stem, found)
        return
    folder = prefix.rstrip("/").rpartition("/")[2] or None
    ref = FileRef(path, prefix + name, stat.st_size, stat.st_mtime_ns, folder=folder, parts=parts)
    if lower.endswith(".zip"):
        found.tables.extend(_members(ref, found))
    else:
        found.tables.append(ref)


def _status(
    base: Path, path: Path, name: str, found: Contents, entry: os.DirEntry[str] | None
) -> os.stat_result | None:
    """Return the status of a file that may be read; None for others, which are noted with the reason."""
    try:
        stat = (entry or path).stat()
        is_outside = (entry or path).is_symlink() and not path.resolve().is_relative_to(base)
    except (OSError, RuntimeError) as error:  # a link that leads nowhere or to itself
        found.skipped.append((name, f"it cannot be opened: {_short(error)}"))
        return None
    if is_outside:
        found.links.append(name)
        return None
    if not file_kinds.S_ISREG(stat.st_mode):
        found.skipped.append((name, "it is no file but a pipe or a device"))
        return None
    return stat


def _take_list(path: Path, what: str, found: Contents) -> None:
    """Note one of the files with a fixed name; of several the first counts."""
    if what == MAPPING_NAME:
        found.mapping = path
    elif what == UNIVERSE_STEM:
        found.universe = found.universe or path
    else:
        found.macro = found.macro or path


def _members(ref: FileRef, found: Contents) -> Iterator[FileRef]:
    try:
        with zipfile.ZipFile(ref.path) as archive:
            members = [item for item in archive.infolist() if not item.is_dir() and "__MACOSX" not in item.filename]
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError, NotImplementedError) as error:
        found.skipped.append((ref.name, f"it is no zip file that can be opened: {_short(error)}"))
        return
    tables = [item for item in members if suffix_of(item.filename)]
    if not tables:
        found.skipped.append((ref.name, "it holds no CSV, text, Parquet or Feather file"))
    for item in tables:
        name = ref.name if len(tables) == 1 else f"{ref.name}/{item.filename}"
        inner = item.filename.rpartition("/")[0].rpartition("/")[2]
        yield replace(ref, name=name, member=item.filename, size=item.file_size + ref.size, folder=inner or ref.folder)


def _member(path: Path, member: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        if archive.getinfo(member).file_size > _LARGEST:
            raise SourceDataError(f"{member} is larger than 4 GiB; unpack it")
        return archive.read(member)


def _short(error: Exception) -> str:
    """Return the first sentence of an error, without paths."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text.splitlines()[0][:160] if text else type(error).__name__
