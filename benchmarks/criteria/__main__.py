"""Run ``python -m benchmarks.criteria``: scans in the language and in other libraries, as ratios of one run."""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.contest import machine
from benchmarks.criteria import arrays, tables
from benchmarks.criteria.scans import SCANS, Market, market
from technic_scanner import criteria
from technic_scanner.bootstrap import run_scan
from technic_scanner.criteria.warm_up import warm_up
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.settings import load_settings

THREADS = 2
PACKAGES = ("numpy", "numba", "bottleneck", "polars", "pandas", "duckdb")
WIDE = 400  # symbols of the frame with a column a symbol, extrapolated from: thousands of expressions take minutes
COMPARED = 250  # sessions in which the answers must agree: averages that are begun differently have met by then
# A sum that is carried along, or is taken in another order, may round a value over the limit that it is held to.
AGREE = 0.9999
NEWEST_GOAL_MS, NEWEST_RATIO, EVERY_RATIO, MEMORY_GOAL = 15.0, 0.1, 0.5, 0.25
ADDED_GOAL, READ_GOAL = 0.1, 4.0
WITHOUT_RANKS = frozenset({"1", "2", "3", "7"})
# Why a goal is missed where it is, by the beginning of its line.
WHY = {
    "newest: ratio": "a program costs a millisecond of Python, and peers sum a window without caring for its order",
    "newest: ms": "recursive averages read every stored bar",
    "every: ratio": "a window is summed in one order whatever is before it, in log2(n) steps a bar instead of one",
    "every: read": "each function writes its values to memory; one pass for all of them would need a compiler",
    "memory": "a value across symbols is there for all of them at once",
    "whole scan": "a recursive average reads and checks the history before the lookback, five fields of it",
}
Run = Callable[[], np.ndarray]
Missed = tuple[str, str]  # the kind of goal, by which WHY names the reason, and the figure


@dataclass(frozen=True)
class Measured:
    """The least wall-clock and processor seconds of one way to do a scan, and its answer."""

    wall: float
    processor: float
    answer: np.ndarray


def main() -> None:
    """Measure, check that the answers agree, print."""
    parser = argparse.ArgumentParser(description="Measure scans of the language against other libraries.")
    parser.add_argument("--symbols", type=int, default=8_000)
    parser.add_argument("--sessions", type=int, default=1_260)
    parser.add_argument("--rounds", type=int, default=3, help="of ours; others, which take longer, have one")
    parser.add_argument("--scans", nargs="*", default=list(SCANS), choices=list(SCANS))
    options = parser.parse_args()
    print(machine(PACKAGES))
    warm_up()
    m = market(options.symbols, options.sessions)
    long = tables.long_frame(m) if tables.pl is not None else None
    wide = tables.wide_frame(m, min(WIDE, options.symbols)) if tables.pl is not None else None
    missed: list[Missed] = []
    for newest in (True, False):
        print(f"\n{options.symbols:,} x {options.sessions:,}, {'newest session' if newest else 'every session'}")
        for scan in options.scans:
            rows = _measured(m, (long, wide), scan, options.rounds, newest=newest)
            missed += _told(scan, rows, newest=newest)
            gc.collect()
    missed += _memory_read(m, options.scans, options.rounds)
    missed += _memory(m, options.scans)
    missed += _whole_scan(options.rounds)
    print("\nGoals missed:" if missed else "\nAll goals met.")
    for kind, line in missed:
        print(f"  {line}: {WHY[kind]}")


def _measured(m: Market, frames: tuple, scan: str, rounds: int, *, newest: bool) -> dict[str, Measured]:
    program = criteria.compile(SCANS[scan])
    sessions = 1 if newest else m.close.shape[1]
    read = {"ours, 2 threads": lambda: program.evaluate(m.panel, sessions, threads=THREADS) == 1.0}
    read["ours, 1 thread"] = lambda: program.evaluate(m.panel, sessions, threads=1) == 1.0
    read |= _array_peers(m, scan, newest=newest) | _table_peers(m, frames, scan, newest=newest)
    return {name: _timed(run, rounds if name.startswith("ours") else 1, len(m.close)) for name, run in read.items()}


def _array_peers(m: Market, scan: str, *, newest: bool) -> dict[str, Run]:
    bars = arrays.NEEDED[scan] if newest else None
    used = m if bars is None else m.newest(min(bars + 10, m.close.shape[1]))
    last = -1 if newest else 0
    libraries = {"numpy": arrays.NUMPY, "bottleneck": arrays.BOTTLENECK, "pandas, wide": arrays.PANDAS}

    def run(ops: arrays.Ops) -> np.ndarray:
        with np.errstate(all="ignore"):
            return arrays.FORMULAS[scan](used, ops)[:, last:]

    return {name: partial(run, ops) for name, ops in libraries.items()}


