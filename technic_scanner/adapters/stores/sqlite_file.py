"""One SQLite file of a store: how it is made and opened, and what happens when another file takes its place."""

from __future__ import annotations

import logging
import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DisconnectionError

from technic_scanner.adapters.stores.schema import HEAD_REVISION
from technic_scanner.errors import StoreError, StoreUnavailableError

_log = logging.getLogger(__name__)

# A burst of writes may make the write-ahead log larger; afterwards it is cut back to this.
_WAL_BYTES = 64 * 1024 * 1024
_IDENTITY = "technic_file"
_Identity = tuple[int, int]


class SqliteFile:
    """Makes the connections to a file, which must exist, and looks at each use whether it is still the same file.

    Without that, writes would go on into a file that was deleted, and be lost. Where another file stands in its place,
    connections to it are made if it is an undamaged store of this program's revision; otherwise nothing is written.
    """

    def __init__(self, path: Path, busy_seconds: float) -> None:
        self._path = path.absolute()
        self._busy_seconds = busy_seconds
        self._known: _Identity | None = None
        self._suspect = False

    def connect(self) -> sqlite3.Connection:
        """Return a new connection. Raises sqlite3.Error, StoreUnavailableError."""
        identity = self._present() if self._known else _identity(self._path)
        connection = sqlite3.connect(
            f"{self._path.as_uri()}?{_access_to(self._path)}",
            uri=True,
            timeout=self._busy_seconds,
            isolation_level=None,  # the engine's "begin" hook says BEGIN itself
            check_same_thread=False,  # the pool hands a connection to one thread at a time
        )
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA journal_size_limit={_WAL_BYTES}")
        if self._known is None:
            self._known = identity
        elif self._suspect or identity != self._known:
            self._accept(connection, identity)
        return connection

    def connected(self, _connection: Any, record: Any) -> None:
        """Remember to which file a pooled connection leads."""
        record.info[_IDENTITY] = self._known

    def checked_out(self, _connection: Any, record: Any, _proxy: Any) -> None:
        """Replace a connection whose file is no longer the one at the path. Raises StoreUnavailableError if none is."""
        if self._present() != record.info[_IDENTITY]:
            self._suspect = True
            raise DisconnectionError("the file was replaced")

    def _present(self) -> _Identity:
        identity = _identity(self._path)
        if identity is None:
            self._suspect = True  # a new file may get the number of one that is gone
            raise StoreUnavailableError(
                f"the run store {self._path} was deleted or moved while in use; nothing is written until it is back"
            )
        return identity

    def _accept(self, connection: sqlite3.Connection, identity: _Identity | None) -> None:
        """Go on with the file that has taken the place of the known one, if it can be used as it is."""
        fault = _fault(connection)
        if fault is not None:
            connection.close()
            raise StoreUnavailableError(
                f"the run store {self._path} was replaced while in use by a file that {fault}; nothing is written"
            )
        if identity != self._known:
            _log.warning("the run store %s was replaced by another file, which is used from now on", self._path)
        self._known, self._suspect = identity, False


def _access_to(path: Path) -> str:
    """Return the parameters with which a file is opened.

    mode=rw: a file that has gone is an error to report, not a reason to make a new, empty one. In a file system that
    nobody can write SQLite could not make the files that it shares with other processes; there nothing changes, unless
    a log is left of which it would take no notice.
    """
    try:
        is_fixed = bool(os.statvfs(path).f_flag & os.ST_RDONLY) and not _log_of(path).exists()
    except (AttributeError, OSError):  # another system, or no file
        is_fixed = False
    return "mode=ro&immutable=1" if is_fixed else "mode=rw"


def _log_of(path: Path) -> Path:
    """Return the place of the write-ahead log of a file."""
    return path.with_name(f"{path.name}-wal")


def refuse_lost_file(path: Path) -> None:
    """Raise StoreError where a store's file is missing or empty but its write-ahead log is there.

    SQLite would delete the log, which may hold the newest runs, and begin anew.
    """
    log = _log_of(path)
    size = path.stat().st_size if path.exists() else None
    if not size and log.exists() and log.stat().st_size:
        state = "is missing" if size is None else "is empty"
        raise StoreError(
            f"the run store {path} {state} although its write-ahead log {log.name} is there: put both files back, "
            "restore a backup, or move the log away to begin a new store"
        )


def damage(connection: sqlite3.Connection) -> str | None:
    """Return the first fault that SQLite's own check finds in the file, None if it finds none; reads all of it."""
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    return None if found == "ok" else str(found).splitlines()[-1]


def revision_of(connection: sqlite3.Connection) -> str | None:
    """Return the revision of the store in a file, None if the file holds no store. Raises sqlite3.Error."""
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"alembic_version", "runs"} <= names:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def _fault(connection: sqlite3.Connection) -> str | None:
    """Return why a file cannot stand in for the known one."""
    try:
        revision = revision_of(connection)
        if revision is None:
            return "is no run store"
        if revision != HEAD_REVISION:
            return f"is a store of another version, which a new start of this program may be able to use ({revision})"
        return "is damaged" if damage(connection) else None
    except sqlite3.Error as error:
        return f"cannot be read: {error}"


def _identity(path: Path) -> _Identity | None:
    """Return what tells a file from another one of the same name, None if there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
