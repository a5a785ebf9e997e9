"""Simulate scans of 2,000 symbols whose stages cost what they cost, on virtual time."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from benchmarks.progress.traces import DECLARE, END, STAGES, START, STEP, Call, Trace

SYMBOLS = 2000
UNIVERSE_UNITS = 400
FINAL_UNITS = 800
SECONDS = 60.0
PAST_RUNS = 5
UNIT_SIGMA = 0.8  # of log unit times: cv 0.95
HEAVY_SIGMA = 1.4  # cv 2.5
CELL_SD = 0.15  # from run to run, of one cell alone
MACHINE_SD = 0.075  # from run to run, of all cells together
HIT_COST = 0.1  # of a miss
THROTTLE_FROM = (0.75, 0.95)  # share of the symbols fetched when the provider starts to throttle

MATCHING = (0.04, 0.205, 0.70, 0.055)
OTHER = (0.30, 0.50, 0.15, 0.05)


@dataclass(frozen=True)
class Workload:
    """How runs of one kind spend their time.

    ``mix`` is the share of the mean time of each stage in the past runs. ``hits`` is the share of symbols
    found in the cache in the run that is judged, ``past_hits`` in the runs before it; ``order`` says how they come.
    ``throttle`` multiplies the cost of fetching from a random moment of the stage on.
    """

    name: str
    mix: tuple[float, float, float, float]
    sigma: float = UNIT_SIGMA
    hits: float = 0.0
    past_hits: float = 0.0
    order: str = "mixed"
    throttle: float = 1.0
    past_runs: int = PAST_RUNS


WORKLOADS: tuple[Workload, ...] = (
    Workload("stage mix 4/20.5/70/5.5", MATCHING),
    Workload("same, heavy-tailed units", MATCHING, sigma=HEAVY_SIGMA),
    Workload("mix 30/50/15/5", OTHER),
    Workload("same, heavy-tailed", OTHER, sigma=HEAVY_SIGMA),
    Workload("cold → warm cache mid-run", OTHER, hits=0.5, past_hits=0.5, order="misses first"),
    Workload("hits and misses mixed", OTHER, hits=0.5, past_hits=0.5),
    Workload("provider throttles ×3 mid-run", OTHER, throttle=3.0),
    Workload("warm run after cold history", OTHER, hits=0.9, past_hits=0.05),
    Workload("first run, matching mix", MATCHING, past_runs=0),
    Workload("first run, mix 30/50/15/5", OTHER, past_runs=0),
)


def simulate(workload: Workload, seed: int) -> tuple[Trace, tuple[Trace, ...]]:
    """Return the run to be judged and the runs before it, the newest first."""
    random_ = random.Random(f"{workload.name} {seed}")
    past = tuple(_run(workload, random_, workload.past_hits, 1.0) for _ in range(workload.past_runs))
    return _run(workload, random_, workload.hits, workload.throttle), past


def _run(workload: Workload, random_: random.Random, hits: float, throttle: float) -> Trace:
    machine = random_.gauss(0.0, MACHINE_SD)
    plan = _plan(random_, hits, workload.order)
    calls = [
        Call(0.0, DECLARE, stage, unit_class, classes.count(unit_class))
        for stage, classes in zip(STAGES, plan, strict=True)
        for unit_class in sorted(set(classes))
    ]
    now = 0.0
    for stage, share, classes in zip(STAGES, workload.mix, plan, strict=True):
        calls.append(Call(now, START, stage))
        speed = {name: math.exp(machine + random_.gauss(0.0, CELL_SD)) for name in sorted(set(classes))}
        base = SECONDS * share / len(classes)
        if stage == "data_fetching":
            base /= 1 - workload.past_hits * (1 - HIT_COST)
        throttled_from = random_.uniform(*THROTTLE_FROM) * len(classes) if stage == "data_fetching" else math.inf
        for position, unit_class in enumerate(classes):
            cost = base * speed[unit_class] * (HIT_COST if unit_class == "hit" else 1.0)
            if position >= throttled_from:
                cost *= throttle
            now += cost * math.exp(random_.gauss(-(workload.sigma**2) / 2, workload.sigma))
            calls.append(Call(now, STEP, stage, unit_class, 1))
        calls.append(Call(now, END, stage))
    return Trace(workload.name, tuple(calls))


def _plan(random_: random.Random, hits: float, order: str) -> list[list[str]]:
    hit_count = round(SYMBOLS * hits)
    fetch = ["miss"] * (SYMBOLS - hit_count) + ["hit"] * hit_count
    if order == "mixed":
        random_.shuffle(fetch)
    return [["universe"] * UNIVERSE_UNITS, fetch, ["symbol"] * SYMBOLS, ["row"] * FINAL_UNITS]
