"""Starts detached worker processes of this machine: as many as the waiting runs need, and no crowd of them."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from filelock import FileLock

from technic_scanner.clock import Clock
from technic_scanner.runs.model import WorkerInfo

_log = logging.getLogger(__name__)

# Another process holds the lock for as long as it takes to ask the store and to start a process.
_LOCK_SECONDS = 5.0
# An installation that cannot run a worker is not asked to every few seconds.
_FIRST_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 60.0
# Workers share one log; at the next launch after this size it is put aside, in place of the one before.
_LOG_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Demand:
    """How many runs wait, and the workers that live, of all hosts."""

    queued: int
    workers: Sequence[WorkerInfo]


class WorkerLauncher:
    """Launches ``technic-scanner worker`` when runs wait, no worker is free and fewer live than may.

    Every process of this machine that shares ``log_dir`` keeps one book of the workers that were launched and have not
    said yet that they live, so that neither a burst of submissions nor many open pages start a crowd. Workers outlive
    the process that launched them; ``environment`` is theirs. After one that failed at its start the next one waits.
    """

    def __init__(
        self,
        demand: Callable[[], Demand],
        max_workers: int,
        log_dir: Path,
        environment: Mapping[str, str],
        clock: Clock,
    ) -> None:
        self._demand = demand
        self._max_workers = max_workers
        self._log_dir = log_dir
        self._environment = environment
        self._clock = clock
        self._children: list[subprocess.Popen[bytes]] = []
        self._failures = 0
        self._next_at = float("-inf")

    def ensure_worker(self) -> None:
        """Launch the workers that are needed and allowed; quick, and safe to call too often. Raises StoreError.

        A worker that cannot be started is logged: whoever asks for a run must still get it.
        """
        try:
            with _starting(self._log_dir) as starting:
                self._bury(starting)
                if self._clock.monotonic() >= self._next_at:
                    self._launch_missing(starting)
        except OSError as error:
            _log.error("no worker could be started: %s", error)

    def _launch_missing(self, starting: list[_Process]) -> None:
        demand = self._demand()
        here = socket.gethostname()
        known = {worker.pid for worker in demand.workers if worker.host == here}
        starting[:] = [process for process in starting if process.pid not in known and process.lives()]
        idle = sum(worker.run_id is None for worker in demand.workers)
        needed = demand.queued - idle - len(starting)
        allowed = self._max_workers - len(demand.workers) - len(starting)
        starting.extend(self._launch() for _ in range(min(needed, allowed)))

    def _launch(self) -> _Process:
        path = self._log_dir / "worker.log"
        if path.exists() and path.stat().st_size > _LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))  # a worker that has it open goes on writing to the old one
        with path.open("ab") as log:
            child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                worker_command(),
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._children.append(child)
        return _Process.of(child.pid)

    def _bury(self, starting: list[_Process]) -> None:
        """Reap ended children; the more of them failed before they had arrived, the longer the next one waits."""
        unarrived = {process.pid for process in starting}
        for child in self._children:
            code = child.poll()
            if code is None:
                continue
            if code:
                _log.warning("worker process %d ended with code %d; see %s", child.pid, code, self._log_dir)
            self._failures = self._failures + 1 if code and child.pid in unarrived else 0
            if self._failures:
                pause = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2.0 ** (self._failures - 1))
                self._next_at = self._clock.monotonic() + pause
        self._children = [child for child in self._children if child.returncode is None]


def worker_command() -> Sequence[str]:
    """Return the command line of a worker of this installation; ``-P`` keeps the current folder out of its imports."""
    return [sys.executable, "-P", "-m", "technic_scanner.cli.main", "worker"]


def worker_arrived(log_dir: Path, pid: int) -> None:
    """Take a worker that is about to look at the queue out of the book of those that start.

    From then on its row in the store says that it lives; once that has gone nobody may count on it any more.
    """
    if not _book(log_dir).exists():
        return
    try:
        with _starting(log_dir) as starting:
            starting[:] = [process for process in starting if process.pid != pid]
    except OSError as error:
        _log.warning("worker %d stays in the book of those that start: %s", pid, error)


@dataclass(frozen=True, slots=True)
class _Process:
    """A process of this machine; ``created`` tells it from a later one under the same number."""

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> _Process:
        return cls(pid, psutil.Process(pid).create_time())

    def lives(self) -> bool:
        try:
            process = psutil.Process(self.pid)
            return bool(process.create_time() == self.created and process.status() != psutil.STATUS_ZOMBIE)
        except psutil.Error:
            return False  # gone, or somebody else's under the same number


@contextmanager
def _starting(log_dir: Path) -> Iterator[list[_Process]]:
    """Yield the book of the workers that start, held against other processes, and write down what became of it."""
    log_dir.mkdir(parents=True, exist_ok=True)
    with FileLock(log_dir / "launcher.lock", timeout=_LOCK_SECONDS):
        before = _read(_book(log_dir))
        starting = list(before)
        try:
            yield starting
        finally:
            if starting != before:
                _book(log_dir).write_text(json.dumps([[process.pid, process.created] for process in starting]))


def _book(log_dir: Path) -> Path:
    return log_dir / "starting.json"


def _read(book: Path) -> list[_Process]:
    try:
        return [_Process(pid, created) for pid, created in json.loads(book.read_text())]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError) as error:
        # Its writer was killed half way; at worst a worker too many is launched, finds nothing to do and leaves.
        _log.warning("%s is unreadable and begun anew: %s", book, error)
        return []
