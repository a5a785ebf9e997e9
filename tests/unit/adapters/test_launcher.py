"""The launcher over processes that only wait: how many it starts, and what becomes of those that die."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import psutil
import pytest

from technic_scanner.adapters import launcher as module
from technic_scanner.adapters import worker_process
from technic_scanner.adapters.launcher import Demand, WorkerLauncher
from technic_scanner.adapters.worker_process import worker_arrived, worker_command
from technic_scanner.clock import ManualClock
from technic_scanner.errors import StoreUnavailableError
from technic_scanner.runs.model import WorkerInfo
from technic_scanner.runs.worker.idle import RETIRED

Popen = subprocess.Popen
AT = datetime(2026, 1, 2, tzinfo=UTC)
WAITING = (sys.executable, "-S", "-c", "import signal; signal.pause()")
FAILING = (sys.executable, "-S", "-c", "raise SystemExit(3)")


class Yard:
    """A launcher's folder, clock and demand; ``workers`` says who is alive as the store would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "logs"
        self.clock = ManualClock()
        self.queued = 0
        self.workers: list[WorkerInfo] = []
        self.launched: list[subprocess.Popen[bytes]] = []
        self.rung: list[int] = []

    def launcher(self, max_workers: int = 2, standby_workers: int = 0) -> WorkerLauncher:
        demand = lambda: Demand(self.queued, tuple(self.workers))
        return WorkerLauncher(
            demand,
            max_workers,
            self.folder,
            {**os.environ, "TECHNIC_MARK": "yes"},
            self.clock,
            wake=lambda: self.rung.append(len(self.launched)),
            standby_workers=standby_workers,
        )

    def living(self) -> list[subprocess.Popen[bytes]]:
        """The launched processes that have not ended."""
        return [process for process in self.launched if process.returncode is None]

    def arrive(self, pid: int, run_id: str | None = None, host: str | None = None) -> None:
        """Let a worker say that it lives."""
        self.workers.append(WorkerInfo(f"w{pid}", host or socket.gethostname(), pid, AT, AT, run_id))


@pytest.fixture
def yard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Yard]:
    made = Yard(tmp_path)

    def launch(*words: object, **options: object) -> subprocess.Popen[bytes]:
        made.launched.append(Popen(*words, **options))  # type: ignore[call-overload]
        return made.launched[-1]

    monkeypatch.setattr(module, "worker_command", lambda: WAITING)
    monkeypatch.setattr(module.subprocess, "Popen", launch)
    yield made
    for process in made.launched:
        process.kill()
        process.wait(60)


@pytest.mark.parametrize(
    ("queued", "idle", "busy", "launched"),
    [
        (0, 0, 0, 0),
        (1, 0, 0, 1),
        (2, 0, 0, 2),
        (9, 0, 0, 3),
        (1, 1, 0, 0),
        (2, 1, 0, 1),
        (1, 0, 1, 1),
        (5, 0, 2, 1),
        (5, 0, 3, 0),
        (5, 2, 2, 0),
    ],
)
def test_as_many_start_as_runs_wait_and_places_are_free(
    yard: Yard, queued: int, idle: int, busy: int, launched: int
) -> None:
    yard.queued = queued
    for number in range(idle + busy):
        yard.arrive(10_000_000 + number, None if number < idle else f"run-{number}", "another-host")
    yard.launcher(max_workers=3).ensure_worker()
    assert len(yard.living()) == launched


