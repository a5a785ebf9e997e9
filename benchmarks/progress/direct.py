"""Simulate runs of 300 seconds and 1,200 units for a tracker that is used directly, without a scan around it."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.progress.traces import DECLARE, END, STAGES, START, STEP, Call, Trace

UNITS = (100, 500, 500, 100)
SECONDS = 300.0
WEIGHTS = (0.05, 0.20, 0.70, 0.05)
OTHER = (0.30, 0.50, 0.15, 0.05)
COLD = (0.05, 0.42, 0.48, 0.05)
WARM_COST = 0.1  # of a unit's cost while the cache is cold
FETCHING = 1  # position of the stage whose cache gets warm


@dataclass(frozen=True)
class Direct:
    """How runs of one kind spend their time.

    ``mix`` are the stages' shares of it, from which each departs by ``stage_sd`` in log seconds from run to run; units
    by ``sigma``. In the middle of the run one unit takes ``stall`` seconds more. With ``warms`` the second half of what
    is fetched comes from a warm cache. ``today`` is the error that the tracker had before it learned, as the issue that
    asked for it gives it.
    """

    name: str
    mix: tuple[float, float, float, float]
    today: float
    sigma: float = 0.2
    stage_sd: float = 0.06
    stall: float = 0.0
    warms: bool = False


DIRECTS: tuple[Direct, ...] = (
    Direct("stage mix as the weights say", WEIGHTS, 2.8),
    Direct("same, heavy-tailed units", WEIGHTS, 2.9, sigma=0.85, stage_sd=0.0),
    Direct("a stall in the middle", WEIGHTS, 14.6, sigma=0.3, stage_sd=0.0, stall=66.0),
    Direct("mix 30/50/15/5", OTHER, 305.0),
    Direct("cold → warm cache", COLD, 62.0, warms=True),
)


def simulate_direct(workload: Direct, seed: int, past_runs: int = 0) -> tuple[Trace, tuple[Trace, ...]]:
    """Return the run to be judged and ``past_runs`` runs before it, which take as long but for their chance."""
    random_ = random.Random(f"{workload.name} {seed}")
    judged = _run(workload, random_)
    return judged, tuple(_run(workload, random_) for _ in range(past_runs))


def _run(workload: Direct, random_: random.Random) -> Trace:
    costs = [
        _stage_costs(workload, random_, position, share * math.exp(random_.gauss(0.0, workload.stage_sd)))
        for position, share in enumerate(workload.mix)
    ]
    scale = (SECONDS - workload.stall) / sum(map(sum, costs))
    costs = [[cost * scale for cost in stage] for stage in costs]
    if workload.stall:
        _stall(costs, workload.stall)
    calls = [Call(0.0, DECLARE, stage, "unit", units) for stage, units in zip(STAGES, UNITS, strict=True)]
    now = 0.0
    for stage, stage_costs in zip(STAGES, costs, strict=True):
        calls.append(Call(now, START, stage))
        for cost in stage_costs:
            now += cost
            calls.append(Call(now, STEP, stage, "unit", 1))
        calls.append(Call(now, END, stage))
    return Trace(workload.name, tuple(calls))


def _stage_costs(workload: Direct, random_: random.Random, position: int, share: float) -> Sequence[float]:
    """Return what each unit of a stage costs, ``share`` in all."""
    units = UNITS[position]
    costs = [math.exp(random_.gauss(0.0, workload.sigma)) for _ in range(units)]
    if workload.warms and position == FETCHING:
        costs = [cost * (WARM_COST if place >= units / 2 else 1.0) for place, cost in enumerate(costs)]
    scale = share / sum(costs)
    return [cost * scale for cost in costs]


def _stall(costs: list[list[float]], seconds: float) -> None:
    half, passed = sum(map(sum, costs)) / 2, 0.0
    for stage in costs:
        for place, cost in enumerate(stage):
            passed += cost
            if passed >= half:
                stage[place] += seconds
                return