def _table_peers(m: Market, frames: tuple, scan: str, *, newest: bool) -> dict[str, Run]:
    long, wide = frames
    if long is None:
        return {}
    bars = arrays.NEEDED[scan] if newest else None
    if bars is not None:
        first = m.close.shape[1] - bars - 10
        long, wide = long.filter(tables.pl.col("session") >= first), wide.tail(bars + 10)
        if scan in tables.DUCK_SCANS:  # its windows count sessions from 0
            long = long.with_columns(session=tables.pl.col("session") - first)
    shape = (m.close.shape[0], long.height // m.close.shape[0])
    last = -1 if newest else 0
    found: dict[str, Run] = {"polars, long": lambda: tables.polars_long(long, scan, shape)[:, last:]}
    if scan != "4":
        part = min(WIDE, shape[0]), shape[1]
        found["polars, wide"] = lambda: tables.polars_wide(wide, scan, part)[:, last:]
    if scan in tables.DUCK_SCANS and tables.duckdb is not None:
        found["DuckDB"] = lambda: tables.duck(long, scan, shape)[:, last:]
    return found


def _timed(run: Run, rounds: int, symbols: int) -> Measured:
    walls, processors = [], []
    for _ in range(rounds):
        wall, processor = time.perf_counter(), time.process_time()
        answer = run()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    scale = symbols / len(answer)
    return Measured(scale * min(walls), scale * min(processors), answer[:, -COMPARED:])


def _told(scan: str, rows: dict[str, Measured], *, newest: bool) -> list[Missed]:
    """Print a scan's figures; return the goals that it misses."""
    ours = rows["ours, 2 threads"]
    peers = {name: row for name, row in rows.items() if not name.startswith("ours")}
    best = min(peers, key=lambda name: peers[name].wall)
    print(f"scan {scan}: {int(ours.answer[:, -1].sum()):,} match in the newest session")
    for name, row in sorted(rows.items(), key=lambda item: item[1].wall):
        same = float((row.answer == ours.answer[: len(row.answer)]).mean())
        print(
            f"  {name:16} {1000 * row.wall:10.1f} ms  {1000 * row.processor:10.1f} ms of processors  "
            f"{row.wall / ours.wall:8.2f} x ours  answers equal {same:.6f}",
            flush=True,
        )
        if same < AGREE:
            raise SystemExit(f"scan {scan}: {name} and ours disagree: {1 - same:.4%} of the answers")
    ratio, limit = ours.wall / peers[best].wall, NEWEST_RATIO if newest else EVERY_RATIO
    when = "newest" if newest else "every"
    missed = [(f"{when}: ratio", f"scan {scan}, {when}: {ratio:.2f} x {best}, goal {limit}")] if ratio > limit else []
    if newest and 1000 * ours.wall > NEWEST_GOAL_MS:
        missed.append(("newest: ms", f"scan {scan}, newest: {1000 * ours.wall:.1f} ms, goal {NEWEST_GOAL_MS} ms"))
    return missed


def _memory_read(m: Market, scans: list[str], rounds: int) -> list[Missed]:
    """Print every session beside the time in which two threads read all five arrays once; return what takes long."""
    arrays_ = (m.open, m.high, m.low, m.close, m.volume)
    parts = [part for array in arrays_ for part in np.array_split(array, THREADS)]
    missed: list[Missed] = []
    with ThreadPoolExecutor(THREADS) as pool:
        once = _timed(lambda: np.array([list(pool.map(np.sum, parts))]), rounds, 1)
    print(f"\nall five arrays are read in {1000 * once.wall:.1f} ms, {1000 * once.processor:.1f} ms of processors")
    for scan in sorted(WITHOUT_RANKS.intersection(scans)):
        program = criteria.compile(SCANS[scan])
        ours = _timed(partial(program.evaluate, m.panel, m.close.shape[1], threads=THREADS), rounds, len(m.close))
        times = ours.processor / once.processor
        print(f"scan {scan}: every session takes {times:.1f} x the processor time of reading the panel")
        if times > READ_GOAL:
            missed.append(("every: read", f"scan {scan}, every: {times:.1f} x reading the panel, goal {READ_GOAL:.0f}"))
    return missed


def _memory(m: Market, scans: list[str]) -> list[Missed]:
    """Print the memory that every session takes beyond the panel, as a share of it; return what is above the goal."""
    panel = 5 * m.close.nbytes
    missed: list[Missed] = []
    for scan in scans:
        program = criteria.compile(SCANS[scan])
        tracemalloc.start()
        program.evaluate(m.panel, m.close.shape[1], threads=THREADS)
        share = tracemalloc.get_traced_memory()[1] / panel
        tracemalloc.stop()
        print(f"scan {scan}: every session takes {share:.2f} x the panel beyond it")
        if share > MEMORY_GOAL:
            missed.append(("memory", f"scan {scan}: memory {share:.2f} x the panel, goal {MEMORY_GOAL}"))
    return missed


def _whole_scan(rounds: int) -> list[Missed]:
    """Print what a criterion adds to a whole warm scan with the default lookback; return it if it is above the goal."""
    missed: list[Missed] = []
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(home=Path(folder))
        configs = {"none": ScanConfig(source="synthetic", universe="2000x1260", top_n=None)}
        configs |= {scan: replace(configs["none"], criteria=text) for scan, text in SCANS.items()}
        seconds: dict[str, list[float]] = {scan: [] for scan in configs}
        for _ in range(rounds + 1):  # the first fills the cache
            for scan, config in configs.items():
                start = time.process_time()
                run_scan(config, RunOptions(), settings=settings)
                seconds[scan].append(time.process_time() - start)
    plain = min(seconds["none"][1:])
    for scan in SCANS:
        added = min(seconds[scan][1:]) / plain - 1
        print(f"scan {scan} adds {added:.1%} to a whole warm scan of 2,000 x 1,260")
        if added > ADDED_GOAL:
            missed.append(("whole scan", f"scan {scan}: adds {added:.1%} to a whole warm scan, goal {ADDED_GOAL:.0%}"))
    return missed


if __name__ == "__main__":
    main()
