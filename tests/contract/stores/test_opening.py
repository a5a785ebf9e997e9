"""Opening a store: migrations from every revision, many openers at once, schemas from the future, bad addresses."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from technic_scanner.adapters.stores import SqlStore, open_store
from technic_scanner.adapters.stores.database import Database
from technic_scanner.adapters.stores.engine import open_engine, parse_url
from technic_scanner.adapters.stores.revisions import migrate
from technic_scanner.adapters.stores.schema import HEAD_REVISION, metadata
from technic_scanner.adapters.stores.upgrade import known_revisions
from technic_scanner.clock import ManualClock, SystemClock
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import ConfigError, StoreError, StoreUnavailableError
from technic_scanner.runs.model import RunQuery
from technic_scanner.testing.stores.samples import add
from tests.contract.stores.old_revisions import SEEDS

OPENERS = 8


def open_and_add(url: str, together: Barrier) -> None:
    """Open the store at the same moment as the others, and add a run; for a process of its own."""
    together.wait(60)
    store = open_store(url, SystemClock())
    add(store)
    store.close()


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine(parse_url(url))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def set_revision(url: str, revision: str) -> None:
    with connected(url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_the_migrations_lead_to_the_schema_that_the_code_uses(store_url: str) -> None:
    assert known_revisions()[-1] == HEAD_REVISION
    with connected(store_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("revision", known_revisions())
def test_data_of_every_earlier_revision_survives(
    blank_url: str, revision: str, opened: Callable[..., SqlStore], clock: ManualClock
) -> None:
    if blank_url.startswith("sqlite"):
        Path(blank_url.removeprefix("sqlite:///")).parent.mkdir()
        Path(blank_url.removeprefix("sqlite:///")).touch()
    database = Database(open_engine(parse_url(blank_url)), "old")
    migrate(database, revision)
    with connected(blank_url) as connection:
        SEEDS[revision](connection)
    database.close()

    store = opened(blank_url)

    store.ping()
    (queued, done) = sorted(store.list_runs(RunQuery()).records, key=lambda record: record.status.value)
    assert (queued.status, queued.config.sectors, queued.queue_position) == (RunStatus.QUEUED, ("Energy",), 1)
    assert (done.status, done.label, done.time_fraction) == (RunStatus.SUCCEEDED, "old one", 1.0)
    assert done.metrics is not None
    assert done.metrics.total_seconds == 8.25
    assert [event.seq for event in store.events(done.run_id, 0, 10)] == [1, 2]
    assert store.result(done.run_id).table.num_rows == 2
    assert [seen.run_id for seen in store.appearances("XOM", 10)] == [done.run_id]
    assert store.stage_samples(RunQuery())[0].total_seconds == 8.25
    assert [preset.name for preset in store.list_presets()] == ["mine"]
    claimed = store.claim("w1", "h", "1", None)
    assert claimed is not None
    assert claimed.run_id == queued.run_id
    store.delete_run(done.run_id)
    assert store.appearances("XOM", 10) == ()


def test_every_revision_has_a_seed() -> None:
    assert tuple(SEEDS) == known_revisions()


def test_many_processes_may_open_a_new_store_at_once(blank_url: str, opened: Callable[..., SqlStore]) -> None:
    # A fork server that has imported all this makes processes that really start at once.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    together = context.Barrier(OPENERS)
    processes = [context.Process(target=open_and_add, args=(blank_url, together)) for _ in range(OPENERS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * OPENERS
    assert len(opened(blank_url).list_runs(RunQuery()).records) == OPENERS


def test_opening_again_keeps_everything(blank_url: str, opened: Callable[..., SqlStore]) -> None:
    run = add(opened(blank_url))
    assert opened(blank_url).get_run(run.run_id) == run


def test_a_schema_from_the_future_is_refused_and_left_alone(store_url: str, clock: ManualClock) -> None:
    set_revision(store_url, "9999")
    with pytest.raises(StoreError, match="9999, which is newer than this program") as caught:
        open_store(store_url, clock)
    assert "update technic-scanner" in str(caught.value)
    set_revision(store_url, HEAD_REVISION)
    open_store(store_url, clock).close()


def test_ping_tells_of_a_schema_that_changed(store: SqlStore, store_url: str) -> None:
    store.ping()
    set_revision(store_url, "9999")
    with pytest.raises(StoreUnavailableError, match="9999"):
        store.ping()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://a/b",
        "postgresql+asyncpg://a/b",
        "sqlite+aiosqlite:///x",
        "postgresql://host:first/d",
        "postgresql://[::1/d",
    ],
)
def test_other_addresses_are_refused_by_name(url: str, clock: ManualClock) -> None:
    with pytest.raises(ConfigError, match="database_url"):
        open_store(url, clock)


@pytest.mark.parametrize("name", ["with space.db", "per%20cent?.db", "é#;&.db"])
def test_odd_file_names_work(tmp_path: Path, name: str, opened: Callable[..., SqlStore]) -> None:
    url = parse_url("sqlite:///x").set(database=str(tmp_path / name)).render_as_string()
    opened(url).ping()
    assert (tmp_path / name).exists()


def test_a_new_file_is_its_owners_alone(blank_url: str, opened: Callable[..., SqlStore]) -> None:
    opened(blank_url).ping()
    if blank_url.startswith("sqlite"):
        assert Path(blank_url.removeprefix("sqlite:///")).stat().st_mode & 0o077 == 0
