"""A server's standby worker: it takes the runs, is replaced when it is killed, and ends with its server."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from technic_scanner.bootstrap import build
from technic_scanner.clock import SystemClock
from technic_scanner.domain.config import ScanConfig
from technic_scanner.settings import load_settings
from tests.functional.api.server_process import ServerProcess
from tests.functional.run_stores import database_url, postgres_server

__all__ = ["database_url", "postgres_server"]

CONFIG = {"source": "synthetic", "universe": "30x300"}
LONG_SECONDS = 120.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    served = ServerProcess(tmp_path, "api", standby_workers=1)
    try:
        served.wait_until_ready()
        yield served
    finally:
        workers = _workers(served) if served.process.poll() is None else []
        served.kill()
        for worker in workers:
            wait_until(lambda pid=worker["pid"]: not _runs(pid))


def wait_until(true: Callable[[], Any]) -> Any:
    clock = SystemClock()
    end = clock.monotonic() + LONG_SECONDS
    while not (answer := true()):
        assert clock.monotonic() < end
        clock.sleep(0.02)
    return answer


def _workers(server: ServerProcess) -> list[dict[str, Any]]:
    return list(httpx.get(f"{server.base_url}/workers", timeout=60).json()["workers"])


def _runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def _scan(server: ServerProcess) -> dict[str, Any]:
    run_id = httpx.post(f"{server.base_url}/scans", json={"config": CONFIG}, timeout=60).json()["run_id"]
    ended = lambda: _ended(server, run_id)
    return dict(wait_until(ended))


def _ended(server: ServerProcess, run_id: str) -> dict[str, Any] | None:
    run = httpx.get(f"{server.base_url}/scans/{run_id}", timeout=60).json()
    return None if run["status"] in ("queued", "running") else run


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_takes_one_run_after_another_is_replaced_when_it_is_killed_and_ends_with_its_server(
    server: ServerProcess, number: int
) -> None:
    (worker,) = wait_until(lambda: _workers(server))
    runs = [_scan(server) for _ in range(3)]
    assert [(run["status"], run["worker_id"]) for run in runs] == [("succeeded", worker["worker_id"])] * 3
    assert [run["metrics"]["warm_worker"] for run in runs] == [True] * 3
    assert all(run["metrics"]["queue_seconds"] >= 0 for run in runs)
    assert [found["worker_id"] for found in _workers(server)] == [worker["worker_id"]]

    os.kill(worker["pid"], signal.SIGKILL)
    run = _scan(server)
    assert run["status"] == "succeeded"
    assert run["worker_id"] != worker["worker_id"]
    assert run["attempt"] == 1

    (successor,) = (found for found in _workers(server) if found["worker_id"] == run["worker_id"])
    server.process.send_signal(number)
    server.process.wait(LONG_SECONDS)
    wait_until(lambda: not _runs(successor["pid"]))


def test_a_server_without_standby_workers_starts_none(tmp_path: Path) -> None:
    served = ServerProcess(tmp_path, "api", standby_workers=0)
    try:
        served.wait_until_ready()
        assert _scan(served)["status"] == "succeeded"
        wait_until(lambda: not _workers(served))
    finally:
        served.kill()


def test_whoever_queues_or_resumes_a_run_wakes_a_waiting_worker(database_url: str, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, database_url=database_url)
    with build(settings) as services, services.waiting() as idle:
        services.launcher._max_workers = 0  # so that nobody takes the run
        for queue in (_submit, _resume):
            waiting = threading.Thread(target=idle.wait, args=(LONG_SECONDS,))
            waiting.start()
            queue(services)
            waiting.join(LONG_SECONDS / 2)
            assert not waiting.is_alive()


def _submit(services: Any) -> None:
    services.service.submit(ScanConfig(**CONFIG))


def _resume(services: Any) -> None:
    (run,) = services.service.list().records
    services.service.cancel(run.run_id)
    services.service.resume(run.run_id)
