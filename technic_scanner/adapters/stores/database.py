"""Runs each piece of store work as one transaction, repeats it after a conflict, and translates driver errors."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, text

from technic_scanner.adapters.stores import engine as modes
from technic_scanner.adapters.stores.faults import DRIVER_ERRORS, is_conflict, store_error
from technic_scanner.clock import Clock, SystemClock
from technic_scanner.errors import TechnicError

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R", bound="Queries")

# A deadlock or a serialisation failure is undone by the server; a second conflict in a row is rare, a fifth is a bug.
_TRIES = 5
# Two transactions that retry at the same moment may conflict again.
_FIRST_PAUSE_SECONDS = 0.02


# PostgreSQL's channel on which it is said that a run was queued.
QUEUE_CHANNEL = "technic_scanner_queue"


class Database:
    """An engine and the three ways to use it. ``where`` is the store's name for messages, without a password."""

    def __init__(self, engine: Engine, where: str, clock: Clock | None = None) -> None:
        self.where = where
        self._clock = clock or SystemClock()
        self._engine = engine
        self._modes = {mode: engine.execution_options(**{modes.MODE: mode}) for mode in modes.MODES}

    @property
    def is_sqlite(self) -> bool:
        """True for the embedded database, which has one writer at a time."""
        return self._engine.dialect.name == modes.SQLITE

    def run(self, mode: str, work: Callable[[Connection], T]) -> T:
        """Do ``work`` in one transaction. Raises StoreError; an error of the work rolls it back and is passed on."""
        for attempt in range(_TRIES):
            try:
                with self._modes[mode].begin() as connection:
                    return work(connection)
            except TechnicError:
                raise
            except DRIVER_ERRORS as error:
                if attempt == _TRIES - 1 or not is_conflict(error):
                    raise store_error(error, self.where) from error
            self._clock.sleep(random.uniform(0.0, _FIRST_PAUSE_SECONDS * 2.0**attempt))
        raise AssertionError("unreachable: the last try returns or raises")

    def lock(self, connection: Connection, number: int) -> None:
        """Wait until no other transaction holds the lock ``number``; SQLite's writers hold the only lock already."""
        if not self.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})

    def say_queued(self, connection: Connection) -> None:
        """Wake the workers that listen, when this transaction ends well; SQLite has nothing of the kind."""
        if not self.is_sqlite:
            connection.execute(text(f'NOTIFY "{QUEUE_CHANNEL}"'))

    @property
    def notifications(self) -> str | None:
        """The libpq URI at which one can listen for notifications; None for SQLite. It holds the password."""
        if self.is_sqlite:
            return None
        return self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def close(self) -> None:
        """Close every pooled connection."""
        self._engine.dispose()


class Queries:
    """A part of the store: the database that it shares with the others, and the clock."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock


def reading(method: Callable[Concatenate[R, Connection, P], T]) -> Callable[Concatenate[R, P], T]:
    """Call a method with a connection that reads one snapshot."""
    return _in_transaction(modes.READ, method)


def writing(method: Callable[Concatenate[R, Connection, P], T]) -> Callable[Concatenate[R, P], T]:
    """Call a method in a transaction that is on disk when it returns."""
    return _in_transaction(modes.WRITE, method)


def writing_lazily(method: Callable[Concatenate[R, Connection, P], T]) -> Callable[Concatenate[R, P], T]:
    """Call a method in a transaction that survives a crash of the process, but possibly not a power failure."""
    return _in_transaction(modes.WRITE_LAZILY, method)


def _in_transaction(mode: str, method: Callable[Concatenate[R, Connection, P], T]) -> Callable[Concatenate[R, P], T]:
    def call(room: R, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return room.database.run(mode, lambda connection: method(room, connection, *args, **kwargs))

    update_wrapper(call, method)
    return call
