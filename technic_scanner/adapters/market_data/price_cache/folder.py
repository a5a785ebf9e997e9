"""Manage one source's folder in the price cache: atomic writes, a lock between processes, damaged files."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from technic_scanner.adapters.market_data.long_bars import LongBars
from technic_scanner.adapters.market_data.price_cache.index import (
    Index,
    UnreadableFileError,
    decode_index,
    encode_index,
)
from technic_scanner.adapters.market_data.price_cache.segments import encode_rows
from technic_scanner.errors import StoreError, StoreFullError, StoreUnavailableError

_LOG = logging.getLogger(__name__)
_INDEX = "index.bin"
_LOCK = ".lock"
_SEGMENT_SUFFIX = ".bars.parquet"
_TEMPORARY = ".tmp"
_BAD = ".bad"
LOCK_SECONDS = 60.0


class SourceFolder:
    """The files of one source; readers need no lock: the index is replaced atomically, segments are never changed.

    A reader whose segment has been merged meanwhile gets MissingFileError and reads the index again.
    """

    def __init__(self, path: Path, version: str) -> None:
        self.path = path
        self._version = version
        self._seen: tuple[bytes, Index] | None = None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the folder against other writers in this and other processes.

        Raises StoreUnavailableError if another writer holds the lock for a minute, StoreError if it cannot be written.
        """
        with _as_store_error():
            self.path.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.path / _LOCK, timeout=LOCK_SECONDS)
            try:
                lock.acquire()
            except Timeout as error:
                message = f"Another process has been writing to the price cache for {LOCK_SECONDS:.0f} seconds."
                raise StoreUnavailableError(message) from error
        try:
            with _as_store_error():
                yield
        finally:
            lock.release()

    def index(self) -> Index:
        """Return the index for reading, parsed if its file has changed; empty if it is of another version.

        An unreadable index is renamed. Raises StoreError if that is not possible.
        """
        try:
            return self._parsed()
        except UnreadableFileError:
            with self.locked():  # a writer may be about to replace it: read it again
                return self._parsed_or_set_aside()

    def mark(self) -> str:
        """Return a text that changes whenever the index does."""
        try:
            found = (self.path / _INDEX).stat()
        except FileNotFoundError:
            return ""
        return f"{found.st_ino}.{found.st_mtime_ns}.{found.st_size}"

    def stored_index(self) -> Index:
        """Return the stored index of any version; an empty one if there is none or it is unreadable."""
        try:
            return decode_index((self.path / _INDEX).read_bytes(), self.path / _INDEX)
        except (FileNotFoundError, UnreadableFileError):
            return Index()

    def index_to_change(self) -> Index:
        """Return a copy of the index to change and save; call it under the lock."""
        index = self._parsed_or_set_aside().copy()
        index.next_segment = max([index.next_segment, *(number + 1 for number in self._stored_segments())])
        return index

    def save(self, index: Index, now: float) -> None:
        """Save ``index``, then delete the segments that it does not contain; call it under the lock."""
        index.version = self._version
        index.written_at = int(now)
        index.drop_dead_segments()
        data = encode_index(index)
        self._write(self.path / _INDEX, data)
        self._seen = (data, index.copy())
        for number in self._stored_segments():
            if number not in index.segments:
                self.segment_path(number).unlink(missing_ok=True)
        for left in self.path.glob(f"*{_TEMPORARY}"):  # of a terminated writer: under the lock no other is active
            left.unlink(missing_ok=True)

    def add_segment(self, index: Index, rows: LongBars) -> int:
        """Store the rows and add them to ``index``, which must then be saved. Return the number of their segment."""
        number = index.next_segment
        data, info = encode_rows(rows)
        self._write(self.segment_path(number), data)
        index.next_segment = number + 1
        index.segments[number] = info
        return number

    def segment_path(self, number: int) -> Path:
        """Return the path of segment ``number``."""
        return self.path / f"{number:08d}{_SEGMENT_SUFFIX}"

    def give_up(self, path: Path, why: str, now: float) -> None:
        """Rename a damaged segment, and drop the symbols with bars in it or in other missing segments."""
        with self.locked():
            index = self.index_to_change()
            set_aside(path, why)
            stored = set(self._stored_segments())
            index.drop_users_of(number for number in tuple(index.segments) if number not in stored)
            self.save(index, now)

    def remove(self) -> None:
        """Delete all files of the folder. The lock file stays: another process may be waiting for it."""
        with self.locked():
            for path in self.path.iterdir():
                if path.is_file() and path.name != _LOCK:
                    path.unlink(missing_ok=True)

    def size_bytes(self) -> int:
        """Return the folder's size on disk."""
        total = 0
        for path in self.path.iterdir():
            try:
                total += path.stat().st_size
            except FileNotFoundError:  # merged meanwhile
                continue
        return total

    def _parsed(self) -> Index:
        path = self.path / _INDEX
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return Index(self._version)
        except OSError as error:
            raise UnreadableFileError(path, str(error)) from error
        if self._seen is None or self._seen[0] != data:
            index = decode_index(data, path)
            if index.version != self._version:
                # The source has a new version. Segment numbers continue, so that no stored panel is confused.
                index = Index(self._version, next_segment=index.next_segment)
            self._seen = (data, index)
        return self._seen[1]

    def _parsed_or_set_aside(self) -> Index:
        try:
            return self._parsed()
        except UnreadableFileError as error:
            set_aside(error.path, str(error))
            self._forget_snapshots()
            return Index(self._version)

    def _write(self, path: Path, data: bytes) -> None:
        """Write a file; on a full disk once more without the ready-made panels, which nobody needs."""
        try:
            write_atomically(path, [data])
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT) or not any(self.path.glob("*.panel")):
                raise
            self._forget_snapshots()
            write_atomically(path, [data])

    def _forget_snapshots(self) -> None:
        for path in self.path.glob("*.panel"):
            path.unlink(missing_ok=True)

    def _stored_segments(self) -> list[int]:
        names = (path.name.removesuffix(_SEGMENT_SUFFIX) for path in self.path.glob(f"*{_SEGMENT_SUFFIX}"))
        return [int(name) for name in names if name.isdigit()]


