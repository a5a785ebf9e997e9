"""Compute the prior of unit costs before this run's measurements, from past runs or from the plan's weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from technic_scanner.progress.cost_history import Cell, CostHistory
from technic_scanner.progress.gaussian import Matrix, Vector
from technic_scanner.progress.stage_view import Seen, StageView
from technic_scanner.progress.work_log import TAIL, WHOLE_STAGE

# The cost of a class that no past run had is derived from a related class: cached bars are read, not fetched.
_RELATIVES = {"hit": ("miss", 1 / 20), "miss": ("hit", 20.0)}
_UNHEARD_SD = 1.2  # sd of the log cost of a class that no past run had
_SHIFTED_SD = 1.0  # added to the sd from past runs for a class whose level has shifted within this run

_FIRST_RUN_SECONDS = 60.0  # arbitrary: the common sd makes the scale unknown
_FIRST_RUN_COMMON_SD = 10.0
_FIRST_RUN_STAGE_SD = 1.2  # sd of a stage of weight 0.25; short stages deviate more from their weight
_FIRST_RUN_AHEAD_SD = 1.4  # maximum sd of a stage without measurements, which must not affect the cost of others
_FIRST_RUN_CLASS_SD = 0.7
_WEIGHTS_TRUST = 0.7


@dataclass(frozen=True, slots=True)
class Job:
    """One class of work in one stage (by position): units left, its measurement, and the cv of a unit."""

    stage: int
    cell: Cell
    left: float
    seen: Seen | None
    cv: float

    @property
    def total(self) -> float:
        """The units measured and left."""
        return self.left + (self.seen.units if self.seen is not None else 0.0)


def history_prior(history: CostHistory, stages: Sequence[StageView], jobs: Sequence[Job]) -> tuple[Vector, Matrix]:
    """Return mean and covariance of the jobs' log unit costs from past runs."""
    means, deviations = [], []
    for job in jobs:
        past = history.cells.get(job.cell)
        if past is None:
            means.append(_guess(history, stages, job, jobs))
            deviations.append(_UNHEARD_SD)
        else:
            shifted = _SHIFTED_SD if job.seen is not None and job.seen.shifted else 0.0
            mean, sd = past.expected(math.log(_stage_units(stages[job.stage], job.stage, jobs)))
            means.append(mean)
            deviations.append(math.hypot(sd, shifted))
    correlation = history.correlation
    covariance = [
        [a * b * (1.0 if i == j else correlation) for j, b in enumerate(deviations)] for i, a in enumerate(deviations)
    ]
    return means, covariance


def weights_prior(stages: Sequence[StageView], jobs: Sequence[Job]) -> tuple[Vector, Matrix]:
    """Return mean and covariance for a first run: the plan's weights, shrunk slightly towards equal unit costs.

    log cost = 0.7 log(weight / units of the stage) - 0.3 log(units of all stages) + the scale. The scale is unknown, so
    it is common to all and has a very wide prior; a stage's own deviation has variance 1.2^2 x 0.25 / weight, so that a
    short stage does not determine the scale, and at most 1.4^2 before the stage has started.
    """
    begun = {job.stage for job in jobs if job.seen is not None}
    departures = [
        _FIRST_RUN_STAGE_SD**2 * 0.25 / stage.weight
        if index in begun
        else min(_FIRST_RUN_STAGE_SD**2 * 0.25 / stage.weight, _FIRST_RUN_AHEAD_SD**2)
        for index, stage in enumerate(stages)
    ]
    units = [_stage_units(stage, index, jobs) for index, stage in enumerate(stages)]
    means = [
        math.log(_FIRST_RUN_SECONDS)
        + _WEIGHTS_TRUST * math.log(stages[job.stage].weight / units[job.stage])
        - (1 - _WEIGHTS_TRUST) * math.log(sum(units))
        for job in jobs
    ]
    covariance = [
        [
            _FIRST_RUN_COMMON_SD**2
            + (departures[a.stage] if a.stage == b.stage else 0.0)
            + (_FIRST_RUN_CLASS_SD**2 if a.cell == b.cell else 0.0)
            for b in jobs
        ]
        for a in jobs
    ]
    return means, covariance


def _guess(history: CostHistory, stages: Sequence[StageView], job: Job, jobs: Sequence[Job]) -> float:
    """Return the log cost of a class that no past run had, from its related class, its stage or the stage's weight."""
    name, unit_class = job.cell
    siblings = {name: cell for name, cell in history.cells_of(name).items() if not name.startswith(TAIL)}
    units = _stage_units(stages[job.stage], job.stage, jobs)
    relative, ratio = _RELATIVES.get(unit_class, ("", 1.0))
    if relative in siblings:
        return siblings[relative].log_cost + math.log(ratio)
    if WHOLE_STAGE in siblings:
        return siblings[WHOLE_STAGE].log_cost - math.log(units)
    if siblings:
        total = sum(cell.units for cell in siblings.values())
        return sum(cell.log_cost * cell.units for cell in siblings.values()) / total
    weights = {stage.name: stage.weight for stage in stages}
    known = {stage for stage, _ in history.cells}
    seconds = sum(cell.units * math.exp(cell.log_cost) for cell in history.cells.values())
    seconds_by_weight = seconds / sum(weights.get(stage, 0.0) for stage in known)
    return math.log(seconds_by_weight * weights[name] / units)


def _stage_units(stage: StageView, index: int, jobs: Sequence[Job]) -> float:
    left = sum(job.left for job in jobs if job.stage == index and not job.cell[1].startswith(TAIL))
    return left + sum(stage.done.values()) or 1.0
