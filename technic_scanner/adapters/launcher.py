"""Start detached worker processes on this machine, as many as the queued runs need and the limit allows."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from technic_scanner.adapters.processes import ProcessIdentity, runs
from technic_scanner.adapters.worker_process import start_worker, starting_workers, worker_command
from technic_scanner.clock import Clock
from technic_scanner.runs.model import WorkerInfo
from technic_scanner.runs.worker.idle import RETIRED

_log = logging.getLogger(__name__)

# An installation that cannot run a worker does not retry every few seconds.
_FIRST_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 60.0
# How long workers beside the standby workers wait for more runs: a queue is often filled in several goes.
_EXTRA_SECONDS = "60"


@dataclass(frozen=True, slots=True)
class Demand:
    """The number of queued runs and the active workers, over all hosts."""

    queued: int
    workers: Sequence[WorkerInfo]


class WorkerLauncher:
    """Launches ``technic-scanner worker`` if runs are queued, no worker is free and the limit of workers allows it.

    All processes of this machine with the same ``log_dir`` share a list of starting workers, which have been launched
    but have no heartbeat yet, so that neither a burst of submissions nor many open pages launch too many. Workers
    outlive the process that launched them; ``environment`` is their environment. After a failed start the next launch
    is delayed. ``wake`` is called first: it wakes workers that wait. ``standby_workers`` is how many workers of this
    host ``ensure_standby`` keeps; so many of those launched here stay loaded at an empty queue as long as this process
    lives, and the others for a minute.
    """

    def __init__(
        self,
        demand: Callable[[], Demand],
        max_workers: int,
        log_dir: Path,
        environment: Mapping[str, str],
        clock: Clock,
        *,
        wake: Callable[[], None] = lambda: None,
        standby_workers: int = 0,
    ) -> None:
        self._demand = demand
        self._max_workers = max_workers
        self._wake = wake
        self._standby_workers = min(standby_workers, max_workers)
        self._resting = False
        self._keeping = False
        self._log_dir = log_dir
        self._environment = environment
        self._clock = clock
        self._children: list[subprocess.Popen[bytes]] = []
        self._standing: set[int] = set()  # the process ids of those that stay at an empty queue
        self._silent = 0  # living workers of this process without a recent heartbeat
        self._failures = 0
        self._next_at = float("-inf")

    def ensure_worker(self) -> None:
        """Launch the workers that are needed and allowed; fast, and harmless if called often. Raises StoreError.

        If a worker cannot be started, the error is only logged, because the run must be queued nevertheless.
        """
        self._wake()
        self._launch_in_turn(self._needed)

    def ensure_standby(self) -> None:
        """Launch the standby workers that are missing on this host; fast, to be called often. Raises StoreError.

        One that ended by itself, after a long time without a run, is replaced when a run is queued. One that lives but
        has sent no heartbeat for long, on a busy machine, is not: every other one would make the machine busier.
        """
        self._keeping = True
        self._launch_in_turn(self._missing_standby)

    def _launch_in_turn(self, wanted: Callable[[Sequence[WorkerInfo], int, int], int]) -> None:
        try:
            with starting_workers(self._log_dir) as starting:
                self._reap(starting)
                if self._clock.monotonic() >= self._next_at:
                    self._launch_missing(starting, wanted)
        except OSError as error:
            _log.error("no worker could be started: %s", error)

    def _launch_missing(
        self, starting: list[ProcessIdentity], wanted: Callable[[Sequence[WorkerInfo], int, int], int]
    ) -> None:
        demand = self._demand()
        here = socket.gethostname()
        # The row of a worker that was killed stays until its heartbeat is too old; here its process tells at once.
        workers = [worker for worker in demand.workers if worker.host != here or runs(worker.pid)]
        known = {worker.pid for worker in workers if worker.host == here}
        starting[:] = [process for process in starting if process.pid not in known and process.lives()]
        heard_of = known | {process.pid for process in starting}
        self._silent = sum(child.poll() is None and child.pid not in heard_of for child in self._children)
        allowed = self._max_workers - len(workers) - len(starting)
        missing = wanted(workers, len(starting), demand.queued)
        starting.extend(self._launch() for _ in range(min(missing, allowed)))

    @staticmethod
    def _needed(workers: Sequence[WorkerInfo], starting: int, queued: int) -> int:
        return queued - sum(worker.run_id is None for worker in workers) - starting

    def _missing_standby(self, workers: Sequence[WorkerInfo], starting: int, queued: int) -> int:
        here = socket.gethostname()
        there = sum(worker.host == here for worker in workers) + starting + self._silent
        missing = self._standby_workers - there
        return 0 if self._resting and not queued else missing

    def _launch(self) -> ProcessIdentity:
        self._resting = False
        keeps = self._keeping and self._standby_workers > 0
        stays = keeps and len(self._standing) < self._standby_workers
        options = ("--standby-for", str(os.getpid())) if keeps else ()
        limit = ("--for-seconds", _EXTRA_SECONDS) if keeps and not stays else ()
        child = start_worker([*worker_command(), *options, *limit], self._log_dir, self._environment)
        self._children.append(child)
        if stays:
            self._standing.add(child.pid)
        return ProcessIdentity.of_started(child.pid)

    def _reap(self, starting: list[ProcessIdentity]) -> None:
        """Reap ended child processes; the delay of the next launch grows with the number of failed starts."""
        unarrived = {process.pid for process in starting}
        for child in self._children:
            code = child.poll()
            if code is None:
                continue
            if child.pid in self._standing:
                self._standing.discard(child.pid)
                self._resting = code == 0
            if code and code != RETIRED:
                _log.warning("worker process %d ended with code %d; see %s", child.pid, code, self._log_dir)
            self._failures = self._failures + 1 if code and child.pid in unarrived else 0
            if self._failures:
                pause = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2.0 ** (self._failures - 1))
                self._next_at = self._clock.monotonic() + pause
        self._children = [child for child in self._children if child.returncode is None]
