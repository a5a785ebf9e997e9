"""An SQLite file gives its space back when runs are deleted."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.clock import ManualClock
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import PrunePolicy, RunEnd
from technic_scanner.testing.stores.samples import event, running


def test_an_sqlite_file_gives_its_space_back(
    tmp_path: Path, opened: Callable[..., SqlStore], clock: ManualClock
) -> None:
    store = opened(f"sqlite:///{tmp_path / 'runs.db'}")
    for _ in range(20):
        run = running(store)
        store.append_events(run.run_id, 1, [event(run.run_id, seq, message="x" * 20_000) for seq in range(1, 6)])
        store.finish(run.run_id, "w1", 1, RunEnd(RunStatus.FAILED), None)

    def pages(what: str) -> int:
        with closing(sqlite3.connect(tmp_path / "runs.db")) as connection:
            return int(connection.execute(f"PRAGMA {what}").fetchone()[0])

    before = pages("page_count")
    store.prune(PrunePolicy(keep_runs=0), dry_run=False)

    assert pages("freelist_count") == 0
    assert pages("page_count") < before / 5
