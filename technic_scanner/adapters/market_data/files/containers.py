"""Find the tables of a folder: plain, compressed, in zip files, in folders inside it; and say what is not looked at."""

from __future__ import annotations

import bz2
import hashlib
import lzma
import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa

from technic_scanner.errors import SourceDataError

TEXT_SUFFIXES: tuple[str, ...] = (".csv", ".tsv", ".txt", ".tab", ".psv", ".asc", ".prn")
_COMPRESSED: tuple[str, ...] = (".gz", ".bz2", ".xz", ".zst")
PARQUET_SUFFIXES: tuple[str, ...] = (".parquet", ".pq", ".parq")
FEATHER_SUFFIXES: tuple[str, ...] = (".feather", ".arrow", ".ipc", ".ftr")
SUFFIXES: tuple[str, ...] = (
    *TEXT_SUFFIXES,
    *(text + packed for text in TEXT_SUFFIXES for packed in _COMPRESSED),
    *PARQUET_SUFFIXES,
    *FEATHER_SUFFIXES,
)
_LONGEST_FIRST = tuple(sorted(SUFFIXES, key=len, reverse=True))
MAPPING_NAME = "files.toml"
UNIVERSE_STEM = "universe"
MACRO_STEM = "macro"
_SPREADSHEET, _UNPACK, _EXPORT = "save it as CSV", "unpack it", "export it as CSV or Parquet"
# What holds prices at many people, and what to do with it.
_ADVICE: dict[str, str] = {
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers"), _SPREADSHEET),
    **dict.fromkeys((".tar", ".tgz", ".7z", ".rar", ".tar.gz", ".lz4", ".z"), _UNPACK),
    **dict.fromkeys((".h5", ".hdf", ".hdf5", ".nc", ".mat", ".npy", ".npz", ".orc", ".avro"), _EXPORT),
    **dict.fromkeys((".db", ".sqlite", ".sqlite3", ".duckdb", ".mdb", ".accdb"), _EXPORT),
    **dict.fromkeys((".rds", ".rda", ".rdata", ".dta", ".sas7bdat", ".sav", ".json", ".jsonl", ".ndjson"), _EXPORT),
    **dict.fromkeys((".pkl", ".pickle", ".joblib", ".dill"), "save it as Parquet; opening a pickle can run code"),
    **dict.fromkeys((".html", ".htm", ".xml", ".dat", ".hst", ".fxt", ".bi5", ".bin"), _EXPORT),
}
_HIVE_KEYS = {
    "symbol",
    "ticker",
    "sym",
    "date",
    "day",
    "tradedate",
    "trade_date",
    "code",
    "instrument",
    "secid",
    "asset",
}
# What the libraries raise on damaged, encrypted or cut files.
_UNREADABLE = (
    OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError, ValueError, pa.ArrowException,
)  # fmt: skip
_LARGEST = 4 * 1024**3
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
    def kind(self) -> str:
        """ "text", "parquet" or "feather"."""
        name = (self.member or self.name).lower()
        if name.endswith(PARQUET_SUFFIXES):
            return "parquet"
        return "feather" if name.endswith(FEATHER_SUFFIXES) else "text"

    @property
    def stem(self) -> str:
        """The file's own name without folders and suffixes."""
        return stem_of((self.member or self.path.name).rpartition("/")[2])

    def read(self) -> pa.Buffer:
        """Return the bytes, unpacked. Raises SourceDataError with a reason."""
        try:
            data = self.path.read_bytes() if self.member is None else _member(self.path, self.member)
            return pa.py_buffer(_unpacked(data, (self.member or self.path.name).lower()))
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


def stem_of(name: str) -> str:
    """Return a file's name without its suffix (both of ``.csv.gz``)."""
    lower = name.lower()
    if not lower.endswith(SUFFIXES):
        return name
    suffix = next(suffix for suffix in _LONGEST_FIRST if lower.endswith(suffix))
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
        if entry.name.startswith((".", "__MACOSX")) or (entry.name.startswith("_") and entry.is_dir()):
            continue
        path = Path(entry.path)
        if not entry.is_dir():
            _take(base, path, prefix, parts, found)
        elif not path.resolve().is_relative_to(base) or (
            entry.is_symlink() and folder.resolve().is_relative_to(path.resolve())
        ):
            found.links.append(f"{prefix}{entry.name}")
        elif depth >= _DEEPEST:
            found.skipped.append((f"{prefix}{entry.name}", "name it as the universe; folders are nested too deeply"))
        else:
            _walk(base, path, f"{prefix}{entry.name}/", (*parts, *_hive(entry.name)), found, depth + 1)


def _hive(name: str) -> tuple[tuple[str, str], ...]:
    key, mark, value = name.partition("=")
    return ((key, unquote(value)),) if mark and key.lower() in _HIVE_KEYS and value else ()


def _take(base: Path, path: Path, prefix: str, parts: tuple[tuple[str, str], ...], found: Contents) -> None:
    name = path.name
    lower = name.lower()
    is_table = lower.endswith(SUFFIXES) or (lower.endswith(".gz") and not lower.endswith(".tar.gz"))
    if not is_table and not lower.endswith(".zip") and name != MAPPING_NAME:
        advice = next((text for suffix, text in _ADVICE.items() if lower.endswith(suffix)), None)
        if advice is not None:
            found.skipped.append((prefix + name, advice))
        return
    if path.is_symlink() and not path.resolve().is_relative_to(base):
        found.links.append(prefix + name)
        return
    stem = stem_of(name)
    if name == MAPPING_NAME or (stem in (UNIVERSE_STEM, MACRO_STEM) and not lower.endswith(".zip")):
        if not prefix:
            _take_list(path, name if name == MAPPING_NAME else stem, found)
        return
    try:
        stat = path.stat()
    except OSError as error:
        found.skipped.append((prefix + name, f"it cannot be opened: {_short(error)}"))
        return
    folder = prefix.rstrip("/").rpartition("/")[2] or None
    ref = FileRef(path, prefix + name, stat.st_size, stat.st_mtime_ns, folder=folder, parts=parts)
    if lower.endswith(".zip"):
        found.tables.extend(_members(ref, found))
    else:
        found.tables.append(ref)


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
    tables = [item for item in members if item.filename.lower().endswith(SUFFIXES)]
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


def _unpacked(data: bytes, name: str) -> bytes:
    if data[:2] == b"\x1f\x8b":
        return _gunzipped(data)
    if name.endswith(".bz2"):
        return bz2.decompress(data)
    if name.endswith(".xz"):
        return lzma.decompress(data)
    if name.endswith(".zst"):
        with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as stream:
            return bytes(stream.read())
    return data


def _gunzipped(data: bytes) -> bytes:
    """Return the content of all gzip streams; bytes behind the last one are dropped. Raises EOFError, zlib.error."""
    pieces: list[bytes] = []
    while data[:2] == b"\x1f\x8b" or not pieces:
        stream = zlib.decompressobj(wbits=31)
        try:
            piece = stream.decompress(data)
        except zlib.error:
            if pieces:
                break
            raise
        if not stream.eof:
            raise EOFError("it ends before its compressed data do")
        pieces.append(piece)
        data = stream.unused_data
    return b"".join(pieces)


def _short(error: Exception) -> str:
    """Return the first sentence of an error, without paths."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text.splitlines()[0][:160] if text else type(error).__name__
