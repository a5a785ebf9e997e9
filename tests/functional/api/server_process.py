"""A server in a process of its own: ``technic-scanner api``, or ``serve`` with the dashboard beside the API."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.support.ports import ReservedPort

INSTALLED = Path(sys.executable).with_name("technic-scanner")


class ServerProcess:
    """A server over the store in ``home``; ``settings`` are TECHNIC_ variables without their prefix.

    With ``folder`` it is started there by the installed command, as users do.
    """

    def __init__(self, home: Path, command: str = "api", folder: Path | None = None, **settings: object) -> None:
        self._reserved = ReservedPort()
        self.port = self._reserved.number
        self.path = "/api" if command == "serve" else ""
        self.base_url = f"http://127.0.0.1:{self.port}{self.path}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TECHNIC_")}
        environment["TECHNIC_STANDBY_WORKERS"] = "0"  # tests that want one say so
        environment |= {f"TECHNIC_{name.upper()}": str(value) for name, value in settings.items()}
        self.log = home / "server.log"
        program = [sys.executable, "-m", "technic_scanner.cli.main"] if folder is None else [str(INSTALLED)]
        words = [*program, command, "--port", str(self.port)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                words, cwd=folder, env=environment | {"TECHNIC_HOME": str(home)}, stdout=log, stderr=log
            )

    def wait_until_ready(self, seconds: float = 120.0) -> None:
        """Return when it answers."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            assert self.process.poll() is None, self.log.read_text()
            try:
                httpx.get(f"{self.base_url}/health/ready", timeout=60).raise_for_status()
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            return
        raise AssertionError(self.log.read_text())

    def kill(self) -> None:
        """End it, however it is."""
        self.process.kill()
        self.process.wait()
        self._reserved.close()
