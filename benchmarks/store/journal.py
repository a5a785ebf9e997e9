"""Measures the processor time that journalling takes from a scan, with and without it, and each write by itself."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.clock import SystemClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.run import RunRecord
from technic_scanner.domain.stage import StagePlan
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.progress.reporter import ProgressReporter
from technic_scanner.runs.model import NewRun
from technic_scanner.runs.serialization.stored import dump, read_event
from technic_scanner.runs.worker.heartbeat import Heartbeat
from technic_scanner.runs.worker.recorder import Recorder

_WORK = np.random.default_rng(1).random(40_000)


def a_run(store: SqlStore) -> RunRecord:
    """Add a run and claim it."""
    store.add_runs([NewRun(ScanConfig(), RunOptions(), "journal")])
    run = store.claim("bench", "host", "1", None)
    assert run is not None
    return run


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of one made-up scan; ``thread_seconds`` is the processor time of the journalling thread alone."""

    cpu_seconds: float
    wall_seconds: float
    thread_seconds: float = 0.0
    events: int = 0


def scan(steps: int, listener: Callable[[ProgressEvent], None], run_id: str = "bench") -> Measured:
    """Time a made-up scan of ``steps`` units that reports each of them."""
    reporter = ProgressReporter(run_id, StagePlan(), SystemClock(), listeners=(listener,))
    cpu, wall = time.process_time(), time.perf_counter()
    reporter.start_run()
    for stage, share in zip(StagePlan().names, (1, 2, 6, 1), strict=True):
        units = steps * share // 10
        reporter.start_stage(stage, units)
        for _ in range(units):
            np.sort(_WORK).sum()
            reporter.advance()
        reporter.complete_stage()
    reporter.finish("succeeded")
    return Measured(time.process_time() - cpu, time.perf_counter() - wall)


def journalled_scan(store: SqlStore, steps: int) -> Measured:
    """Time the same scan with the worker's recorder and heartbeats beside it."""
    run = a_run(store)
    recorder = Recorder(store, run.run_id, 1, 1, SystemClock())
    thread_seconds = [0.0]

    def note() -> None:
        # Called in the journalling thread twice a second: what it has used so far.
        thread_seconds[0] = time.thread_time()

    cpu = time.process_time()
    with Heartbeat(store, run, recorder, CancelToken(), worker_id="bench", clock=SystemClock(), beaten=note):
        wall = scan(steps, recorder, run.run_id).wall_seconds
    recorder.flush()
    cpu = time.process_time() - cpu
    return Measured(cpu, wall, thread_seconds[0], store.get_run(run.run_id).last_seq)


@dataclass(frozen=True, slots=True)
class Share:
    """The journal's processor time as a share of the scan's: its thread's own, and the difference it makes in all.

    The second is the harder measure and the noisier one: on a busy machine the same scan differs by more than that.
    """

    of_thread: float
    in_all: float
    noise: float
    wall_seconds: float
    events_per_second: float


def journal_share(store: SqlStore, steps: int, rounds: int) -> Share:
    """Let scans with and without a journal take turns, and compare their medians."""
    without, including = [], []
    for _ in range(rounds):
        without.append(scan(steps, _ignore).cpu_seconds)
        including.append(journalled_scan(store, steps))
    plain = statistics.median(without)
    return Share(
        of_thread=statistics.median(one.thread_seconds / one.cpu_seconds for one in including),
        in_all=statistics.median(one.cpu_seconds for one in including) / plain - 1,
        noise=(max(without) - min(without)) / plain,
        wall_seconds=statistics.median(one.wall_seconds for one in including),
        events_per_second=statistics.median(one.events / one.wall_seconds for one in including),
    )


def write_costs(store: SqlStore, repeats: int) -> dict[str, tuple[float, float]]:
    """Return (processor, wall) milliseconds of one write of each kind, and of an event's way to text and back."""
    run = a_run(store)
    caught: list[ProgressEvent] = []
    scan(200, caught.append, run.run_id)
    sample = caught[-2]
    text = dump(sample)
    numbers = iter(range(1, 10 * repeats))
    journal = store.journal(run.run_id, 1)
    journal.start_over("symbol_scanning", "x")
    chunk = _WORK[:6_000].tobytes()
    writes: dict[str, Callable[[], object]] = {
        "encode one event": lambda: dump(sample),
        "decode one event": lambda: read_event(text),
        "append one event": lambda: store.append_events(run.run_id, 1, [replace(sample, seq=next(numbers))]),
        "heartbeat": lambda: store.heartbeat(run.run_id, "bench", 1),
        "record a chunk of 48 kB": lambda: journal.record("symbol_scanning", 0, chunk),
    }
    return {name: _each(write, repeats) for name, write in writes.items()}


def _each(write: Callable[[], object], repeats: int) -> tuple[float, float]:
    write()
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(repeats):
        write()
    return (time.process_time() - cpu) * 1000 / repeats, (time.perf_counter() - wall) * 1000 / repeats


def _ignore(event: ProgressEvent) -> None:
    """Take an event as a listener does that has nothing to do with it."""
