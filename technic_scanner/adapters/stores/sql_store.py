"""The run store on SQL, combined from its groups of queries, and the function that opens it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from ulid import ULID, LaxMonotonicPolicy, ULIDGenerator

from technic_scanner.adapters.stores.alerts import AlertQueries
from technic_scanner.adapters.stores.chunks import ChunkQueries
from technic_scanner.adapters.stores.criteria import CriteriaQueries
from technic_scanner.adapters.stores.database import Database
from technic_scanner.adapters.stores.engine import BUSY_SECONDS, READ, SQLITE, WRITE, open_engine, parse_url
from technic_scanner.adapters.stores.events import EventQueries
from technic_scanner.adapters.stores.faults import store_error
from technic_scanner.adapters.stores.listing import ListingQueries
from technic_scanner.adapters.stores.notes import NoteQueries
from technic_scanner.adapters.stores.past_picks import PastPickQueries
from technic_scanner.adapters.stores.presets import PresetQueries
from technic_scanner.adapters.stores.queue import QueueQueries
from technic_scanner.adapters.stores.results import ResultQueries
from technic_scanner.adapters.stores.retention import RetentionQueries
from technic_scanner.adapters.stores.revisions import check_revision, migrate
from technic_scanner.adapters.stores.runs import RunQueries
from technic_scanner.adapters.stores.samples import SampleQueries
from technic_scanner.adapters.stores.sqlite_file import damage, refuse_lost_file
from technic_scanner.adapters.stores.trials import TrialQueries
from technic_scanner.adapters.stores.views import ViewQueries
from technic_scanner.adapters.stores.watchlists import WatchlistQueries
from technic_scanner.adapters.stores.workers import WorkerQueries
from technic_scanner.clock import Clock
from technic_scanner.errors import StoreError

_WRITES_NOTHING = "UPDATE runs SET run_id = run_id WHERE 1 = 0"


class SqlStore(
    AlertQueries,
    QueueQueries,
    ListingQueries,
    SampleQueries,
    EventQueries,
    ChunkQueries,
    ResultQueries,
    PastPickQueries,
    PresetQueries,
    CriteriaQueries,
    WatchlistQueries,
    TrialQueries,
    NoteQueries,
    ViewQueries,
    WorkerQueries,
    RetentionQueries,
):
    """``runs.ports.Store`` on SQLite or PostgreSQL; safe to share between threads, not across a fork."""

    def __init__(
        self, url: str, clock: Clock, *, run_ids: Callable[[], str], busy_seconds: float = BUSY_SECONDS
    ) -> None:
        parsed = parse_url(url)
        database = Database(open_engine(parsed, busy_seconds), _name(parsed), clock)
        QueueQueries.__init__(self, database, clock)
        RunQueries.__init__(self, database, clock, run_ids)

    def ping(self) -> None:
        """Raise StoreUnavailableError unless the store answers and has the schema of this program."""
        check_revision(self.database)

    @property
    def notifications(self) -> str | None:
        """The libpq URI at which workers listen for queued runs; None for SQLite. It holds the password."""
        return self.database.notifications

    def check(self) -> None:
        """Raise StoreError if SQLite's own check finds damage in the file; reads all of it. As ``ping`` otherwise."""
        self.ping()
        found = (
            self.database.run(READ, lambda connection: damage(_raw(connection))) if self.database.is_sqlite else None
        )
        if found is not None:
            raise StoreError(f"the run store {self.database.where} is damaged: {found}")

    def require_writable(self) -> None:
        """Raise StoreUnavailableError unless this process may write; writes nothing."""
        # SQLite begins a transaction that may not write, and refuses the first statement that would.
        self.database.run(WRITE, lambda connection: connection.exec_driver_sql(_WRITES_NOTHING))

    def close(self) -> None:
        """Close every connection; the store opens new ones if it is used again."""
        self.database.close()


def open_store(url: str, clock: Clock, *, busy_seconds: float = BUSY_SECONDS) -> SqlStore:
    """Open the store behind ``sqlite:///path`` or ``postgresql://...``, creating or migrating its tables first.

    Many processes may do so at once. ``busy_seconds`` is how long a statement waits for a lock. Raises ConfigError for
    a URL that cannot be used, StoreError for a schema newer than this program, StoreUnavailableError.
    """
    parsed = parse_url(url)
    if parsed.drivername == SQLITE:
        _make_file(parsed)
    store = SqlStore(url, clock, run_ids=ulids(clock), busy_seconds=busy_seconds)
    try:
        migrate(store.database)
    except BaseException:
        store.close()
        raise
    return store


def ulids(clock: Clock) -> Callable[[], str]:
    """Return a function that creates run ids: ULIDs of the clock's time, ascending also within a millisecond."""
    generator = ULIDGenerator(clock=lambda: int(clock.now().timestamp() * 1000), policy=LaxMonotonicPolicy())

    def make() -> str:
        made: ULID = generator.generate()
        return str(made)

    return make


def _make_file(url: URL) -> None:
    """Create an empty SQLite file, readable by its owner only, unless it exists."""
    path = Path(url.database or "")
    try:
        refuse_lost_file(path)
        if not path.exists():  # in a file system that is read-only, even this would be refused
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise store_error(error, _name(url)) from error


def _raw(connection: Connection) -> sqlite3.Connection:
    raw: Any = connection.connection.driver_connection
    return raw  # type: ignore[no-any-return]


def _name(url: URL) -> str:
    return url.render_as_string(hide_password=True)
