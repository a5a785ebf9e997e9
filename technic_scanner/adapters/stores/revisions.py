"""Brings a store's tables to the newest revision, once, however many processes open it at the same time."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from technic_scanner.adapters.stores import engine as modes
from technic_scanner.adapters.stores.database import Database
from technic_scanner.adapters.stores.schema import HEAD_REVISION, metadata
from technic_scanner.errors import StoreError, StoreUnavailableError

_MIGRATION_LOCK = 0x7EC4C1A0
_WAL_TRIES = 10
_NAMED_TABLES = 5


def migrate(database: Database, target: str = "head") -> None:
    """Upgrade to ``target``; fast and without a lock if the store is already at it.

    Raises StoreError when the store's revision is newer than this program.
    """
    found = database.run(modes.READ, current_revision)
    if found == HEAD_REVISION:
        return
    database.run(modes.READ, lambda connection: _refuse_foreign(connection, database))
    if database.is_sqlite:
        database.run(modes.BARE, _settle_file)
    # Imported here, so that a process does not wait for Alembic when there is nothing to migrate.
    from technic_scanner.adapters.stores.upgrade import upgrade  # noqa: PLC0415

    def work(connection: Connection) -> None:
        database.lock(connection, _MIGRATION_LOCK)
        upgrade(connection, current_revision(connection), target, database.where)

    database.run(modes.MIGRATE, work)
    database.close()  # the connection that migrated has foreign keys off


def check_revision(database: Database) -> None:
    """Raise StoreUnavailableError unless the store answers and has the newest revision."""
    found = database.run(modes.READ, current_revision)
    if found != HEAD_REVISION:
        raise StoreUnavailableError(
            f"the run store {database.where} is at revision {found or 'none'}, this program needs {HEAD_REVISION}"
        )


def current_revision(connection: Connection) -> str | None:
    """Return the store's revision, None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return revision


def _refuse_foreign(connection: Connection, database: Database) -> None:
    """Raise StoreError for the database of another program, in which nothing must be made or changed.

    A server of PostgreSQL may hold other tables beside ours.
    """
    tables = set(inspect(connection).get_table_names())
    if "runs" in tables and "alembic_version" in tables:
        return
    theirs = tables if database.is_sqlite else tables & {"alembic_version", *metadata.tables}
    if theirs:
        names = ", ".join(sorted(theirs)[:_NAMED_TABLES])
        raise StoreError(f"the run store {database.where} is the database of another program (tables: {names})")


def _settle_file(connection: Connection) -> None:
    """Set the permanent options of an SQLite file: incremental vacuum and a write-ahead log.

    With the log, readers and the writer do not block each other. Incremental vacuum can only be set in an empty file.
    """
    connection.exec_driver_sql("PRAGMA auto_vacuum=INCREMENTAL")
    for _ in range(_WAL_TRIES):
        try:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            return
        except OperationalError:
            # Concurrent changes of the journal mode fail without waiting; a write lock makes them wait.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            connection.exec_driver_sql("COMMIT")
    connection.exec_driver_sql("PRAGMA journal_mode=WAL")
