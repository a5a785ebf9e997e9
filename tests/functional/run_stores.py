"""Fixtures: a migrated store of the test's own on SQLite and on PostgreSQL; import them where they are used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from technic_scanner.adapters.stores import SqlStore, open_store
from technic_scanner.clock import SystemClock
from tests.support.postgres import PostgresServer, postgres_server

__all__ = ["database_url", "postgres_server", "store"]

BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'runs.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.new_database()
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    """The store in it, on the machine's clock."""
    opened = open_store(database_url, SystemClock())
    yield opened
    opened.close()
