"""The worker that a scan's command starts before it is loaded itself: whether, how, and that no fault of it is seen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from technic_scanner.bootstrap import early_worker
from technic_scanner.bootstrap.early_worker import start_early_worker

Started = list[subprocess.Popen[bytes]]


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Started:
    """Processes that say what they were started with, instead of workers; the home is ``tmp_path``."""
    processes: Started = []

    def start(command: list[str], log_dir: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        say = "import os, sys; print(*sys.argv[1:], os.environ['TECHNIC_HOME'])"
        words = [sys.executable, "-S", "-c", say, *command[-2:]]
        with (log_dir / "worker.log").open("ab") as log:
            processes.append(subprocess.Popen(words, env=environment, stdout=log))
        return processes[-1]

    monkeypatch.setattr(early_worker, "start_worker", start)
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path))
    return processes


def test_it_waits_for_the_run_of_this_process_and_counts_as_starting(started: Started, tmp_path: Path) -> None:
    start_early_worker()
    (child,) = started
    assert child.wait(120) == 0
    assert (tmp_path / "logs" / "worker.log").read_text() == f"--ahead-of {os.getpid()} {tmp_path}\n"
    ((pid, _),) = json.loads((tmp_path / "logs" / "starting.json").read_text())
    assert pid == child.pid


@pytest.mark.parametrize("name", ["{own}", "{own}.{own}"])
def test_none_is_started_where_one_waits(started: Started, tmp_path: Path, name: str) -> None:
    (tmp_path / "waiting").mkdir()
    (tmp_path / "waiting" / f"{name.format(own=os.getpid())}.pipe").touch()
    start_early_worker()
    assert not started


@pytest.mark.parametrize("name", ["{ended}", "{own}.{ended}"])
def test_one_that_was_killed_or_leaves_with_the_command_before_is_not_relied_on(
    started: Started, tmp_path: Path, name: str
) -> None:
    with subprocess.Popen([sys.executable, "-S", "-c", ""]) as ended:
        pass
    (tmp_path / "waiting").mkdir()
    (tmp_path / "waiting" / f"{name.format(own=os.getpid(), ended=ended.pid)}.pipe").touch()
    start_early_worker()
    (child,) = started
    assert child.wait(120) == 0


@pytest.mark.parametrize("variable", ["TECHNIC_HOME", "TECHNIC_PORT"])
def test_a_fault_is_left_to_the_command(
    started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv(variable, str(file))
    start_early_worker()
    assert not started
