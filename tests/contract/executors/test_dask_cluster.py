"""What only a cluster can do wrong: lose a worker, lose one after the other, not be there, go away."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import dask.config
import pytest
from distributed import LocalCluster

from technic_scanner.adapters.executors import dask as adapter
from technic_scanner.adapters.executors.dask import DaskExecutor
from technic_scanner.errors import ExecutorError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.testing.executors import PANEL, chunks
from technic_scanner.testing.tasks import Deadly, Gated, RowMeans, first_started
from tests.contract.executors.conftest import cluster_of

pytestmark = pytest.mark.xdist_group("dask")


def test_a_worker_killed_in_the_middle_of_a_scan_is_survived(dask: DaskExecutor, tmp_path: Path) -> None:
    killed = []

    def kill() -> None:
        killed.append(first_started(tmp_path))
        os.kill(killed[0], signal.SIGKILL)
        (tmp_path / "open").touch()

    killer = threading.Thread(target=kill)
    killer.start()
    results = dict(dask.map_chunks(Gated(tmp_path), chunks(), CancelToken()))
    killer.join()
    assert killed[0] != os.getpid()
    expected = {index: RowMeans()(chunk).tobytes() for index, chunk in chunks()}
    assert {index: rows.tobytes() for index, rows in results.items()} == expected


def test_a_chunk_that_kills_every_worker_ends_the_scan_with_a_reason() -> None:
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}), cluster_of(2) as doomed:
        executor = DaskExecutor(doomed.scheduler_address)
        with pytest.raises(ExecutorError, match="died"):
            list(executor.map_chunks(Deadly(), chunks(size=60), CancelToken()))
        executor.close()


def test_a_cluster_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "CONNECT_SECONDS", 1)
    with pytest.raises(ExecutorError, match=r"tcp://127\.0\.0\.1:1 could not be reached"):
        list(DaskExecutor("tcp://127.0.0.1:1").map_chunks(RowMeans(), chunks(), CancelToken()))


def test_a_cluster_without_workers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with cluster_of(0) as idle:
        executor = DaskExecutor(idle.scheduler_address)
        executor._connect()
        # Only the wait for workers is cut short: on a busy machine the connection may take its time.
        monkeypatch.setattr(adapter, "CONNECT_SECONDS", 1)
        with pytest.raises(ExecutorError, match="has no workers"):
            list(executor.map_chunks(RowMeans(), chunks(), CancelToken()))
        executor.close()


def test_a_scheduler_that_goes_away_ends_the_scan_with_a_reason(tmp_path: Path) -> None:
    leaving: LocalCluster = cluster_of(2)
    executor = DaskExecutor(leaving.scheduler_address)

    def leave() -> None:
        first_started(tmp_path)
        leaving.close(timeout=120)

    leaver = threading.Thread(target=leave)
    leaver.start()
    try:
        with pytest.raises(ExecutorError, match="lost"):
            list(executor.map_chunks(Gated(tmp_path), chunks(), CancelToken()))
    finally:
        (tmp_path / "open").touch()
        leaver.join()
        executor.close()


def test_without_an_address_processes_of_this_machine_do_the_work_and_end_with_it(tmp_path: Path) -> None:
    executor = DaskExecutor(None, workers=2)
    (tmp_path / "open").touch()
    results = list(executor.map_chunks(Gated(tmp_path), chunks(), CancelToken()))
    assert len(results) == PANEL.shape[0] // 5
    workers = {int(path.stem) for path in tmp_path.glob("*.started")}
    assert os.getpid() not in workers
    executor.close()
    assert all(not Path(f"/proc/{pid}").exists() for pid in workers)
