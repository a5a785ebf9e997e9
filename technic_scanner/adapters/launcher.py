"""Starts detached worker processes of this machine."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path


class WorkerLauncher:
    """Launches ``technic-scanner worker`` when runs wait and fewer workers live than may.

    ``demand`` returns (queued runs, live workers). A launched worker that has not yet said that it lives counts as
    live until its process ends, so that a burst of submissions does not start a crowd. Workers outlive this process.
    """

    def __init__(self, demand: Callable[[], tuple[int, int]], max_workers: int, log_dir: Path) -> None:
        self._demand = demand
        self._max_workers = max_workers
        self._log_dir = log_dir
        self._lock = threading.Lock()
        self._children: list[subprocess.Popen[bytes]] = []

    def ensure_worker(self) -> None:
        """Launch a worker if one is needed and allowed; quick, and safe to call too often."""
        with self._lock:
            self._children = [child for child in self._children if child.poll() is None]
            queued, alive = self._demand()
            if queued > 0 and max(alive, len(self._children)) < self._max_workers:
                self._children.append(self._launch())

    def _launch(self) -> subprocess.Popen[bytes]:
        self._log_dir.mkdir(parents=True, exist_ok=True)
        with (self._log_dir / "worker.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own interpreter and module
                worker_command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )


def worker_command() -> Sequence[str]:
    """Return the command line of a worker of this installation."""
    return [sys.executable, "-m", "technic_scanner.cli.main", "worker"]
