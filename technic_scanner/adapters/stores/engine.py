"""Opens the engine behind a store URL, with the settings that keep each database safe under many processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from technic_scanner.adapters.stores.sqlite_file import SqliteFile
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.extras import import_optional

SQLITE = "sqlite"
POSTGRESQL = "postgresql"

# How long a statement waits for a lock that another process holds. Longer than the ten seconds for which backups and
# virus scanners are known to hold a file, shorter than the fifteen after which a silent worker is given up.
BUSY_SECONDS = 12.0

# Options of a connection that the engine's "begin" hook reads.
MODE = "technic_mode"
READ = "read"
WRITE = "write"
WRITE_LAZILY = "write_lazily"
MIGRATE = "migrate"
BARE = "bare"

_BEGIN = {
    # A deferred transaction reads one snapshot and never blocks a writer.
    READ: ("BEGIN",),
    # The lock is taken at the start: a transaction that read first and then could not get it would have to fail.
    WRITE: ("PRAGMA synchronous=FULL", "BEGIN IMMEDIATE"),
    # Without an fsync a power cut may take back the last moments of progress, never the file's consistency.
    WRITE_LAZILY: ("PRAGMA synchronous=NORMAL", "BEGIN IMMEDIATE"),
    # Dropping a table that others refer to, as rebuilding it does, would delete their rows.
    MIGRATE: ("PRAGMA foreign_keys=OFF", "PRAGMA synchronous=FULL", "BEGIN IMMEDIATE"),
    # Each statement by itself, for those that SQLite refuses inside a transaction.
    BARE: (),
}
MODES = tuple(_BEGIN)


def file_url(path: Path) -> str:
    """Return the URL of an SQLite file, whatever characters its path has."""
    return URL.create(SQLITE, database=str(path.absolute())).render_as_string()


def parse_url(url: str) -> URL:
    """Return the URL with the driver that this package uses. Raises ConfigError for other databases and memory ones."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # of a port that is no number, or a bracket that is not closed
        raise _bad_url("is not a database URL; use sqlite:///path or postgresql://user@host/name") from None
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        if not parsed.database or parsed.database == ":memory:":
            raise _bad_url("an SQLite store needs a file: several processes share it")
        if parsed.query:
            raise _bad_url("an SQLite store takes no parameters; write a ? in the name of a file or folder as %3F")
        return parsed.set(drivername=SQLITE)
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    raise _bad_url(f"{parsed.drivername} is not supported; use sqlite:///path or postgresql://user@host/name")


def open_engine(url: URL, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """Return an engine for a URL from ``parse_url``; connects only when used. An SQLite file must exist.

    Raises MissingExtraError for a PostgreSQL URL where psycopg is not installed.
    """
    if url.drivername == SQLITE:
        return _open_sqlite(Path(url.database or ""), busy_seconds)
    return _open_postgresql(url, busy_seconds)


def _open_postgresql(url: URL, busy_seconds: float) -> Engine:
    import_optional("psycopg", "postgres")
    patience = int(busy_seconds * 1000)
    # The second setting frees the rows of a client that was frozen, or whose host was lost, in mid-transaction.
    settings = f"-c lock_timeout={patience} -c idle_in_transaction_session_timeout={patience}"
    return create_engine(
        url,
        # A connection that the server closed while it was idle is replaced instead of failing the next statement.
        pool_pre_ping=True,
        pool_timeout=busy_seconds,
        connect_args={
            "connect_timeout": 5,
            "keepalives_idle": 15,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "application_name": "technic-scanner",
            "options": " ".join((settings, *_given(url, "options"))),
        },
    )


def _given(url: URL, name: str) -> tuple[str, ...]:
    """Return a value of the URL's query, because a connect argument would override it."""
    value = url.query.get(name, ())
    return (value,) if isinstance(value, str) else value


def _open_sqlite(path: Path, busy_seconds: float) -> Engine:
    file = SqliteFile(path, busy_seconds)
    engine = create_engine(
        "sqlite://", creator=file.connect, poolclass=QueuePool, max_overflow=40, pool_timeout=busy_seconds
    )
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "connect", file.connected)
    event.listen(engine, "checkout", file.checked_out)
    return engine


def _begin_sqlite(connection: Connection) -> None:
    options: Any = connection.get_execution_options()
    # Not through SQLAlchemy, whose overhead per statement is larger than the cost of these.
    raw: Any = connection.connection.driver_connection
    for statement in _BEGIN[options.get(MODE, READ)]:
        raw.execute(statement)


def _bad_url(message: str) -> ConfigError:
    return ConfigError((FieldProblem("database_url", message),))
