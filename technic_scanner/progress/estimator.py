"""Predict the seconds left from past runs' unit costs, corrected by what this run has shown: joint log-normal costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

from technic_scanner.progress.cost_history import Cell, CostHistory
from technic_scanner.progress.gaussian import Matrix, Vector, condition, quadratic_form
from technic_scanner.progress.work_log import WHOLE_STAGE

BAND_Z = 1.2815515655446004  # 80 % of a normal lie within this many sd
COMMON_CORRELATION = 0.2  # of all cells: the machine is faster or slower as a whole
FIRST_RUN_COMMON_SD = 10.0  # nothing is known of the scale before something was measured
FIRST_RUN_STAGE_SD = 1.2
CLASS_SD = 0.7
FIRST_RUN_SECONDS = 60.0
WEIGHTS_TRUST = 0.8
SHIFTED_SD = 1.0  # added to what past runs say of a cell whose level has moved within this run
_DEFAULT_CV = 0.5


@dataclass(frozen=True, slots=True)
class Seen:
    """What this run measured of a class: wall ``seconds`` for ``units`` in ``steps`` reports, ``cv`` of a unit.

    ``shifted`` says that the level moved within this run, so that only what came after is in it.
    """

    unit_class: str
    units: float
    seconds: float
    cv: float
    steps: int
    shifted: bool = False


@dataclass(frozen=True, slots=True)
class StageView:
    """One stage as the estimator sees it.

    ``left`` are units to do by class, None while unknown; ``idle_seconds`` passed since the last report of a
    running stage.
    """

    name: str
    weight: float
    ended: bool
    running: bool
    left: Mapping[str, float] | None
    seen: tuple[Seen, ...] = ()
    idle_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """Seconds left with their 80 % band, over all and by stage; None is unknown, 0.0 is done."""

    seconds: float | None
    low_seconds: float | None
    high_seconds: float | None
    stages: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Job:
    """One cell of the joint distribution, with what is left of it and what was seen."""

    stage: int
    cell: Cell
    left: float
    seen: Seen | None
    cv: float


class Estimator:
    """The cost model of one plan; stateless between forecasts, so it may be asked at any time."""

    def __init__(self, history: CostHistory | None = None) -> None:
        self._history = history or CostHistory()

    @property
    def knows_past(self) -> bool:
        """Tell whether there are past runs to learn from."""
        return bool(self._history.cells)

    def forecast(self, stages: Sequence[StageView]) -> Forecast:
        """Return the seconds left of ``stages``, which are all stages of the plan in order."""
        jobs = [job for index, stage in enumerate(stages) for job in self._jobs(index, stage)]
        mean, covariance = self._prior(stages, jobs)
        seen = [i for i, job in enumerate(jobs) if job.seen is not None]
        values, noise = zip(*(_observation(jobs[i]) for i in seen), strict=True) if seen else ((), ())
        mean, covariance = condition(mean, covariance, seen, list(values), list(noise))
        gradient = [job.left * math.exp(mean[i]) for i, job in enumerate(jobs)]
        by_stage = {stage.name: 0.0 for stage in stages}
        for job, seconds in zip(jobs, gradient, strict=True):
            by_stage[stages[job.stage].name] += seconds
        variance = quadratic_form(gradient, covariance)
        variance += sum(job.left * math.exp(2 * mean[i]) * job.cv**2 for i, job in enumerate(jobs))
        for stage in stages:
            if stage.running and stage.idle_seconds > 0:
                by_stage[stage.name] = _less_idle(by_stage[stage.name], stage)
        known = self.knows_past or any(stage.ended and stage.seen for stage in stages)
        return _forecast(by_stage, stages, variance, known=known, scaled=self.knows_past or bool(seen))

    def _jobs(self, index: int, stage: StageView) -> list[_Job]:
        past = self._history.cells_of(stage.name)
        seen = {item.unit_class: item for item in stage.seen}
        left: Mapping[str, float] = {}
        if not stage.ended:
            left = stage.left if stage.left is not None else self._expected_left(stage.name, seen)
        jobs = []
        for unit_class in dict.fromkeys([*seen, *left]):
            known = past.get(unit_class)
            cv = _job_cv(seen.get(unit_class), None if known is None else known.cv)
            jobs.append(_Job(index, (stage.name, unit_class), left.get(unit_class, 0.0), seen.get(unit_class), cv))
        return jobs

    def _expected_left(self, stage: str, seen: Mapping[str, Seen]) -> dict[str, float]:
        """Return the units of past runs where this one has declared none; without past runs, the stage as one unit."""
        past = self._history.cells_of(stage)
        if not past:
            return {WHOLE_STAGE: 1.0} if not seen else {}
        return {name: max(0.0, cell.units - (seen[name].units if name in seen else 0.0)) for name, cell in past.items()}

    def _prior(self, stages: Sequence[StageView], jobs: Sequence[_Job]) -> tuple[Vector, Matrix]:
        past = self._history.cells
        if not past:
            return _weights_prior(stages, jobs)
        means, deviations = [], []
        for job in jobs:
            known = past.get(job.cell)
            if known is not None:
                means.append(known.log_cost)
                shifted = SHIFTED_SD if job.seen is not None and job.seen.shifted else 0.0
                deviations.append(math.hypot(known.log_cost_sd, shifted))
            else:
                means.append(self._guess(stages, job, jobs))
                deviations.append(FIRST_RUN_STAGE_SD)
        covariance = [
            [a * b * (1.0 if i == j else COMMON_CORRELATION) for j, b in enumerate(deviations)]
            for i, a in enumerate(deviations)
        ]
        return means, covariance

    def _guess(self, stages: Sequence[StageView], job: _Job, jobs: Sequence[_Job]) -> float:
        """Return the log cost of a class that no past run had: that of the stage's other classes, else the weights'."""
        siblings = self._history.cells_of(job.cell[0])
        if siblings:
            units = sum(cell.units for cell in siblings.values())
            return sum(cell.log_cost * cell.units for cell in siblings.values()) / units
        seconds = sum(cell.units * math.exp(cell.log_cost) for cell in self._history.cells.values())
        weights = {stage.name: stage.weight for stage in stages}
        covered = sum(weights.get(name, 0.0) for name in {name for name, _ in self._history.cells})
        share = seconds * weights[job.cell[0]] / covered if covered else FIRST_RUN_SECONDS * weights[job.cell[0]]
        return math.log(share / _stage_units(job.stage, jobs))


def _weights_prior(stages: Sequence[StageView], jobs: Sequence[_Job]) -> tuple[Vector, Matrix]:
    """Return the prior of a first run: the plan's weights, drawn a little towards every unit costing the same.

    The scale is unknown, so it is common to all cells and wide; a stage's own departure from its weight is wide too.
    """
    everything = sum(_stage_units(index, jobs) for index in range(len(stages)))
    means = []
    for job in jobs:
        units = _stage_units(job.stage, jobs)
        by_weight = math.log(stages[job.stage].weight / units)
        means.append(
            math.log(FIRST_RUN_SECONDS) + WEIGHTS_TRUST * by_weight - (1 - WEIGHTS_TRUST) * math.log(everything)
        )
    covariance = [
        [
            FIRST_RUN_COMMON_SD**2
            + (FIRST_RUN_STAGE_SD**2 * 0.25 / stages[a.stage].weight if a.stage == b.stage else 0.0)
            + (CLASS_SD**2 if a.cell == b.cell else 0.0)
            for b in jobs
        ]
        for a in jobs
    ]
    return means, covariance


def _stage_units(stage: int, jobs: Sequence[_Job]) -> float:
    return sum(job.left + (job.seen.units if job.seen else 0.0) for job in jobs if job.stage == stage) or 1.0


def _observation(job: _Job) -> tuple[float, float]:
    """Return the observed log unit cost and its variance: unit noise, a floor, and a penalty for very few steps."""
    seen = job.seen
    if seen is None:
        raise ValueError("nothing was seen of this cell")
    return math.log(seen.seconds / seen.units), job.cv**2 / seen.units + 1e-4 + 0.25 / seen.steps**2


def _job_cv(seen: Seen | None, past: float | None) -> float:
    """Return a unit's cv: what was measured here and before, weighted by steps (the past counts as 20)."""
    prior = _DEFAULT_CV if past is None else past
    if seen is None or seen.steps < 2:
        return prior
    return math.sqrt((seen.cv**2 * seen.steps + prior**2 * 20) / (seen.steps + 20))


