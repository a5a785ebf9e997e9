"""Predict the seconds left from past runs' unit costs, corrected by what this run has shown: joint log-normal costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from technic_scanner.progress.cost_history import CostHistory, PastCell
from technic_scanner.progress.gaussian import Matrix, Vector, condition, quadratic_form
from technic_scanner.progress.priors import Job, history_prior, weights_prior
from technic_scanner.progress.running_step import FEW_STEPS, CostedJob, late_seconds, stage_seconds
from technic_scanner.progress.stage_view import Forecast, Seen, StageView
from technic_scanner.progress.work_log import DEFAULT_CLASS, TAIL, WHOLE_STAGE

_BAND_Z = 1.2815515655446004  # 80 % of a normal lie within this many sd
_WIDEST = 20.0  # of a band, in log seconds; keeps exp within a float
_DEFAULT_CV = 0.5
_PAST_STEPS = 20  # what past runs' cv counts, in steps of this one
_FLOOR = 1e-4  # of an observed log mean's variance
_MOST_SD = 2.0  # past runs that lie further off do not speak for this one
_EXACT = 1e-8  # keeps the matrices regular once all units were seen


class Estimator:
    """The cost model of one plan; keeps nothing between forecasts, so it may be asked at any time."""

    def __init__(self, history: CostHistory | None = None) -> None:
        self._history = history or CostHistory()

    @property
    def knows_past(self) -> bool:
        """Tell whether there are past runs to learn from."""
        return bool(self._history.cells)

    def forecast(self, stages: Sequence[StageView]) -> Forecast:
        """Return the seconds left of ``stages``, which are all stages of the plan in order.

        x is the log of what a unit costs on average over the whole stage, seen and unseen. mu+ and S+ are its prior
        conditioned on this run's log means y with variance R; of N units at mean cost exp(mu+), what was seen is
        spent and the rest is left. Its variance is g'S+g with g = N exp(mu+).
        """
        if all(stage.ended for stage in stages):
            return Forecast(0.0, 0.0, 0.0, {stage.name: 0.0 for stage in stages})
        jobs = [job for index, stage in enumerate(stages) for job in self._jobs(index, stage)]
        seen = [i for i, job in enumerate(jobs) if job.seen is not None]
        if any(self._is_open_ended(stage) for stage in stages) or not (self.knows_past or seen):
            return Forecast(None, None, None, {stage.name: 0.0 if stage.ended else None for stage in stages})
        prior = history_prior(self._history, stages, jobs) if self.knows_past else weights_prior(stages, jobs)
        observed = [_observation(job, job.seen) for job in jobs if job.seen is not None]
        values, noise = [value for value, _ in observed], [noise for _, noise in observed]
        ahead = [i for i, job in enumerate(jobs) if job.left > 0]
        mean, covariance = condition(*_widened(prior, seen, values, noise), seen, values, noise, ahead)
        totals = [jobs[i].total * math.exp(value) for i, value in zip(ahead, mean, strict=True)]
        variance = quadratic_form(totals, covariance)
        costed = [
            CostedJob(jobs[i], total, math.sqrt(max(0.0, covariance[place][place])))
            for place, (i, total) in enumerate(zip(ahead, totals, strict=True))
        ]
        work = [[item for item in costed if item.job.stage == index] for index in range(len(stages))]
        by_stage = {stage.name: stage_seconds(stage, jobs) for stage, jobs in zip(stages, work, strict=True)}
        known = self.knows_past or any(stage.ended and stage.seen for stage in stages)
        late = sum(late_seconds(stage, jobs) for stage, jobs in zip(stages, work, strict=True))
        return _forecast(by_stage, stages, variance, late, known=known)

    def _jobs(self, index: int, stage: StageView) -> list[Job]:
        past = self._history.cells_of(stage.name)
        seen = _without_unheard_tails(stage.seen, past)
        left = {} if stage.ended else self._left(stage, past)
        return [
            Job(
                index,
                (stage.name, unit_class),
                left.get(unit_class, 0.0),
                seen.get(unit_class),
                _unit_cv(seen.get(unit_class), past.get(unit_class)),
            )
            for unit_class in dict.fromkeys([*left, *seen])
        ]

    def _left(self, stage: StageView, past: Mapping[str, PastCell]) -> dict[str, float]:
        """Return the units left by class; those of the run before where this one has declared none, and their tail.

        A stage of which nothing at all is known is one unit of its own.
        """
        units = {name: cell.units for name, cell in past.items() if not name.startswith(TAIL)}
        if stage.left is not None:
            left = _shared_out(stage.left, units)
        elif units:
            left = {name: max(0.0, expected - stage.done.get(name, 0.0)) for name, expected in units.items()}
        else:
            left = {} if stage.done else {WHOLE_STAGE: 1.0}
        followed = [name for name in left.keys() | stage.done.keys() if TAIL + name in past]
        return left | {TAIL + name: left.get(name, 0.0) + stage.done.get(name, 0.0) for name in sorted(followed)}

    def _is_open_ended(self, stage: StageView) -> bool:
        """Tell whether a stage has done some work and nothing says how much there is."""
        unknown = not stage.ended and stage.left is None and bool(stage.done)
        return unknown and not self._history.cells_of(stage.name)


def _shared_out(left: Mapping[str, float], past: Mapping[str, float]) -> dict[str, float]:
    """Return the units ``left`` by class; while a total is all that was said of them, by the ``past`` run's classes."""
    if list(left) != [DEFAULT_CLASS] or past.keys() & {DEFAULT_CLASS, WHOLE_STAGE} or not any(past.values()):
        return dict(left)
    share = left[DEFAULT_CLASS] / sum(past.values())
    return {name: units * share for name, units in past.items()}


