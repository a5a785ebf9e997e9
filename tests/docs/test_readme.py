"""The README as a newcomer reads it: a copy of the checkout, a bare environment, its commands in its order."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from tests.support.checkout import ROOT, copy_checkout
from tests.support.ports import ReservedPort

README = (ROOT / "README.md").read_text()
SHELL = [block.strip().splitlines() for block in re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)]
PYTHON = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SET_UP_SECONDS = 900.0
# One worker for all of it: the folder is set up once, which is most of the time.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500), pytest.mark.xdist_group("newcomer")]


class Newcomer:
    """Somebody with the checkout in ``folder``, a home of their own, and nothing of this test's environment."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        # MAKE...: what this suite's own make was told would be told to the newcomer's.
        ours = ("TECHNIC_", "PYTEST_", "CI", "MAKE", "MFLAGS")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        own = str(Path(sys.prefix) / "bin")
        path = os.pathsep.join(part for part in kept["PATH"].split(os.pathsep) if part != own)
        kept.pop("VIRTUAL_ENV", None)
        # The Makefile's PYTHON: the one that this suite runs on.
        self.environment = kept | {"PATH": path, "TECHNIC_HOME": str(home), "PYTHON": sys._base_executable}

    def run(self, command: list[str] | str, seconds: float = 240.0) -> subprocess.CompletedProcess[str]:
        """Run to the end; the exit code must be 0."""
        done = subprocess.run(
            command,
            shell=isinstance(command, str),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done

    @contextmanager
    def serving(self, command: list[str], log: Path) -> Iterator[str]:
        """Start a server in a session of its own and wait until it is healthy; afterwards end all of it.

        ``{port}`` in the command stands for the port that it is to serve.
        """
        port = ReservedPort()
        url = f"http://127.0.0.1:{port.number}"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [word.format(port=port.number) for word in command],
                cwd=self.folder,
                env=self.environment,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        try:
            give_up = time.monotonic() + SET_UP_SECONDS
            while not answers(f"{url}/_stcore/health"):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < give_up, log.read_text()
                time.sleep(0.1)
            yield url
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            port.close()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return str(answer.read().decode())


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    """The files that git knows or would take, in a fresh folder."""
    folder = tmp_path_factory.mktemp("clone")
    copy_checkout(folder)
    return Newcomer(folder, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def dashboard(newcomer: Newcomer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What ``make dashboard`` serves in the fresh folder, by path; afterwards the folder is set up for the others."""
    log = tmp_path_factory.mktemp("logs") / "dashboard.log"
    with newcomer.serving(["make", "dashboard", "PORT={port}"], log) as url:
        return {path: read(f"{url}{path}") for path in ("/", "/api/sources", "/api/health/ready")}


def test_it_opens_with_the_two_commands() -> None:
    first, second = (line.split("#")[0].split() for line in SHELL[0])
    assert (first, second) == (["make", "dashboard"], ["make", "test"])


def test_the_tests_of_a_group_share_a_process(request: pytest.FixtureRequest) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        assert request.node.nodeid.endswith("@newcomer"), "xdist does not group: each worker would set up its own"


def test_make_dashboard_serves_the_dashboard_and_the_api(dashboard: dict[str, str]) -> None:
    assert "<title>Streamlit</title>" in dashboard["/"]
    assert '"sample"' in dashboard["/api/sources"]
    assert '"status"' in dashboard["/api/health/ready"]


@pytest.mark.usefixtures("dashboard")
def test_streamlit_run_serves_the_dashboard_too(newcomer: Newcomer, tmp_path: Path) -> None:
    command = [".venv/bin/streamlit", "run", "dashboard.py", "--server.port", "{port}"]
    with newcomer.serving(command, tmp_path / "log") as url:
        assert "<title>Streamlit</title>" in read(url)


@pytest.mark.usefixtures("dashboard")
@pytest.mark.parametrize("code", PYTHON, ids=range(len(PYTHON)))
def test_the_python_examples_print_picks(newcomer: Newcomer, code: str) -> None:
    printed = newcomer.run([".venv/bin/python", "-c", code]).stdout
    assert "Scan complete." in printed
    assert "symbol_scanning" in printed or "Symbol" in printed


@pytest.mark.usefixtures("dashboard")
def test_the_command_lines_run_as_they_stand(newcomer: Newcomer) -> None:
    commands = [line for block in SHELL[1:] for line in block]
    assert len(commands) >= 3
    for command in commands:
        newcomer.run(command)
    picks = pd.read_csv(newcomer.folder / "picks.csv")
    assert 0 < len(picks) <= 10
    assert set(picks["Sector"]) == {"Information Technology"}
    assert picks[["Entry", "Stop", "Target"]].notna().all(axis=None)


@pytest.mark.usefixtures("dashboard")
def test_make_test_runs_tests(newcomer: Newcomer) -> None:
    # One test file: the whole suite would come here again.
    done = newcomer.run(["make", "test", "ARGS=tests/unit/progress/test_text.py"], SET_UP_SECONDS)
    assert re.search(r"\d+ passed", done.stdout)
