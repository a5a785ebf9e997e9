"""A store's file that is deleted, replaced or lost while programs use it: told, nothing lost in it, and used again."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from technic_scanner.adapters.stores import SqlStore, open_store
from technic_scanner.adapters.stores.engine import file_url
from technic_scanner.clock import ManualClock
from technic_scanner.errors import RunNotFoundError, StoreError, StoreUnavailableError
from technic_scanner.testing.stores.samples import add


@pytest.fixture
def file(tmp_path: Path, sqlite_template: Path) -> Path:
    return Path(shutil.copy(sqlite_template, tmp_path / "runs.db"))


@pytest.fixture
def in_use(file: Path, opened: Callable[..., SqlStore]) -> SqlStore:
    """A store with one run and a connection that stays open."""
    store = opened(file_url(file))
    add(store)
    return store


def replaced(file: Path, by: Callable[[Path], object]) -> None:
    """Put what ``by`` makes in the place of the file, as a careless copy would, without the log of the old one."""
    new = file.with_suffix(".new")
    by(new)
    for ending in ("-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)
    os.replace(new, file)


def test_a_deleted_file_takes_no_more_writes(in_use: SqlStore, file: Path) -> None:
    file.unlink()
    for use in (in_use.ping, lambda: add(in_use), in_use.count_by_status):
        with pytest.raises(StoreUnavailableError, match="was deleted or moved while in use"):
            use()


def test_a_file_that_comes_back_is_used_on(in_use: SqlStore, file: Path) -> None:
    away = file.rename(file.with_suffix(".away"))
    with pytest.raises(StoreUnavailableError):
        in_use.ping()
    away.rename(file)
    add(in_use)
    assert sum(in_use.count_by_status().values()) == 2


def test_another_store_in_its_place_is_used_from_then_on(
    in_use: SqlStore, file: Path, sqlite_template: Path, opened: Callable[..., SqlStore]
) -> None:
    replaced(file, lambda new: shutil.copy(sqlite_template, new))
    in_use.ping()
    assert sum(in_use.count_by_status().values()) == 0
    run = add(in_use)
    assert opened(file_url(file)).get_run(run.run_id) == run


def test_a_file_that_is_no_store_of_ours_is_refused(in_use: SqlStore, file: Path, sqlite_template: Path) -> None:
    def other_program(new: Path) -> None:
        with sqlite3.connect(new) as connection:
            connection.execute("CREATE TABLE songs (title TEXT)")
        connection.close()

    replaced(file, other_program)
    for use in (in_use.ping, lambda: add(in_use)):
        with pytest.raises(StoreUnavailableError, match="replaced while in use by a file that is no run store"):
            use()
    replaced(file, lambda new: new.write_bytes(b"Dear Sir or Madam, " * 500))
    with pytest.raises(StoreUnavailableError, match="a file that cannot be read"):
        in_use.ping()
    replaced(file, lambda new: shutil.copy(sqlite_template, new))
    in_use.ping()


@pytest.mark.parametrize("state", ["missing", "empty"])
def test_a_lost_file_beside_its_log_is_not_begun_anew(file: Path, state: str, clock: ManualClock) -> None:
    store = open_store(file_url(file), clock)
    run = add(store)
    log = file.with_name("runs.db-wal")
    assert log.stat().st_size > 0
    whole, kept = file.read_bytes(), log.read_bytes()
    if state == "missing":
        file.unlink()
    else:
        file.write_bytes(b"")
    with pytest.raises(StoreError, match=f"is {state} although its write-ahead log runs.db-wal is there"):
        open_store(file_url(file), clock)
    assert log.read_bytes() == kept
    file.write_bytes(whole)
    with_both = open_store(file_url(file), clock)
    assert with_both.get_run(run.run_id) == run
    with_both.close()
    store.close()


def test_the_database_of_another_program_is_left_as_it_is(tmp_path: Path, clock: ManualClock) -> None:
    for name, tables in (("songs", ("songs",)), ("alembic", ("alembic_version", "songs"))):
        path = tmp_path / f"{name}.db"
        with sqlite3.connect(path) as connection:
            for table in tables:
                connection.execute(f"CREATE TABLE {table} (version_num TEXT)")
            connection.execute(f"INSERT INTO {tables[0]} VALUES ('abc')")
        connection.close()
        before = path.read_bytes()
        with pytest.raises(StoreError, match=r"is the database of another program \(tables: .*songs\)"):
            open_store(file_url(path), clock)
        assert path.read_bytes() == before


def test_check_finds_damage_that_a_ping_does_not(in_use: SqlStore, file: Path, opened: Callable[..., SqlStore]) -> None:
    for _ in range(50):
        add(in_use)
    in_use.close()
    in_use.check()
    with sqlite3.connect(file) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_runs_created'").fetchone()
    connection.close()
    with file.open("r+b") as damaged:
        damaged.seek((root - 1) * size)
        damaged.write(bytes(size))
    store = opened(file_url(file))
    store.ping()
    with pytest.raises(StoreError, match="damaged"):
        store.check()


def test_runs_of_the_replaced_store_are_not_found(in_use: SqlStore, file: Path, sqlite_template: Path) -> None:
    run = add(in_use)
    replaced(file, lambda new: shutil.copy(sqlite_template, new))
    with pytest.raises(RunNotFoundError):
        in_use.get_run(run.run_id)
