"""Starting from a folder whose files are named like the modules that we import: the libraries are used, not those."""

from __future__ import annotations

import os
import re
import subprocess
from importlib.metadata import requires
from pathlib import Path

import pytest

from tests.functional.api.server_process import INSTALLED, ServerProcess

# Of the standard library, those that Python itself has not yet loaded when a program begins.
STANDARD = ("types", "typing", "dataclasses", "json", "socket", "sqlite3", "ssl", "random", "queue", "email", "http")
LIBRARIES = ("click", "rich", "starlette", "anyio", "h11", "pydantic_core", "pydantic_settings", "greenlet", "tornado")
WHERE = "a file of the folder was run instead of the library"


@pytest.fixture
def crowded(tmp_path: Path) -> Path:
    """A folder with a module for each of our dependencies, and some more; each ends the program that imports it."""
    folder = tmp_path / "project"
    folder.mkdir()
    required = [re.split(r"[^\w.-]", item)[0].replace("-", "_").lower() for item in requires("technic-scanner") or ()]
    for name in {*required, *STANDARD, *LIBRARIES, "technic_scanner", "sitecustomize"}:
        (folder / f"{name}.py").write_text(f"raise SystemExit({f'{name}: {WHERE}'!r})\n")
    return folder


@pytest.mark.parametrize("command", ["serve", "api"])
def test_a_server_uses_its_libraries(command: str, crowded: Path, tmp_path: Path) -> None:
    server = ServerProcess(tmp_path, command, folder=crowded)
    try:
        server.wait_until_ready()
    finally:
        server.kill()
    assert WHERE not in server.log.read_text()


@pytest.mark.parametrize("executor", ["local", "dask"])
def test_a_scan_and_its_worker_use_their_libraries(executor: str, crowded: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TECHNIC_")}
    words = [str(INSTALLED), "scan", "--source", "synthetic", "--universe", "60x300", "--executor", executor, "--json"]
    done = subprocess.run(
        words,
        cwd=crowded,
        env=environment | {"TECHNIC_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    log = (tmp_path / "home" / "logs" / "worker.log").read_text()
    assert WHERE not in done.stderr + log