def test_a_worker_that_has_ended_before_it_is_looked_at_is_a_failed_start(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(pid: int) -> object:
        raise psutil.NoSuchProcess(pid)

    monkeypatch.setattr(module, "worker_command", lambda: FAILING)
    yard.queued = 1
    launcher = yard.launcher()
    with monkeypatch.context() as patched:
        patched.setattr(psutil, "Process", gone)
        launcher.ensure_worker()
    yard.launched[0].wait(120)
    launcher.ensure_worker()
    launcher.ensure_worker()
    assert len(yard.launched) == 1, "the next one waits, as after any failed start"


def test_a_worker_that_ends_is_reaped_though_nobody_asks(yard: Yard) -> None:
    yard.queued = 1
    yard.launcher().ensure_worker()
    (child,) = yard.launched
    child.kill()
    give_up = time.monotonic() + 60
    while psutil.pid_exists(child.pid):  # a process that nobody has reaped is still there
        assert time.monotonic() < give_up
        os.sched_yield()


def test_asking_again_starts_no_crowd(yard: Yard) -> None:
    launcher = yard.launcher()
    yard.queued = 1
    for _ in range(20):
        launcher.ensure_worker()
    (child,) = yard.living()
    yard.arrive(child.pid)  # it lives, and has not claimed the run yet
    launcher.ensure_worker()
    assert yard.living() == [child]
    yard.queued, yard.workers = 5, []
    yard.arrive(child.pid, "run-1")
    launcher.ensure_worker()
    assert len(yard.living()) == 2


def test_many_doors_of_one_machine_start_one_worker_for_one_run(yard: Yard) -> None:
    yard.queued = 1
    doors = [yard.launcher(max_workers=8) for _ in range(8)]
    together = Barrier(len(doors))

    def knock(launcher: WorkerLauncher) -> None:
        together.wait(120)
        launcher.ensure_worker()

    with ThreadPoolExecutor(len(doors)) as pool:
        list(pool.map(knock, doors))
    assert len(yard.living()) == 1


def test_a_worker_that_has_arrived_is_counted_by_the_store_alone(yard: Yard) -> None:
    yard.queued = 1
    launcher = yard.launcher()
    launcher.ensure_worker()
    (child,) = yard.living()
    worker_arrived(yard.folder, child.pid)
    # It has gone from the store again and its process is still ending: a run that is queued now needs another one.
    launcher.ensure_worker()
    assert len(yard.living()) == 2


def test_a_worker_that_arrives_where_nobody_launched_it_writes_no_list(tmp_path: Path) -> None:
    worker_arrived(tmp_path / "logs", os.getpid())
    assert not (tmp_path / "logs").exists()


def test_a_worker_that_dies_before_it_claims_is_replaced(yard: Yard, caplog: pytest.LogCaptureFixture) -> None:
    launcher = yard.launcher()
    yard.queued = 1
    launcher.ensure_worker()
    (child,) = yard.living()
    os.kill(child.pid, signal.SIGKILL)
    child.wait(60)
    launcher.ensure_worker()
    assert yard.living() == []
    assert f"{child.pid} ended with code -9" in caplog.text
    yard.clock.advance(5.0)
    launcher.ensure_worker()
    assert len(yard.living()) == 1


def test_a_worker_that_dies_at_its_work_is_replaced_at_once(yard: Yard) -> None:
    launcher = yard.launcher()
    yard.queued = 1
    launcher.ensure_worker()
    (child,) = yard.living()
    worker_arrived(yard.folder, child.pid)
    os.kill(child.pid, signal.SIGKILL)
    child.wait(60)
    launcher.ensure_worker()
    assert len(yard.living()) == 1


def test_another_door_replaces_it_at_once_though_nobody_has_buried_it(yard: Yard) -> None:
    yard.queued = 1
    yard.launcher().ensure_worker()
    (child,) = yard.living()
    os.kill(child.pid, signal.SIGKILL)
    child.wait(60)
    yard.launcher().ensure_worker()
    assert len(yard.launched) == 2


def test_workers_that_always_fail_are_tried_less_and_less_often(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "worker_command", lambda: FAILING)
    launcher = yard.launcher()
    yard.queued = 1
    launched_at: list[float] = []
    real = launcher._launch

    def launch() -> object:
        launched_at.append(yard.clock.monotonic())
        started = real()
        launcher._children[-1].wait(60)
        return started

    monkeypatch.setattr(launcher, "_launch", launch)
    for _ in range(300):
        launcher.ensure_worker()
        yard.clock.advance(1.0)
    assert launched_at == [0.0, 6.0, 17.0, 38.0, 79.0, 140.0, 201.0, 262.0]


def test_a_torn_book_is_begun_anew(yard: Yard, caplog: pytest.LogCaptureFixture) -> None:
    yard.folder.mkdir(parents=True)
    (yard.folder / "starting.json").write_text("[[12, ")
    yard.queued = 1
    yard.launcher().ensure_worker()
    assert len(yard.living()) == 1
    assert "unreadable" in caplog.text


def test_a_process_that_has_the_number_of_a_dead_one_is_not_mistaken(yard: Yard) -> None:
    yard.folder.mkdir(parents=True)
    (yard.folder / "starting.json").write_text(f"[[{os.getpid()}, 1.0], [99999999, 1.0]]")
    yard.queued = 1
    yard.launcher().ensure_worker()
    assert len(yard.living()) == 1


def test_a_folder_that_cannot_be_written_is_told_and_not_raised(yard: Yard, caplog: pytest.LogCaptureFixture) -> None:
    yard.folder.touch()
    yard.queued = 1
    with caplog.at_level(logging.ERROR):
        yard.launcher().ensure_worker()
    assert "no worker could be started" in caplog.text


def test_a_store_that_is_away_is_the_callers_matter(yard: Yard) -> None:
    def away() -> Demand:
        raise StoreUnavailableError("locked")

    launcher = WorkerLauncher(away, 2, yard.folder, os.environ, yard.clock)
    with pytest.raises(StoreUnavailableError):
        launcher.ensure_worker()


def test_a_worker_is_detached_and_gets_its_environment(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    say = "import os; print(os.environ['TECHNIC_MARK'], os.getsid(0) == os.getpid())"
    monkeypatch.setattr(module, "worker_command", lambda: (sys.executable, "-S", "-c", say))
    yard.queued = 1
    yard.launcher().ensure_worker()
    assert yard.launched[0].wait(120) == 0
    assert (yard.folder / "worker.log").read_text() == "yes True\n"


def test_a_log_that_has_grown_large_is_put_aside(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_process, "_LOG_BYTES", 100)
    yard.folder.mkdir(parents=True)
    (yard.folder / "worker.log").write_bytes(b"x" * 101)
    (yard.folder / "worker.log.1").write_bytes(b"older")
    yard.queued = 1
    yard.launcher().ensure_worker()
    assert (yard.folder / "worker.log.1").read_bytes() == b"x" * 101
    assert (yard.folder / "worker.log").exists()


def test_the_command_is_this_installations_worker() -> None:
    command = worker_command()
    assert command[:3] == [sys.executable, "-P", "-m"]  # -P: nothing is imported from the current folder
    assert command[-1] == "worker"


def test_waiting_workers_are_woken_before_any_is_launched(yard: Yard) -> None:
    yard.queued = 1
    yard.launcher().ensure_worker()
    assert yard.rung == [0]
    assert len(yard.living()) == 1


def test_a_killed_worker_of_this_host_does_not_count_as_idle(yard: Yard) -> None:
    launcher = yard.launcher(max_workers=1)
    yard.queued = 1
    launcher.ensure_worker()
    (child,) = yard.living()
    yard.arrive(child.pid)
    worker_arrived(yard.folder, child.pid)
    os.kill(child.pid, signal.SIGKILL)
    child.wait(60)
    launcher.ensure_worker()
    assert len(yard.living()) == 1


@pytest.mark.parametrize(("wanted", "limit", "launched"), [(0, 2, 0), (1, 2, 1), (2, 2, 2), (5, 2, 2)])
def test_a_server_keeps_as_many_standby_workers_as_are_set_and_may_run(
    yard: Yard, wanted: int, limit: int, launched: int
) -> None:
    launcher = yard.launcher(limit, wanted)
    for _ in range(3):
        launcher.ensure_standby()
    assert len(yard.living()) == launched


def test_workers_of_other_hosts_do_not_stand_by_for_this_one(yard: Yard) -> None:
    yard.arrive(10_000_000, host="another-host")
    yard.launcher(standby_workers=1).ensure_standby()
    assert len(yard.living()) == 1


def test_a_standby_worker_is_told_for_whom_it_stays(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    say = "import sys; print(*sys.argv[1:])"
    monkeypatch.setattr(module, "worker_command", lambda: (sys.executable, "-S", "-c", say))
    launcher = yard.launcher(standby_workers=1)
    launcher.ensure_standby()
    assert yard.launched[0].wait(120) == 0
    assert (yard.folder / "worker.log").read_text() == f"--standby-for {os.getpid()}\n"


def test_only_as_many_workers_as_are_set_stay_and_the_others_leave_after_a_minute(yard: Yard) -> None:
    launcher = yard.launcher(max_workers=3, standby_workers=1)
    launcher.ensure_standby()
    yard.queued = 3
    launcher.ensure_worker()
    options = [" ".join(map(str, process.args[len(WAITING) :])) for process in yard.launched]  # type: ignore[index]
    for_us = f"--standby-for {os.getpid()}"
    assert options == [for_us, *[f"{for_us} --for-seconds 60"] * 2]


def test_a_worker_that_leaves_after_a_minute_is_no_reason_to_do_without_a_standby_worker(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher = yard.launcher(standby_workers=1)
    launcher.ensure_standby()
    standing = yard.launched[0]
    worker_arrived(yard.folder, standing.pid)
    yard.arrive(standing.pid, run_id="busy")
    monkeypatch.setattr(module, "worker_command", lambda: (*WAITING[:-1], "pass"))
    yard.queued = 1
    launcher.ensure_worker()
    assert yard.launched[1].wait(120) == 0
    worker_arrived(yard.folder, yard.launched[1].pid)
    standing.kill()
    standing.wait(120)
    yard.queued, yard.workers = 0, []
    monkeypatch.setattr(module, "worker_command", lambda: WAITING)
    launcher.ensure_standby()
    assert len(yard.living()) == 1


def test_a_standby_worker_that_is_silent_on_a_busy_machine_gets_no_other_one_beside_it(yard: Yard) -> None:
    launcher = yard.launcher(standby_workers=1)
    launcher.ensure_standby()
    worker_arrived(yard.folder, yard.launched[0].pid)  # and its heartbeat has grown too old since
    launcher.ensure_standby()
    assert len(yard.living()) == 1
    yard.queued = 1
    launcher.ensure_worker()
    assert len(yard.living()) == 2, "a queued run does not wait for it"


@pytest.mark.parametrize("code", [RETIRED, -signal.SIGKILL])
def test_a_standby_worker_that_retires_or_dies_is_replaced(
    yard: Yard, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher = yard.launcher(standby_workers=1)
    monkeypatch.setattr(module, "worker_command", lambda: (*WAITING[:-1], f"import os; {_end(code)}"))
    launcher.ensure_standby()
    child = yard.launched[0]
    worker_arrived(yard.folder, child.pid)
    assert child.wait(120) == code
    monkeypatch.setattr(module, "worker_command", lambda: WAITING)
    launcher.ensure_standby()
    assert len(yard.living()) == 1


def _end(code: int) -> str:
    return f"os._exit({code})" if code > 0 else f"os.kill(os.getpid(), {-code})"


def test_one_that_left_after_a_long_idle_time_comes_back_with_the_next_run(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher = yard.launcher(standby_workers=1)
    monkeypatch.setattr(module, "worker_command", lambda: (*WAITING[:-1], "pass"))
    launcher.ensure_standby()
    assert yard.launched[0].wait(120) == 0
    worker_arrived(yard.folder, yard.launched[0].pid)
    monkeypatch.setattr(module, "worker_command", lambda: WAITING)
    launcher.ensure_standby()
    assert yard.living() == []
    yard.queued = 1
    launcher.ensure_standby()
    launcher.ensure_worker()
    assert len(yard.living()) == 1