def _without_unheard_tails(seen: Sequence[Seen], past: Mapping[str, PastCell]) -> dict[str, Seen]:
    """Return what was seen by class; a tail that no past run had becomes part of what its class has cost."""
    found = {item.unit_class: item for item in seen}
    for name in [name for name in found if name.startswith(TAIL) and name not in past]:
        tail, item = found.pop(name), found[name.removeprefix(TAIL)]
        found[item.unit_class] = replace(item, seconds=item.seconds + tail.seconds)
    return found


def _observation(job: Job, seen: Seen) -> tuple[float, float]:
    """Return the observed log unit cost and its variance as the mean of all N units, of which n were seen.

    cv^2 (1/n - 1/N), the variance of a sample's mean about that of its finite population (Cochran, Sampling
    Techniques, 2.6), with a floor and a penalty for very few steps that fade as the rest is seen.
    """
    unseen = job.left / job.total
    noise = job.cv**2 * unseen / seen.units + (_FLOOR + FEW_STEPS / seen.steps**2) * unseen
    return math.log(seen.seconds / seen.units), noise + _EXACT


def _widened(prior: tuple[Vector, Matrix], seen: Sequence[int], values: Vector, noise: Vector) -> tuple[Vector, Matrix]:
    """Return the prior, its sd of each class widened until what was seen of the class lies within 2 predictive sd.

    That is what a heavy-tailed prior does to an outlier (West, 1984, Outlier Models and Prior Distributions in
    Bayesian Linear Regression): the class's own measurements are believed, and no other class is moved by more than
    they would move it at 2 sd.
    """
    mean, covariance = prior
    scale = [1.0] * len(mean)
    for i, value, error in zip(seen, values, noise, strict=True):
        needed = ((value - mean[i]) / _MOST_SD) ** 2 - error
        if needed > covariance[i][i]:
            scale[i] = math.sqrt(needed / covariance[i][i])
    return mean, [
        [a * b * one for b, one in zip(scale, row, strict=True)] for a, row in zip(scale, covariance, strict=True)
    ]


def _unit_cv(seen: Seen | None, past: PastCell | None) -> float:
    """Return a unit's cv: what was measured here and before, weighted by steps."""
    prior = _DEFAULT_CV if past is None else past.cv
    if seen is None or seen.steps < 2:
        return prior
    return math.sqrt((seen.cv**2 * seen.steps + prior**2 * _PAST_STEPS) / (seen.steps + _PAST_STEPS))


def _forecast(
    by_stage: Mapping[str, float], stages: Sequence[StageView], variance: float, late: float, *, known: bool
) -> Forecast:
    """Return the sum of the stages with its band; the band alone while the sum is not ``known`` well enough to say.

    An overdue step may be ``late`` by so many seconds more; the band holds them.
    """
    seconds = sum(by_stage.values())
    spread = max(_BAND_Z * math.sqrt(variance) / seconds, math.log1p(late / seconds)) if seconds > 0 else 0.0
    spread = min(_WIDEST, spread)
    shown = {stage.name: 0.0 if stage.ended else by_stage[stage.name] if known else None for stage in stages}
    return Forecast(
        seconds if known else None, seconds * math.exp(-spread), seconds * math.exp(spread), shown, overdue=late > 0
    )
