"""Homes of any name, and homes that cannot be one: every command says so in a sentence, the servers' included."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from technic_scanner.adapters.launcher import WorkerLauncher
from technic_scanner.adapters.stores import SqlStore, open_store
from technic_scanner.adapters.stores.engine import file_url
from technic_scanner.bootstrap import build
from technic_scanner.cli.output import Exit
from technic_scanner.clock import SystemClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.runs.model import NewRun, WorkerInfo
from technic_scanner.settings import load_settings
from tests.functional.command_line import run


def queue(store: SqlStore) -> None:
    store.add_runs([NewRun(ScanConfig(), RunOptions(), comparability_key="k")])


COMMANDS = (
    ("runs",),
    ("show", "01K0000000000000000000000A"),
    ("scan", "--detach"),
    ("worker",),
    ("presets", "list"),
    ("cache", "list"),
    ("outcomes",),
    ("serve",),
    ("api",),
)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TECHNIC_DATABASE_URL", raising=False)
    monkeypatch.setattr(WorkerLauncher, "ensure_worker", lambda _: None)
    monkeypatch.setattr("os.execve", lambda *_: pytest.fail("it would have served"))
    monkeypatch.chdir(tmp_path)


def a_file(home: Path) -> None:
    home.write_text("a letter")


def under_a_file(home: Path) -> None:
    home.parent.rmdir()
    home.parent.write_text("a letter")


def with_something_else(home: Path) -> None:
    home.mkdir()
    (home / "technic.db").write_bytes(b"Dear Sir or Madam, " * 500)


def of_another_program(home: Path) -> None:
    home.mkdir()
    with sqlite3.connect(home / "technic.db") as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()


def of_a_newer_version(home: Path) -> None:
    open_store(file_url(home / "technic.db"), SystemClock()).close()
    with sqlite3.connect(home / "technic.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


def without_its_store(home: Path) -> None:
    home.mkdir()
    (home / "technic.db-wal").write_bytes(b"frames")


BAD_HOMES: dict[Callable[[Path], None], str] = {
    a_file: "TECHNIC_HOME: the folder {home} cannot be made: a file has this name",
    under_a_file: "TECHNIC_HOME: the folder {home} cannot be made: Not a directory",
    with_something_else: "is damaged or not a run store: file is not a database [store_error]",
    of_another_program: "is the database of another program (tables: songs) [store_error]",
    of_a_newer_version: "is at revision 9999, which is newer than this program",
    without_its_store: "is missing although its write-ahead log technic.db-wal is there",
}


@pytest.mark.parametrize("spoil", BAD_HOMES, ids=lambda spoil: spoil.__name__)
def test_every_command_says_what_is_wrong_with_a_home(
    spoil: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "parent" / "home"
    home.parent.mkdir()
    spoil(home)
    monkeypatch.setenv("TECHNIC_HOME", str(home))
    for words in COMMANDS:
        result = run(*words)
        assert result.exit_code in (Exit.FAILED, Exit.USAGE), words
        assert BAD_HOMES[spoil].format(home=home) in result.stderr, (words, result.stderr)
        assert len(result.stderr.splitlines()) <= 2, (words, result.stderr)
    report = run("doctor", "--json")
    assert report.exit_code == Exit.FAILED
    (store,) = [item for item in json.loads(report.stdout) if item["check"] == "store"]
    assert not store["ok"]
    assert BAD_HOMES[spoil].format(home=home) in store["detail"]


@pytest.mark.parametrize("name", ["what?", "what?mode=ro", "50%", "50%25", "a#b", "a;b&c=d", "ünïcode", "with space"])
def test_a_home_of_any_name_holds_its_own_store(name: str, tmp_path: Path) -> None:
    for home in (tmp_path / name, tmp_path / name.partition("?")[0] / "other"):
        with build(load_settings(home=home)) as services:
            queue(services.store)
            assert sum(services.service.count_by_status().values()) == 1
        assert (home / "technic.db").stat().st_size > 0


@pytest.mark.parametrize("command", ["serve", "api"])
def test_a_server_that_cannot_write_says_so_at_the_start(
    command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path))
    run("runs")
    real = sqlite3.connect

    def read_only(path: str, **options: object) -> sqlite3.Connection:
        # As for a user who may not write: the test's own may be root, who always may.
        return real(path.replace("mode=rw", "mode=ro"), **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(sqlite3, "connect", read_only)
    result = run(command)
    assert result.exit_code == Exit.FAILED
    assert "cannot be written; check the permissions of the file and its folder" in result.stderr
    assert run("runs").exit_code == Exit.DONE, "reading goes on"


def test_doctor_finds_the_damage_that_runs_would_meet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path))
    with build() as services:
        queue(services.store)
    assert _store_check()["detail"] == "SQLite, embedded, 1 run"
    with sqlite3.connect(tmp_path / "technic.db") as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'runs'").fetchone()
    connection.close()
    with (tmp_path / "technic.db").open("r+b") as damaged:
        damaged.seek((root - 1) * size)
        damaged.write(bytes(size))
    assert run("runs").exit_code == Exit.FAILED
    found = _store_check()
    assert not found["ok"]
    assert "damaged" in found["detail"]


def _store_check() -> dict:
    (found,) = [item for item in json.loads(run("doctor", "--json").stdout) if item["check"] == "store"]
    return found


def test_a_backup_is_made_and_restored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path / "home"))
    kept = tmp_path / "kept.db"
    with build() as services:
        queue(services.store)
        assert json.loads(run("backup", str(kept), "--json").stdout) == {"file": str(kept), "runs": 1}
        again = run("backup", str(kept))
        assert again.exit_code == Exit.USAGE
        assert "exists already" in again.stderr
        queue(services.store)
        assert "Add --yes" in run("restore", str(kept)).stderr
        assert sum(services.service.count_by_status().values()) == 2
        restored = json.loads(run("restore", str(kept), "--yes", "--json").stdout)
        assert restored["runs"] == 1
        assert Path(restored["kept"]).exists()
        assert sum(services.service.count_by_status().values()) == 1


def test_a_store_is_not_restored_under_active_workers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path / "home"))
    run("backup", str(tmp_path / "kept.db"))
    with build() as services:
        now = services.clock.now()
        services.store.stamp_worker(WorkerInfo("w", "host", 1, now, now, None))
        refused = run("restore", str(tmp_path / "kept.db"), "--yes")
    assert refused.exit_code == Exit.FAILED
    assert "1 worker active; stop them first" in refused.stderr


def test_a_misspelled_setting_is_named_at_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path))
    monkeypatch.setenv("TECHNIC_MAX_RUNS", "3")
    warning = "Warning: TECHNIC_MAX_RUNS is not a setting and has no effect; the nearest setting is TECHNIC_"
    for words in (("worker",), ("scan", "--source", "nowhere")):
        assert warning in run(*words).stderr, words
    (found,) = [item for item in json.loads(run("doctor", "--json").stdout) if item["check"] == "settings"]
    assert (found["ok"], "TECHNIC_MAX_RUNS" in found["detail"]) == (False, True)


def test_a_home_in_a_file_system_that_is_read_only_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path))
    with build() as services:
        queue(services.store)
    opened: list[str] = []
    connect = sqlite3.connect

    def noted(path: str, **options: object) -> sqlite3.Connection:
        opened.append(path)
        return connect(path, **options)  # type: ignore[call-overload, no-any-return]

    def refused(path: Path, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY))
    monkeypatch.setattr(sqlite3, "connect", noted)
    monkeypatch.setattr(Path, "touch", refused)
    found = json.loads(run("runs", "--json").stdout)
    assert len(found) == 1
    assert all(path.endswith("?mode=ro&immutable=1") for path in opened)
    assert "cannot be written" in run("scan", "--source", "sample").stderr
    # What a writer had not put into the file yet must not be left out without a word.
    (tmp_path / "technic.db-wal").write_bytes(b"a log")
    opened.clear()
    run("runs")
    assert not any("immutable" in path for path in opened)
