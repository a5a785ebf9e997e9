"""Both databases for every store test: a migrated SQLite file or PostgreSQL database of the test's own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from technic_scanner.adapters.stores import SqlStore, open_store
from technic_scanner.adapters.stores.schema import HEAD_REVISION
from technic_scanner.clock import ManualClock
from technic_scanner.testing.stores.samples import START
from tests.support.postgres import PostgresServer, postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy: much quicker than migrating one for every test."""
    path = tmp_path_factory.mktemp("template") / "runs.db"
    open_store(f"sqlite:///{path}", ManualClock()).close()
    return path


@pytest.fixture(scope="session")
def postgres_migrated(postgres_server: PostgresServer) -> str:
    """The URL of a migrated database that the tests of this process take turns with."""
    url = postgres_server.url(postgres_server.new_database())
    open_store(url, ManualClock()).close()
    return url


@pytest.fixture(params=BOTH)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated, empty store."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "runs.db")
        return f"sqlite:///{tmp_path / 'runs.db'}"
    url: str = request.getfixturevalue("postgres_migrated")
    with psycopg.connect(url, autocommit=True) as connection:
        # Several times quicker than a database of its own.
        connection.execute(
            "TRUNCATE runs, presets, saved_criteria, watchlists, study_trials, schedules, workers, "
            "symbol_notes, saved_views CASCADE"
        )
        connection.execute("UPDATE alembic_version SET version_num = %s", (HEAD_REVISION,))
    return url


@pytest.fixture(params=BOTH)
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a store that nobody has opened yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'runs.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def opened(clock: ManualClock) -> Iterator[Callable[..., SqlStore]]:
    """``open_store`` on the test's clock; closes every store at the end."""
    stores: list[SqlStore] = []

    def open_one(url: str, **options: float) -> SqlStore:
        stores.append(open_store(url, clock, **options))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def store(store_url: str, opened: Callable[..., SqlStore]) -> SqlStore:
    return opened(store_url)


@pytest.fixture
def reopened(store_url: str, opened: Callable[..., SqlStore]) -> Callable[[], SqlStore]:
    """Open the test's store once more, as another process would."""
    return lambda: opened(store_url)
