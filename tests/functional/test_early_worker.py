"""A scan's command starts its worker before it loads: one worker does the run, and none is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil
import pytest

from technic_scanner.bootstrap import build
from technic_scanner.domain.run import RunStatus
from technic_scanner.settings import load_settings

TEST_SECONDS = 240.0
SCAN = ("scan", "--source", "synthetic", "--universe", "20x300")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("TECHNIC_")}
    return own | {"TECHNIC_HOME": str(tmp_path / "home")}


def ended(environment: Mapping[str, str], *words: str) -> tuple[int, str]:
    """Run a command; return its code and the workers' log once no worker of its is left."""
    process = subprocess.Popen([sys.executable, "-P", "-m", "technic_scanner.cli.main", *words], env=environment)
    code = process.wait(TEST_SECONDS)
    workers = [other for other in psutil.process_iter() if f"--ahead-of {process.pid}" in " ".join(_words(other))]
    psutil.wait_procs(workers, TEST_SECONDS)
    log = Path(environment["TECHNIC_HOME"]) / "logs" / "worker.log"
    return code, log.read_text() if log.exists() else ""


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_one_worker_does_the_run_and_leaves(environment: dict[str, str]) -> None:
    code, log = ended(environment, *SCAN)
    assert code == 0
    assert [line for line in log.splitlines() if line.endswith("executed.")] == ["1 run executed."]
    with build(load_settings(home=environment["TECHNIC_HOME"])) as services:
        (run,) = services.service.list().records
        assert run.status is RunStatus.SUCCEEDED
        assert not services.store.workers(run.created_at)


def test_it_leaves_when_the_command_queues_nothing(environment: dict[str, str]) -> None:
    code, log = ended(environment, "scan", "--where", "rsi(")
    assert code == 2
    assert [line for line in log.splitlines() if line.endswith("executed.")] == ["0 runs executed."]


def test_a_detached_run_is_done_after_the_command_has_left(environment: dict[str, str]) -> None:
    code, log = ended(environment, *SCAN, "--detach")
    assert code == 0
    assert [line for line in log.splitlines() if line.endswith("executed.")] == ["1 run executed."]


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        (("replay", *SCAN[1:], "--from", "2024-03-01", "--to", "2024-05-31"), 3),
        (("sweep", *SCAN[1:], "--where", "let n = 10 # 10..20 step 10\nclose > sma(close, n)"), 1),
    ],
    ids=["replay", "sweep"],
)
def test_the_runs_of_other_commands_are_done_too(environment: dict[str, str], words: Sequence[str], runs: int) -> None:
    code, log = ended(environment, *words)
    assert code == 0
    executed = [int(line.split()[0]) for line in log.splitlines() if line.endswith("executed.")]
    assert sum(executed) == runs


def test_help_starts_nothing(environment: dict[str, str]) -> None:
    code, log = ended(environment, "scan", "--help")
    assert (code, log) == (0, "")
