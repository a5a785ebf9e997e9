"""Measure what one update costs, in nanoseconds, from one thread and from eight, beside tqdm, rich and plain counters.

Every contestant takes its turn in each of the repeats, so that a busy machine hits all alike; the least is shown.
What progress adds to whole scans follows.
"""

from __future__ import annotations

import argparse
import io
import itertools
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import rich.progress
from rich.console import Console
from tqdm import tqdm

from benchmarks.progress.overhead import WORKLOADS
from benchmarks.progress.overhead import measure as measure_overhead
from benchmarks.progress.tables import markdown, put_into
from technic_scanner.clock import SystemClock
from technic_scanner.domain.stage import Stage, StagePlan
from technic_scanner.progress.reporter import ProgressReporter
from technic_scanner.progress.tracker import MultiStageProgressTracker

Update = Callable[[], object]
NEVER = 1e9  # seconds between events: none in the measured time


def contestants() -> dict[str, Callable[[], Update]]:
    """Return what makes a fresh update function of each contestant."""
    return {
        "empty call": lambda: _nothing,
        "itertools.count": lambda: itertools.count().__next__,
        "locked counter": _locked_counter,
        "tqdm.update": tqdm_update,
        "rich Progress.update": rich_update,
        "ours: tracker.advance": tracker_advance,
        "ours: tracker.update, its dict": tracker_update,
        "ours: reporter.advance, no event": lambda: _reporter(NEVER),
        "ours: reporter.advance, an event each 0.2 s": lambda: _reporter(0.2),
    }


def _nothing() -> None:
    return None


def _locked_counter() -> Update:
    lock, count = threading.Lock(), 0

    def update() -> None:
        nonlocal count
        with lock:
            count += 1

    return update


def tqdm_update() -> Update:
    return tqdm(total=10**9, file=io.StringIO(), mininterval=NEVER).update


def rich_update() -> Update:
    progress = rich.progress.Progress(console=Console(file=io.StringIO()), auto_refresh=False)
    task = progress.add_task("scan", total=10**9)
    return partial(progress.update, task, advance=1)


def tracker_advance() -> Update:
    tracker = MultiStageProgressTracker({"only": 1.0})
    tracker.start_stage("only", 10**9)
    return tracker.advance


def tracker_update() -> Update:
    tracker = MultiStageProgressTracker({"only": 1.0})
    tracker.start_stage("only", 10**9)
    return map(tracker.update, itertools.count(1)).__next__


def _reporter(interval_seconds: float) -> Update:
    reporter = ProgressReporter(
        "cost", StagePlan(), SystemClock(), listeners=[lambda _event: None], interval_seconds=interval_seconds
    )
    reporter.start_run()
    reporter.start_stage(Stage.SYMBOL_SCANNING, 10**9)
    return partial(reporter.advance, 1, "symbol")


def nanoseconds(update: Update, updates: int, threads: int, clock: Callable[[], int] = time.perf_counter_ns) -> float:
    """Return nanoseconds of ``clock`` an update, ``updates`` of them shared out among ``threads``."""
    each = updates // threads
    barrier = threading.Barrier(threads + 1)

    def work() -> None:
        barrier.wait()
        for _ in itertools.repeat(None, each):
            update()

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    barrier.wait()
    start = clock()
    for worker in workers:
        worker.join()
    return (clock() - start) / (each * threads)


def measure(
    updates: int,
    repeats: int,
    made: Mapping[str, Callable[[], Update]] | None = None,
    clock: Callable[[], int] = time.perf_counter_ns,
) -> dict[str, tuple[float, float]]:
    """Return the least nanoseconds an update of every contestant, from one and from eight threads."""
    best: dict[str, tuple[float, float]] = {}
    for _ in range(repeats):
        for name, make in (made or contestants()).items():
            # eight threads fight for the lock only if each runs for longer than the interpreter's switch interval
            one, eight = nanoseconds(make(), updates, 1, clock), nanoseconds(make(), 8 * updates, 8, clock)
            old = best.get(name, (one, eight))
            best[name] = (min(old[0], one), min(old[1], eight))
    return best


def ratios(results: dict[str, tuple[float, float]]) -> list[str]:
    """Return one line for each goal of the tracker used directly, as a ratio within this run."""
    advance, update = results["ours: tracker.advance"], results["ours: tracker.update, its dict"]
    peers = results["tqdm.update"], results["rich Progress.update"]
    goals = (
        ("advance of tqdm's update, 1 thread", advance[0] / peers[0][0], 1.5),
        ("advance of tqdm's update, 8 threads", advance[1] / peers[0][1], 1.0),
        ("update of rich's, 1 thread", update[0] / peers[1][0], 1.0),
        ("update of rich's, 8 threads", update[1] / peers[1][1], 1.0),
    )
    return [
        f"goal, {name}: at most {most:.1f}: {ratio:.2f}, {'met' if round(ratio, 2) <= most else 'NOT met'}"
        for name, ratio, most in goals
    ]


def main() -> None:
    """Print the table and whether the goals are met: at most half of rich's update, at most 1 % of a scan."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--docs", type=Path, help="docs folder whose progress.md to renew")
    options = parser.parse_args()
    results = measure(options.updates, options.repeats)
    rich_one, rich_eight = results["rich Progress.update"]
    updates = markdown(
        ["ns an update", "1 thread", "8 threads", "of rich, 1", "of rich, 8"],
        [
            [name, f"{one:,.0f}", f"{eight:,.0f}", f"{one / rich_one:.2f}", f"{eight / rich_eight:.2f}"]
            for name, (one, eight) in results.items()
        ],
    )
    print(updates)
    ours = results["ours: reporter.advance, no event"]
    met = ours[0] <= rich_one / 2 and ours[1] <= rich_eight / 2
    print(f"goal, at most half of rich with 1 and with 8 threads: {'met' if met else 'NOT met'}")
    print("\n".join(ratios(results)))
    rows = []
    for workload in WORKLOADS:
        found = measure_overhead(workload)
        added, taken = f"{found.added:+.2%} ± {found.standard_error:.2%}", f"{found.taken:.2%}"
        what = f"{workload.name} ({found.seconds:.2f} s, {workload.pairs} pairs)"
        print(f"goal, at most 1 % of a scan with a warm cache, {what}: on/off {added}, calls {taken}, {found.verdict}")
        rows.append([workload.name, f"{found.seconds:.2f} s", f"{workload.pairs}", added, taken])
    if options.docs is not None:
        scans = markdown(["scan, cache warm", "takes without", "pairs", "progress adds", "its calls take"], rows)
        put_into(options.docs / "progress.md", "cost", f"{updates}\n\n{scans}")


if __name__ == "__main__":
    main()
