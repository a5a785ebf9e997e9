"""Copies of a store in use and their way back: complete, checked, and never over something unasked."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.adapters.stores.backups import back_up, restore
from technic_scanner.adapters.stores.engine import file_url
from technic_scanner.clock import ManualClock
from technic_scanner.errors import ConfigError, StoreError
from technic_scanner.runs.model import RunQuery
from technic_scanner.testing.stores.samples import add, running
from technic_scanner.testing.stores.samples import event as progress


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "runs.db"


@pytest.fixture
def store(file: Path, opened: Callable[..., SqlStore]) -> SqlStore:
    return opened(file_url(file))


def ids(store: SqlStore) -> set[str]:
    return {run.run_id for run in store.list_runs(RunQuery(limit=200)).records}


def test_a_copy_of_a_store_in_use_is_one_whole_file(
    store: SqlStore, file: Path, tmp_path: Path, opened: Callable[..., SqlStore]
) -> None:
    run = running(store)
    store.append_events(run.run_id, 1, [progress(run.run_id, 1)])
    copied = back_up(file_url(file), tmp_path / "copy.db")
    assert (copied.file, copied.runs) == (tmp_path / "copy.db", 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "home"]
    assert copied.file.stat().st_mode & 0o077 == 0
    later = add(store)
    copy = opened(file_url(copied.file))
    assert copy.get_run(run.run_id) == store.get_run(run.run_id)
    assert copy.latest_event(run.run_id) == progress(run.run_id, 1)
    assert later.run_id not in ids(copy)


def test_every_copy_of_a_store_that_is_written_to_is_whole(store: SqlStore, file: Path, tmp_path: Path) -> None:
    stop = threading.Event()
    made: list[str] = []

    def write() -> None:
        while not stop.is_set():
            made.append(add(store).run_id)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            before = len(made)
            copied = back_up(file_url(file), tmp_path / f"{number}.db")
            assert before <= copied.runs <= len(made) + 1
    finally:
        stop.set()
        writer.join(120)


def test_a_file_that_is_there_is_replaced_only_when_asked(store: SqlStore, file: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("something of value")
    with pytest.raises(ConfigError, match="exists already"):
        back_up(file_url(file), target)
    assert target.read_text() == "something of value"
    add(store)
    assert back_up(file_url(file), target, overwrite=True).runs == 1
    with pytest.raises(ConfigError, match="exists already"):
        back_up(file_url(file), file, overwrite=True)


def test_what_is_no_store_is_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()
    with pytest.raises(StoreError, match="is no run store"):
        back_up(file_url(path), tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()
    with pytest.raises(StoreError):
        back_up(file_url(tmp_path / "nothing.db"), tmp_path / "copy.db")
    with pytest.raises(ConfigError, match="pg_dump"):
        back_up("postgresql://host/runs", tmp_path / "copy.db")


def test_a_restored_store_is_seen_by_programs_that_have_it_open(
    store: SqlStore, file: Path, tmp_path: Path, clock: ManualClock, opened: Callable[..., SqlStore]
) -> None:
    first = add(store)
    copied = back_up(file_url(file), tmp_path / "copy.db")
    second = add(store)
    restored = restore(file_url(file), copied.file, clock)
    assert restored.runs == 1
    assert ids(store) == {first.run_id}
    third = add(store)
    assert ids(store) == {first.run_id, third.run_id}
    store.check()
    assert restored.kept is not None
    assert ids(opened(file_url(restored.kept))) == {first.run_id, second.run_id}


def test_a_damaged_store_is_kept_as_it_is_and_replaced(
    store: SqlStore, file: Path, tmp_path: Path, clock: ManualClock, opened: Callable[..., SqlStore]
) -> None:
    run = add(store)
    copied = back_up(file_url(file), tmp_path / "copy.db")
    store.close()
    damaged = b"Dear Sir or Madam, " * 500
    file.write_bytes(damaged)
    restored = restore(file_url(file), copied.file, clock)
    assert restored.kept is not None
    assert restored.kept.read_bytes() == damaged
    assert ids(opened(file_url(file))) == {run.run_id}


def test_a_store_is_restored_where_none_is(
    store: SqlStore, file: Path, tmp_path: Path, clock: ManualClock, opened: Callable[..., SqlStore]
) -> None:
    run = add(store)
    copied = back_up(file_url(file), tmp_path / "copy.db")
    elsewhere = file_url(tmp_path / "new home" / "runs.db")
    assert restore(elsewhere, copied.file, clock).kept is None
    assert ids(opened(elsewhere)) == {run.run_id}


def test_what_is_no_whole_store_is_not_restored(
    store: SqlStore, file: Path, tmp_path: Path, clock: ManualClock
) -> None:
    run = add(store)
    bad = tmp_path / "bad.db"
    for content in (b"", b"Dear Sir or Madam, " * 500):
        bad.write_bytes(content)
        with pytest.raises(ConfigError, match=r"bad\.db (is no run store|cannot be read)"):
            restore(file_url(file), bad, clock)
    newer = back_up(file_url(file), tmp_path / "newer.db").file
    with sqlite3.connect(newer) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(ConfigError, match="newer version"):
        restore(file_url(file), newer, clock)
    with pytest.raises(ConfigError, match="is no file"):
        restore(file_url(file), tmp_path / "nothing.db", clock)
    assert ids(store) == {run.run_id}
    assert sorted(path.name for path in file.parent.iterdir() if "before" in path.name) == []


def test_no_copy_takes_the_place_of_a_pipe_or_a_device(store: SqlStore, file: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(ConfigError, match="is a pipe or a device"):
        back_up(file_url(file), pipe, overwrite=True)
    assert pipe.is_fifo()