def write_atomically(path: Path, pieces: Sequence[bytes | memoryview], *, durable: bool = True) -> None:
    """Write a file atomically; ``durable`` waits until it would survive a power failure."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}{_TEMPORARY}")
    try:
        with temporary.open("wb") as file:
            for piece in pieces:
                file.write(piece)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)


def keep_newest(folder: Path, suffix: str, keep: int) -> None:
    """Delete the files with a suffix except the ``keep`` most recently written ones. Raises OSError."""
    paths = list(folder.glob(f"*{suffix}"))
    if len(paths) <= keep:  # nearly always: their times need not be asked for
        return
    aged: list[tuple[float, Path]] = []
    for path in paths:
        try:
            aged.append((path.stat().st_mtime, path))
        except FileNotFoundError:  # another process was quicker
            continue
    for _, path in sorted(aged, reverse=True)[keep:]:
        path.unlink(missing_ok=True)


def set_aside(path: Path, why: str) -> None:
    """Rename a damaged file to <name>.<n>.bad, so that it can be inspected."""
    taken = 1
    while (target := path.with_name(f"{path.name}.{taken}{_BAD}")).exists():
        taken += 1
    try:
        path.replace(target)
    except FileNotFoundError:  # another process was quicker
        return
    _LOG.warning("price cache: set %s aside as %s (%s)", path, target.name, why)


def folders(root: Path) -> list[Path]:
    """Return the folders of sources under ``root``."""
    return sorted(path.parent for path in root.glob(f"*/{_INDEX}"))


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _as_store_error() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreFullError(f"There is no space left for the price cache: {error}") from error
        raise StoreError(f"The price cache cannot be written: {error}") from error
