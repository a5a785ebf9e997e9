"""Measure what progress adds to whole scans: each scan with it, and again without, and the time of its calls alone.

A scan that users start runs in a process of its own; scans one after the other in a warm process are the hardest case.
"""

from __future__ import annotations

import math
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from unittest import mock

from technic_scanner.bootstrap import run_scan
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.progress import EventKind
from technic_scanner.pipeline import engine
from technic_scanner.progress.reporter import ProgressReporter
from technic_scanner.settings import Settings

REPORTS = (
    *("set_total", "start_substage", "complete_substage", "advance_substage", "declare", "advance", "restore"),
    *("cache", "message", "pulse"),
)
BOUNDARIES = ("start_run", "start_stage", "complete_stage", "finish")
GOAL = 0.01


class SilentStream:
    """Sends nothing."""

    due_at = math.inf

    def note(self, kind: EventKind, message: str = "") -> None:
        """Send nothing."""

    def deliver(self, *, wait: bool) -> None:
        """Hand out nothing."""


class SilentReporter(ProgressReporter):
    """Progress off: the stages are timed, as the metrics need them; nothing is counted, forecast or sent."""

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)
        self._tracker.send_to(SilentStream())


def _nothing(*_arguments: object, **_named: object) -> None:
    return None


class TimedReporter(ProgressReporter):
    """Adds up the processor time of the calls that a scan makes; what other threads and programs take is not its."""

    spent_ns = 0


def _timed(name: str) -> Callable[..., object]:
    inner = getattr(ProgressReporter, name)

    def call(self: TimedReporter, *arguments: object, **named: object) -> object:
        start = time.thread_time_ns()
        try:
            return inner(self, *arguments, **named)
        finally:
            TimedReporter.spent_ns += time.thread_time_ns() - start

    return call


for _name in REPORTS:
    setattr(SilentReporter, _name, _nothing)
for _name in (*REPORTS, *BOUNDARIES):
    setattr(TimedReporter, _name, _timed(_name))


@dataclass(frozen=True)
class Workload:
    """One scan to measure, its cache warm; ``pairs`` of it with progress and without."""

    name: str
    config: ScanConfig
    own_process: bool
    pairs: int


@dataclass(frozen=True)
class Overhead:
    """Median seconds of the scans without progress, what it adds to them (with its standard error), what it takes.

    ``added`` is the median ratio of the pairs, less 1. ``taken`` is the share of a scan in the calls' processor time:
    less noise than a difference, but without what progress costs outside its calls.
    """

    seconds: float
    added: float
    standard_error: float
    taken: float

    @property
    def verdict(self) -> str:
        """Say whether the goal is met by both figures, as far as their noise allows to tell."""
        if self.taken > GOAL or self.added - 2 * self.standard_error > GOAL:
            return "NOT met"
        return "met" if self.added <= GOAL else "met within the noise"


WORKLOADS = (
    Workload("sample, own process", ScanConfig(source="sample"), own_process=True, pairs=120),
    Workload("8,000 x 1,260, own process", ScanConfig(source="synthetic", universe="8000x1260"), True, pairs=40),
    Workload("8,000 x 1,260, warm process", ScanConfig(source="synthetic", universe="8000x1260"), False, pairs=150),
    Workload("2,000 x 500, warm process", ScanConfig(source="synthetic", universe="2000x500"), False, pairs=150),
)


def measure(workload: Workload) -> Overhead:
    """Scan in pairs, with progress and without, the first of a pair in turn; then time the calls alone."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _scan_seconds(workload.config, home, ProgressReporter)  # fills the cache
        pairs = []
        for number in range(workload.pairs):
            order = (ProgressReporter, SilentReporter) if number % 2 else (SilentReporter, ProgressReporter)
            seconds = {kind: _run(workload, _scan_seconds, home, kind) for kind in order}
            pairs.append((seconds[ProgressReporter], seconds[SilentReporter]))
        taken = median(_run(workload, _share_taken, home, TimedReporter) for _ in range(5))
    added, standard_error = _median_with_error([on / off - 1 for on, off in pairs])
    return Overhead(median(off for _, off in pairs), added, standard_error, taken)


def _run(
    workload: Workload, task: Callable[[ScanConfig, Path, type[ProgressReporter]], float], home: Path, kind: type
) -> float:
    if not workload.own_process:
        return task(workload.config, home, kind)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(task, workload.config, home, kind).result()


def _scan_seconds(config: ScanConfig, home: Path, kind: type[ProgressReporter]) -> float:
    with mock.patch.object(engine, "ProgressReporter", kind):
        start = time.perf_counter()
        run_scan(config, None, lambda _event: None, settings=Settings(home=home))
        return time.perf_counter() - start


def _share_taken(config: ScanConfig, home: Path, kind: type[ProgressReporter]) -> float:
    TimedReporter.spent_ns = 0
    seconds = _scan_seconds(config, home, kind)
    return TimedReporter.spent_ns / 1e9 / seconds


def _median_with_error(values: Sequence[float]) -> tuple[float, float]:
    """Return the median and its standard error, by the median absolute deviation, so that outliers weigh nothing.

    1.2533 sd / sqrt(n) for normal values, with sd = 1.4826 MAD.
    """
    middle = median(values)
    deviation = median(abs(value - middle) for value in values)
    return middle, 1.2533 * 1.4826 * deviation / math.sqrt(len(values))
