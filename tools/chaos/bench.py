"""What all experiments share: a home, a queued scan, worker processes, and the result to compare with."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import monotonic

from technic_scanner.adapters.stores.sql_store import SqlStore, open_store
from technic_scanner.clock import SystemClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.home import store_url
from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.model import NewRun
from technic_scanner.settings import load_settings


@dataclass(slots=True)
class Count:
    """How an experiment went: ``tries`` disturbances, and a sentence for each result or event that was lost."""

    name: str
    tries: int = 0
    told: int = 0
    lost: list[str] = field(default_factory=list)

    @property
    def survived(self) -> int:
        """How many disturbances cost nothing: the result is equal, or the failure was said and resumed from."""
        return self.tries - len(self.lost)


@dataclass(frozen=True, slots=True)
class Bench:
    """A home folder with its store, and the scan that is disturbed in it."""

    home: Path
    universe: str
    database_url: str | None = None

    def environment(self) -> dict[str, str]:
        """Return the environment of this home's processes."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TECHNIC_")}
        kept |= {"TECHNIC_HOME": str(self.home), "TECHNIC_LOG_LEVEL": "ERROR"}
        return kept if self.database_url is None else kept | {"TECHNIC_DATABASE_URL": self.database_url}

    @contextmanager
    def store(self) -> Iterator[SqlStore]:
        """Open the store for a moment."""
        settings = load_settings(home=self.home, database_url=self.database_url)
        self.home.mkdir(parents=True, exist_ok=True)
        opened = open_store(store_url(settings), SystemClock())
        try:
            yield opened
        finally:
            opened.close()

    def queue(self) -> str:
        """Queue the scan without starting a worker; return its id."""
        config = ScanConfig(source="synthetic", universe=self.universe, top_n=None, max_symbols=100_000)
        with self.store() as store:
            options = RunOptions(chunk_size=100)
            (added,) = store.add_runs([NewRun(config, options, "chaos")])
        return added.run_id

    def worker(self) -> subprocess.Popen[bytes]:
        """Start a worker; what it says goes to a file beside the home."""
        command = [sys.executable, "-P", "-m", "technic_scanner.cli.main", "worker"]
        with self.home.with_name(f"{self.home.name}.log").open("ab") as log:
            return subprocess.Popen(command, env=self.environment(), stdout=log, stderr=log)

    def finish(self, run_id: str) -> RunStatus:
        """Let workers run, resuming the run as often as it takes; return its last status."""
        for _ in range(5):
            self.worker().wait()
            if (status := self.status(run_id)) in (RunStatus.SUCCEEDED, RunStatus.FAILED):
                return status
            self.resume(run_id)
        return self.status(run_id)

    def resume(self, run_id: str) -> None:
        """Mark the run of a worker that is gone INTERRUPTED, and queue another attempt."""
        with self.store() as store:
            store.interrupt_stale(timedelta(0))
            if store.get_run(run_id).status.can_resume:
                store.requeue(run_id)

    def status(self, run_id: str) -> RunStatus:
        """Return the run's status."""
        with self.store() as store:
            return store.get_run(run_id).status

    def csv(self, run_id: str) -> bytes:
        """Return the run's picks."""
        with self.store() as store:
            return to_csv(store.result(run_id).table)

    def journal_fault(self, run_id: str) -> str | None:
        """Return what is wrong with the numbers of the run's events, None if they are without gaps and repeats."""
        with self.store() as store:
            numbers = [event.seq for event in store.events(run_id, 0, 100_000)]
        return None if numbers == sorted(set(numbers)) and numbers[:1] == [1] else f"events are numbered {numbers[:9]}"


def undisturbed(folder: Path, universe: str) -> tuple[bytes, float]:
    """Scan in peace; return the picks and the seconds that a scan takes once the kernels are compiled."""
    warm, bench = (Bench(folder / name, universe) for name in ("warm", "peace"))
    assert warm.finish(warm.queue()) is RunStatus.SUCCEEDED
    run_id = bench.queue()
    begun = monotonic()
    assert bench.finish(run_id) is RunStatus.SUCCEEDED
    return bench.csv(run_id), monotonic() - begun


def kill_within(process: subprocess.Popen[bytes], seconds: float, chance: random.Random) -> bool:
    """Kill a process at a random moment; return False if it had ended before."""
    try:
        process.wait(chance.uniform(0.0, seconds))
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    return False


def compare(count: Count, bench: Bench, run_id: str, expected: bytes, what: str) -> None:
    """Note what the run has lost, if anything."""
    status = bench.status(run_id)
    if status is not RunStatus.SUCCEEDED:
        count.lost.append(f"{what}: the run is {status.value}")
    elif bench.csv(run_id) != expected:
        count.lost.append(f"{what}: other picks")
    elif fault := bench.journal_fault(run_id):
        count.lost.append(f"{what}: {fault}")
