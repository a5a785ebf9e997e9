"""Doors that launch real workers: runs outlive who queued them, and a worker that dies is noticed and replaced."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from technic_scanner.bootstrap import Services, build
from technic_scanner.clock import SystemClock
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.runs.stale_runs import StaleSweep
from technic_scanner.runs.worker.heartbeat import BEAT_SECONDS
from technic_scanner.settings import load_settings
from tests.support.quiet import without_workers

CONFIG = ScanConfig(source="synthetic", universe="900x600", top_n=5)
DOORS = 2
RUNS_EACH = 2
# Ten heartbeats: a machine that is busy with other tests may keep a living worker from some of them.
STALE_SECONDS = 5.0


@pytest.fixture(autouse=True)
def no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """What workers are told must come from the services that launch them."""
    for name in [name for name in os.environ if name.startswith("TECHNIC_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Services whose workers are real; the workers end with the test."""
    made = build(load_settings(home=tmp_path, stale_after_seconds=STALE_SECONDS))
    yield made
    for child in made.service._upkeep._launcher._children:
        child.terminate()
        child.wait()
    made.close()


def wait_until(true: Callable[[], object], seconds: float = 120.0) -> None:
    clock = SystemClock()
    end = clock.monotonic() + seconds
    while not true():
        assert clock.monotonic() < end
        clock.sleep(0.02)


def queue_and_die(home: str) -> None:
    """Queue runs through a door of this process's own, and be killed."""
    service = build(load_settings(home=home)).service
    for _ in range(RUNS_EACH):
        service.submit(CONFIG)
    os.kill(os.getpid(), signal.SIGKILL)


def test_runs_outlive_the_doors_that_queued_them_and_no_more_run_than_may(tmp_path: Path) -> None:
    reader = without_workers(tmp_path)
    context = multiprocessing.get_context("spawn")
    doors = [context.Process(target=queue_and_die, args=(str(tmp_path),)) for _ in range(DOORS)]
    for door in doors:
        door.start()
    most_running, most_waiting, pids = 0, 0, set()

    def all_done() -> bool:
        nonlocal most_running, most_waiting
        counts = reader.service.count_by_status()
        most_running = max(most_running, counts[RunStatus.RUNNING])
        most_waiting = max(most_waiting, counts[RunStatus.QUEUED])
        pids.update(worker.pid for worker in reader.service.workers())
        return counts[RunStatus.SUCCEEDED] == DOORS * RUNS_EACH

    wait_until(all_done)
    for door in doors:
        door.join()
    assert [door.exitcode for door in doors] == [-signal.SIGKILL] * DOORS
    assert most_waiting >= 1
    assert most_running <= 2
    assert len(pids) <= 2
    wait_until(lambda: not reader.service.workers())
    reader.close()


def test_a_worker_killed_in_the_middle_is_noticed_by_any_reader_and_replaced(services: Services) -> None:
    run_id = services.service.submit(CONFIG).run_id
    wait_until(lambda: services.service.get(run_id).last_seq >= 1)
    (worker,) = services.service.workers()
    os.kill(worker.pid, signal.SIGKILL)
    killed = services.clock.monotonic()
    reader = without_workers(services.settings.home, STALE_SECONDS)
    ended: list[RunRecord] = []

    def interrupted() -> bool:
        ended[:] = [reader.service.get(run_id)]
        return ended[0].status is not RunStatus.RUNNING

    wait_until(interrupted)
    # Two more seconds for a machine that is busy with other tests.
    assert services.clock.monotonic() - killed < STALE_SECONDS + StaleSweep.INTERVAL_SECONDS + 2.0
    assert ended[0].status is RunStatus.INTERRUPTED
    assert ended[0].status.can_resume
    reader.close()
    services.service.resume(run_id)
    wait_until(lambda: services.service.get(run_id).status.is_terminal)
    run = services.service.get(run_id)
    assert (run.status, run.attempt) == (RunStatus.SUCCEEDED, 2)
    assert worker.worker_id != run.worker_id


def test_by_default_a_dead_worker_is_noticed_within_15_seconds() -> None:
    # Its last heartbeat came before it died, so the longest wait is that for the age and that for the next look.
    assert load_settings().stale_after_seconds + StaleSweep.INTERVAL_SECONDS + BEAT_SECONDS < 15.0
