"""Copies an SQLite store while it is in use, and puts a copy back, each checked before it takes anything's place."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from technic_scanner.adapters.stores.engine import BUSY_SECONDS, SQLITE, parse_url
from technic_scanner.adapters.stores.faults import store_error
from technic_scanner.adapters.stores.sqlite_file import damage, refuse_lost_file, revision_of
from technic_scanner.clock import Clock
from technic_scanner.errors import ConfigError, FieldProblem, StoreError

_LOG_ENDINGS = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy of a store: its file, how many runs it holds, and where the store that it replaced was kept, if it was."""

    file: Path
    runs: int
    kept: Path | None = None


def back_up(url: str, target: Path, *, overwrite: bool = False) -> Copied:
    """Copy the store into one file, which may happen while it is written to.

    The copy is checked before it gets its name. Raises ConfigError for PostgreSQL, for a file that is there already
    and for a pipe or a device, StoreError.
    """
    path = _path(url)
    if target.exists() and (not overwrite or target.is_dir() or (path.exists() and target.samefile(path))):
        raise ConfigError([FieldProblem("file", f"{target} exists already; choose another name")])
    if target.exists() and not target.is_file():  # root would put the copy into the place of a device
        raise ConfigError([FieldProblem("file", f"{target} is a pipe or a device; choose another name")])
    with _as_store_errors(path):
        refuse_lost_file(path)
        with closing(_open(path, "ro")) as source:
            return _copy(source, path, target)


def restore(url: str, source: Path, clock: Clock) -> Copied:
    """Replace the contents of the store by those of a copy; programs that have it open see them from then on.

    What was there is kept beside it under another name. Raises ConfigError for PostgreSQL and for a file that cannot be
    used; StoreError.
    """
    path = _path(url)
    mark = clock.now().strftime("%Y%m%dT%H%M%SZ")
    with _as_store_errors(path), closing(_open_copy(source)) as copy:
        kept = _keep(path, mark)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        with closing(_open(path, "rw")) as target:
            copy.backup(target)
            _require_whole(target, path)
            return Copied(path, _runs(target), kept)


def _path(url: str) -> Path:
    parsed = parse_url(url)
    if parsed.drivername != SQLITE:
        raise ConfigError([FieldProblem("database_url", "is PostgreSQL: use pg_dump and pg_restore for its backups")])
    return Path(parsed.database or "")


def _copy(source: sqlite3.Connection, path: Path, target: Path) -> Copied:
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        with closing(_open(part, "rw")) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file without a log beside it
            _require_whole(copy, path)
            runs = _runs(copy)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return Copied(target, runs)


def _keep(path: Path, mark: str) -> Path | None:
    """Keep the present store under another name: as a copy if it is whole, else the files as they are."""
    log = path.with_name(f"{path.name}-wal")
    if not path.exists() and not log.exists():
        return None
    kept = path.with_name(f"{path.name}.before-{mark}")
    try:
        refuse_lost_file(path)
        with closing(_open(path, "ro")) as present:
            return _copy(present, path, kept).file
    except (sqlite3.Error, StoreError):
        for ending in ("", *_LOG_ENDINGS):
            part = path.with_name(f"{path.name}{ending}")
            if part.exists():
                part.replace(path.with_name(f"{kept.name}{ending}"))
        return kept


def _open_copy(source: Path) -> sqlite3.Connection:
    """Open a file to restore from. Raises ConfigError unless it is a whole store that this program can read."""
    if not source.is_file():
        raise ConfigError([FieldProblem("file", f"{source} is no file")])
    connection = _open(source, "ro")
    try:
        fault = _fault_of_copy(connection)
    except sqlite3.Error as error:
        fault = f"cannot be read: {error}"
    if fault is not None:
        connection.close()
        raise ConfigError([FieldProblem("file", f"{source} {fault}")])
    return connection


def _fault_of_copy(connection: sqlite3.Connection) -> str | None:
    # Imported here, so that no other command waits for Alembic.
    from technic_scanner.adapters.stores.upgrade import known_revisions  # noqa: PLC0415

    revision = revision_of(connection)
    if revision is None:
        return "is no run store"
    if revision not in known_revisions():
        return f"is the store of a newer version of this program (revision {revision})"
    found = damage(connection)
    return None if found is None else f"is damaged: {found}"


def _require_whole(connection: sqlite3.Connection, path: Path) -> None:
    if revision_of(connection) is None:
        raise StoreError(f"{path} is no run store")
    if (found := damage(connection)) is not None:
        raise StoreError(f"the run store {path} is damaged: {found}")


def _runs(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("SELECT count(*) FROM runs").fetchone()
    return int(count)


def _open(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=BUSY_SECONDS)


@contextmanager
def _as_store_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise store_error(error, str(path)) from error
