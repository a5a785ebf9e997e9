"""Runs the examples of docs/api.md as they stand, against a real server and real workers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from technic_scanner.api.app import _ROUTERS
from tests.functional.api.server_process import ServerProcess

# One worker for all of it: what they share is set up once.
pytestmark = pytest.mark.xdist_group("docs_examples")
PAGE = Path(__file__).resolve().parents[3] / "docs" / "api.md"
TOKEN = "a-token-of-enough-letters"
RUNNERS = {
    "bash": ("curl", [shutil.which("bash") or "bash", "-euo", "pipefail"]),
    "python": ("python", [sys.executable]),
    "javascript": ("node", ["node", "--input-type=module"]),
}
EXAMPLE = re.compile(r"^```(bash|python|javascript)\n(.*?)^```\n<!-- prints: (.*?) -->", re.MULTILINE | re.DOTALL)
EXAMPLES = EXAMPLE.findall(PAGE.read_text())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    served = ServerProcess(tmp_path_factory.mktemp("docs"), api_tokens=f"ann:{TOKEN}")
    try:
        served.wait_until_ready()
        yield served
        wait_for_the_workers(served)
    finally:
        served.kill()


def wait_for_the_workers(server: ServerProcess) -> None:
    """Let the launched workers go home before their store goes."""
    with httpx.Client(base_url=server.base_url, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        while client.get("/workers").json()["workers"]:
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("language", "code", "prints"),
    EXAMPLES,
    ids=[f"{language}-{index}" for index, (language, *_) in enumerate(EXAMPLES)],
)
def test_the_example_runs_as_it_stands(server: ServerProcess, language: str, code: str, prints: str) -> None:
    tool, command = RUNNERS[language]
    if tool != "python" and shutil.which(tool) is None:
        reason = f"{tool} is not installed"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    done = subprocess.run(  # noqa: PLW1510 - the outcome is asserted with the server log
        command,
        input=code,
        env=os.environ | {"TECHNIC": server.base_url, "TECHNIC_TOKEN": TOKEN},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr + server.log.read_text()
    assert prints.strip() in done.stdout


def test_there_is_an_example_in_each_language() -> None:
    assert {language for language, _, _ in EXAMPLES} == set(RUNNERS)


def test_every_operation_is_in_the_table() -> None:
    text = PAGE.read_text()
    paths = {route.path for module in _ROUTERS for route in module.router.routes}
    missing = [path for path in sorted(paths) if path.replace("{run_id}", "{id}") not in text and not _shortened(path)]
    assert not missing


def _shortened(path: str) -> bool:
    return path in ("/scans/{run_id}/results.parquet", "/scans/{run_id}/results.xlsx")
