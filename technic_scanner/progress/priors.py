"""Compute the prior of unit costs from past runs, before this run has measured anything."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from technic_scanner.progress.cost_history import Cell, CostHistory
from technic_scanner.progress.shared_factor import SharedFactor
from technic_scanner.progress.stage_view import Seen, StageView
from technic_scanner.progress.work_log import TAIL, WHOLE_STAGE

# The cost of a class that no past run had is derived from a related class: cached bars are read, not fetched.
_RELATIVES = {"hit": ("miss", 1 / 20), "miss": ("hit", 20.0)}
_UNHEARD_SD = 1.2  # sd of the log cost of a class that no past run had
_SHIFTED_SD = 1.0  # added to the sd from past runs for a class whose level has shifted within this run


@dataclass(frozen=True, slots=True)
class Job:
    """One class of work in one stage (by position): units left, its measurement, and the cv of a unit.

    If the units of the class cost differently in a known order, ``left`` and those of the measurement are equivalents:
    units of mean cost that would cost as much. ``units_left`` are real ones.
    """

    stage: int
    cell: Cell
    left: float
    seen: Seen | None
    cv: float
    units_left: float

    @property
    def total(self) -> float:
        """The units measured and left."""
        return self.left + (self.seen.units if self.seen is not None else 0.0)


def history_prior(history: CostHistory, stages: Sequence[StageView], jobs: Sequence[Job]) -> SharedFactor:
    """Return the jobs' log unit costs as past runs say."""
    means, deviations = [], []
    log_sizes = [math.log(_stage_units(stage, index, jobs)) for index, stage in enumerate(stages)]
    for job in jobs:
        past = history.cells.get(job.cell)
        if past is None:
            means.append(_guess(history, stages, job, jobs))
            deviations.append(_UNHEARD_SD)
        else:
            shifted = _SHIFTED_SD if job.seen is not None and job.seen.shifted else 0.0
            mean, sd = past.expected(log_sizes[job.stage])
            means.append(mean)
            deviations.append(math.hypot(sd, shifted))
    return SharedFactor(means, deviations, history.correlation)


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
    left = sum(job.units_left for job in jobs if job.stage == index and not job.cell[1].startswith(TAIL))
    return left + sum(stage.done.values()) or 1.0
