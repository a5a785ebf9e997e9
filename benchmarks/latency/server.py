"""Serve one version of this project from a folder of its own, and ask it for scans."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

_LIMIT_SECONDS = 300.0
_LOOK_SECONDS = 0.004
_GOING_ON = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Version:
    """The project as it is in the folder ``tree``, with a data folder of its own."""

    tree: Path
    home: Path

    def command_seconds(self, *words: str) -> float:
        """Run a command of the program in a process of its own; return its seconds. Raises CalledProcessError."""
        begun = time.perf_counter()
        subprocess.run(self.words(*words), env=self.environment(), cwd=self.tree, check=True, capture_output=True)
        return time.perf_counter() - begun

    def words(self, *words: str) -> Sequence[str]:
        """Return what starts the program."""
        return (sys.executable, "-P", "-m", "technic_scanner.cli.main", *words)

    def environment(self) -> dict[str, str]:
        """Return the environment of its processes, without settings of whoever measures."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TECHNIC_")}
        return kept | {"PYTHONPATH": str(self.tree), "TECHNIC_HOME": str(self.home)}


@dataclass(frozen=True, slots=True)
class Served:
    """A running server of one version at ``url``; ``client`` asks its API."""

    client: httpx.Client
    url: str

    def seconds_to_results(self, config: dict[str, object]) -> float:
        """Post a scan, wait for its end, read its results; return the seconds. Raises RuntimeError if it fails."""
        begun = time.perf_counter()
        run_id = self.post(config)
        self.wait(run_id)
        self.client.get(f"/scans/{run_id}/results").raise_for_status()
        return time.perf_counter() - begun

    def post(self, config: dict[str, object]) -> str:
        """Queue a scan; return its run id."""
        answer = self.client.post("/scans", json={"config": config})
        if not answer.is_success:
            raise RuntimeError(answer.text)
        return str(answer.json()["run_id"])

    def wait(self, run_id: str) -> dict[str, Any]:
        """Wait until a run has succeeded; return what the API says of it. Raises RuntimeError if it fails."""
        begun = time.perf_counter()
        while (run := self.client.get(f"/scans/{run_id}").json())["status"] in _GOING_ON:
            if time.perf_counter() - begun > _LIMIT_SECONDS:
                raise RuntimeError(f"{run_id} is still {run['status']} after {_LIMIT_SECONDS:g} s")
            time.sleep(_LOOK_SECONDS)
        if run["status"] != "succeeded":
            raise RuntimeError(f"{run_id} {run['status']}")
        return dict(run)


@contextmanager
def archived(revision: str, folder: Path) -> Iterator[Path]:
    """Give a folder with the project as it was at a revision."""
    folder.mkdir()
    archive = subprocess.run(["git", "archive", revision], check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    yield folder


@contextmanager
def served(version: Version, command: str = "api") -> Iterator[Served]:
    """Serve a version until the block ends: the API alone (``api``), or the dashboard with it (``serve``)."""
    port = _free_port()
    version.home.mkdir(parents=True, exist_ok=True)
    log = version.home.parent / f"{version.home.name}.log"
    with log.open("wb") as output:
        words = version.words(command, "--port", str(port))
        server = subprocess.Popen(words, env=version.environment(), cwd=version.tree, stdout=output, stderr=output)
    url = f"http://127.0.0.1:{port}"
    api = url if command == "api" else f"{url}/api"
    try:
        with httpx.Client(base_url=api, timeout=60) as client:
            _await(client, log)
            yield Served(client, url)
    finally:
        server.terminate()
        server.wait(60)


def _await(client: httpx.Client, log: Path) -> None:
    end = time.perf_counter() + 60
    while time.perf_counter() < end:
        try:
            if client.get("/health/ready").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"the server did not answer:\n{log.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
