"""Converts errors of the database drivers to this package's store errors, whose messages say what to do."""

from __future__ import annotations

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from technic_scanner.errors import StoreError, StoreFullError, StoreUnavailableError

DRIVER_ERRORS = (SQLAlchemyError, sqlite3.Error)

_SQLITE_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY: "is locked by another process",
    sqlite3.SQLITE_LOCKED: "is locked by another connection",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; is the file there, and may this user read and write it?",
    sqlite3.SQLITE_READONLY: "cannot be written; check the permissions of the file and its folder",
    sqlite3.SQLITE_IOERR: "cannot be read or written; check the disk",
    sqlite3.SQLITE_PROTOCOL: "is locked by another process",
}
_SQLITE_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

_POSTGRES_FULL = ("53100", "53400")
_POSTGRES_RETRY = ("40001", "40P01")
_POSTGRES_UNAVAILABLE = {
    "08": "does not answer",
    "28": "refuses this user or password",
    "3D": "has no such database",
    "53": "is out of connections or memory",
    "55": "is locked by another session",
    "57": "is shutting down or restarting",
    "25006": "is read-only, perhaps a standby",
    "25P03": "closed a transaction that was idle for too long",
    "40": "could not settle a conflict between sessions",
}


def is_conflict(error: BaseException) -> bool:
    """True if the database rolled the transaction back because of another one, so that a retry may succeed."""
    return _sqlstate(_driver_error(error)) in _POSTGRES_RETRY


def store_error(error: BaseException, where: str) -> StoreError:
    """Return the store error for a driver's error; ``where`` is the store's name without its password."""
    cause = _driver_error(error)
    if isinstance(error, PoolTimeoutError):
        return StoreUnavailableError(f"the run store {where} is busy: every connection is in use")
    if _is_full(cause):
        return StoreFullError(f"the run store {where} has no space left to write; free some disk space")
    if reason := _unavailable_reason(error, cause):
        return StoreUnavailableError(f"the run store {where} {reason}")
    if isinstance(cause, sqlite3.Error) and _sqlite_code(cause) in _SQLITE_DAMAGED:
        return StoreError(f"the run store {where} is damaged or not a run store: {cause}")
    return StoreError(f"the run store {where} failed: {cause}")


def _driver_error(error: BaseException) -> BaseException:
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig
    return error


def _is_full(cause: BaseException) -> bool:
    if isinstance(cause, OSError):
        return cause.errno in (errno.ENOSPC, errno.EDQUOT)
    return _sqlite_code(cause) == sqlite3.SQLITE_FULL or _sqlstate(cause) in _POSTGRES_FULL


def _unavailable_reason(error: BaseException, cause: BaseException) -> str | None:
    if isinstance(cause, sqlite3.Error):
        return _SQLITE_UNAVAILABLE.get(_sqlite_code(cause) or -1)
    if isinstance(cause, OSError):
        return f"cannot be reached: {cause.strerror or cause}"
    state = _sqlstate(cause)
    if state:
        return _POSTGRES_UNAVAILABLE.get(state) or _POSTGRES_UNAVAILABLE.get(state[:2])
    # Without an SQLSTATE: the server was never reached, or the connection broke.
    return "does not answer" if isinstance(error, OperationalError | InterfaceError) else None


def _sqlite_code(cause: BaseException) -> int | None:
    """Return SQLite's primary result code; the extended code carries it in its low byte."""
    code: int | None = getattr(cause, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _sqlstate(cause: BaseException) -> str | None:
    """Return PostgreSQL's five-character state, if the server gave one."""
    state: str | None = getattr(cause, "sqlstate", None)
    return state
