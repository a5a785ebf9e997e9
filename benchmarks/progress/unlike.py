"""Simulate scans that are unlike those before them: of another size, or with a provider that is slow from the start."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from benchmarks.progress.traces import DECLARE, END, STAGES, START, STEP, Call, Trace
from benchmarks.progress.workloads import CELL_SD, MACHINE_SD

CHUNK = 250
STEP_SD = 0.1  # of the log seconds of a batch or a chunk


@dataclass(frozen=True)
class Unlike:
    """Scans of ``symbols`` after those of ``past`` symbols (the newest first), fetched ``batch`` at a time.

    A symbol takes ``fetch`` and ``scan`` seconds; scanning takes ``fixed`` ones before its first symbol, however few
    there are. ``slower`` multiplies what fetching takes in the run that is judged.
    """

    name: str
    symbols: int
    past: tuple[int, ...]
    fetch: float = 1e-4
    scan: float = 2e-4
    fixed: float = 0.7
    batch: int = 100
    slower: float = 1.0


MIXED = (524, 100, 524, 1, 100)
UNLIKES: tuple[Unlike, ...] = (
    Unlike("all symbols after scans of 1, 100 and all", 524, MIXED),
    Unlike("100 symbols after the same", 100, MIXED),
    Unlike("1 symbol after the same", 1, MIXED),
    Unlike("100 symbols, the first scan that is not of all", 100, (524,) * 5),
    Unlike(
        "524 symbols after 100 to 2,000, all paid by the symbol", 524, (100, 2000, 524, 100, 2000), 0.01, 0.002, 0.0
    ),
    Unlike("provider × 3, 20 batches", 2000, (2000,) * 5, 0.01, 1e-3, 0.3, slower=3.0),
    Unlike("provider × 10, 3 batches", 300, (300,) * 5, 0.01, 1e-3, 0.3, slower=10.0),
    Unlike("as before, 20 batches", 2000, (2000,) * 5, 0.01, 1e-3, 0.3),
)


def simulate_unlike(workload: Unlike, seed: int) -> tuple[Trace, tuple[Trace, ...]]:
    """Return the run to be judged and the runs before it, the newest first."""
    random_ = random.Random(f"{workload.name} {seed}")
    past = tuple(_run(workload, random_, symbols, 1.0) for symbols in workload.past)
    return _run(workload, random_, workload.symbols, workload.slower), past


def _run(workload: Unlike, random_: random.Random, symbols: int, slower: float) -> Trace:
    machine = random_.gauss(0.0, MACHINE_SD)
    plan = _plan(workload, symbols, slower)
    calls = [
        Call(0.0, DECLARE, stage, steps[0][0], sum(units for _, units, _ in steps))
        for stage, steps in zip(STAGES, plan, strict=True)
    ]
    now = 0.0
    for stage, steps in zip(STAGES, plan, strict=True):
        calls.append(Call(now, START, stage))
        speed = math.exp(machine + random_.gauss(0.0, CELL_SD))
        for unit_class, units, seconds in steps:
            now += seconds * speed * math.exp(random_.gauss(0.0, STEP_SD))
            calls.append(Call(now, STEP, stage, unit_class, units))
        calls.append(Call(now, END, stage))
    return Trace(workload.name, tuple(calls))


def _plan(workload: Unlike, symbols: int, slower: float) -> list[list[tuple[str, int, float]]]:
    """Return the steps of each stage: class, units, mean seconds."""
    batches = [min(workload.batch, symbols - start) for start in range(0, symbols, workload.batch)]
    chunks = [min(CHUNK, symbols - start) for start in range(0, symbols, CHUNK)]
    scanned = [("symbol", units, workload.scan * units) for units in chunks]
    scanned[0] = ("symbol", chunks[0], scanned[0][2] + workload.fixed)
    return [
        [("load", 1, 0.2)],
        [("miss", units, workload.fetch * units * slower) for units in batches],
        scanned,
        [("rank", symbols, 0.01 + 2e-6 * symbols)],
    ]
