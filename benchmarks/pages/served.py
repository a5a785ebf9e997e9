"""The dashboard in a process of its own, as ``technic-scanner serve`` starts it, over one data folder."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import ReservedPort

START_SECONDS = 90.0
END_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Served:
    """Where the dashboard is, and the process that serves it."""

    url: str
    process: subprocess.Popen[bytes]


@contextmanager
def served(home: Path, log: Path) -> Iterator[Served]:
    """Serve ``home``; SystemExit with the end of ``log`` if the server does not start."""
    port = ReservedPort()
    command = [str(Path(sys.executable).with_name("technic-scanner")), "serve", "--port", str(port.number)]
    environment = os.environ | {"TECHNIC_HOME": str(home)}
    with log.open("wb") as output:
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port.number}"
        _wait_for(server, url, log)
        yield Served(url, server)
    finally:
        end(server)
        port.close()


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process that we started to end, and make it end if it does not."""
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_for(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(url):
        if server.poll() is not None or time.monotonic() > deadline:
            last = log.read_text(encoding="utf-8", errors="replace")[-2_000:]
            raise SystemExit(f"the dashboard did not start within {START_SECONDS:.0f} s; the end of its log:\n{last}")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