def _less_idle(seconds: float, stage: StageView) -> float:
    """Count down while a step is under way; once it is overdue, expect the median of what a step still takes then.

    A step's length is taken as log-normal with sd 0.5: the median of X given X > t.
    """
    units = sum(stage.left.values()) if stage.left else 1.0
    done = sum(item.units for item in stage.seen)
    steps = sum(item.steps for item in stage.seen)
    step_units = min(units, done / steps) if steps else units
    step = seconds * step_units / units if units > 0 else 0.0
    if step <= 0:
        return max(0.0, seconds - stage.idle_seconds)
    normal = NormalDist(math.log(step), 0.5)
    passed = normal.cdf(math.log(stage.idle_seconds))
    median = math.exp(normal.inv_cdf(min(1 - 1e-9, 0.5 + 0.5 * passed)))
    return seconds - step + max(0.0, median - stage.idle_seconds)


def _forecast(
    by_stage: Mapping[str, float], stages: Sequence[StageView], variance: float, *, known: bool, scaled: bool
) -> Forecast:
    seconds = sum(by_stage.values())
    if all(stage.ended for stage in stages):
        return Forecast(0.0, 0.0, 0.0, dict.fromkeys(by_stage, 0.0))
    if not scaled or seconds <= 0:
        return Forecast(None, None, None, {stage.name: 0.0 if stage.ended else None for stage in stages})
    spread = BAND_Z * math.sqrt(variance) / seconds
    low, high = seconds * math.exp(-spread), seconds * math.exp(spread)
    shown = {stage.name: 0.0 if stage.ended else by_stage[stage.name] if known else None for stage in stages}
    return Forecast(seconds if known else None, low, high, shown)
