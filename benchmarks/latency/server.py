"""Serve one version of this project from a folder of its own, and ask it for scans."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

_LIMIT_SECONDS = 300.0
_LOOK_SECONDS = 0.004


@dataclass(frozen=True, slots=True)
class Served:
    """A running API of one version."""

    client: httpx.Client

    def seconds_to_results(self, config: dict[str, object]) -> float:
        """Post a scan, wait for its end, read its results; return the seconds. Raises RuntimeError if it fails."""
        begun = time.perf_counter()
        answer = self.client.post("/scans", json={"config": config})
        if not answer.is_success:
            raise RuntimeError(answer.text)
        run_id = answer.json()["run_id"]
        while (status := self.client.get(f"/scans/{run_id}").json()["status"]) in ("queued", "running"):
            if time.perf_counter() - begun > _LIMIT_SECONDS:
                raise RuntimeError(f"{run_id} is still {status} after {_LIMIT_SECONDS:g} s")
            time.sleep(_LOOK_SECONDS)
        if status != "succeeded":
            raise RuntimeError(f"{run_id} {status}")
        self.client.get(f"/scans/{run_id}/results").raise_for_status()
        return time.perf_counter() - begun


@contextmanager
def archived(revision: str, folder: Path) -> Iterator[Path]:
    """Give a folder with the project as it was at a revision."""
    folder.mkdir()
    archive = subprocess.run(["git", "archive", revision], check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    yield folder


@contextmanager
def served(tree: Path, home: Path) -> Iterator[Served]:
    """Serve the API of the version in ``tree`` from the empty home ``home`` until the block ends."""
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TECHNIC_")}
    environment |= {"PYTHONPATH": str(tree), "TECHNIC_HOME": str(home)}
    command = [sys.executable, "-P", "-m", "technic_scanner.cli.main", "api", "--port", str(port)]
    home.mkdir(parents=True)
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, cwd=tree, stdout=log, stderr=log)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            _await(client, home / "server.log")
            yield Served(client)
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
