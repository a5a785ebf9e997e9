"""Predict the seconds left with a joint log-normal model of unit costs, from past runs and this run's measurements."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from technic_scanner.progress.cost_history import CostHistory, PastCell
from technic_scanner.progress.equivalents import in_equivalents
from technic_scanner.progress.first_run import FirstRun, as_a_whole, scaled
from technic_scanner.progress.gaussian import Joint, Vector, condition
from technic_scanner.progress.mixture import Future, UnderWay, join
from technic_scanner.progress.priors import Job, history_prior
from technic_scanner.progress.running_step import FEW_STEPS, CostedJob, late_seconds, stage_seconds
from technic_scanner.progress.shared_factor import SharedFactor
from technic_scanner.progress.stage_view import Forecast, Seen, StageView
from technic_scanner.progress.work_log import DEFAULT_CLASS, TAIL, WHOLE_STAGE

_DEFAULT_CV = 0.5
_PAST_STEPS = 20  # weight of the cv of past runs, in steps of this run
_FLOOR = 1e-4  # minimum variance of an observed log mean
_MOST_SD = 2.0  # past runs further away than this are not representative of this run
_EXACT = 1e-8  # keeps the matrices regular when all units have been measured


class Estimator:
    """The cost model of one plan; it has no state between forecasts, so it can be called at any time.

    ``weight_doubt`` is the probability that, in a run without past runs, the stages ahead do not follow their weights
    although those so far did.
    """

    def __init__(self, history: CostHistory | None = None, *, weight_doubt: float = 0.0) -> None:
        self._history = history or CostHistory()
        self._weight_doubt = weight_doubt

    @property
    def knows_past(self) -> bool:
        """Whether there are past runs to learn from."""
        return bool(self._history.cells)

    def forecast(self, stages: Sequence[StageView]) -> Forecast:
        """Return the seconds left of ``stages``; only the band while the number would be a guess."""
        return self.guess(stages).without_guess()

    def guess(self, stages: Sequence[StageView]) -> Forecast:
        """Return the seconds left of ``stages``, which are all stages of the plan in order.

        x is the log of the mean cost of a unit over the whole stage, measured and remaining. mu+ and S+ are its prior
        conditioned on this run's log means y with variance R; of N units at mean cost exp(mu+), the measured ones are
        spent and the others are left. The variance is g'S+g with g = N exp(mu+).
        """
        if all(stage.ended for stage in stages):
            return Forecast(0.0, 0.0, 0.0, {stage.name: 0.0 for stage in stages})
        if not self.knows_past:
            stages = [as_a_whole(stage) for stage in stages]
        jobs = [job for index, stage in enumerate(stages) for job in self._jobs(index, stage)]
        sight = _Sight.of(stages, jobs)
        if any(self._is_open_ended(stage) for stage in stages) or not (self.knows_past or sight.seen):
            return Forecast(None, None, None, {stage.name: 0.0 if stage.ended else None for stage in stages})
        if self.knows_past:
            prior = _widened(history_prior(self._history, stages, jobs), sight)
            futures = [sight.future(prior.given(sight.seen, sight.values, sight.noise, sight.ahead))]
            joined = join(futures)
        else:
            first = FirstRun(stages, jobs, self._weight_doubt)
            futures = []
            for opinion in first.opinions():
                mean, covariance, likelihood = scaled(first.prior(opinion), sight.seen, sight.values, sight.noise)
                known = condition(mean, covariance, sight.seen, sight.values, sight.noise, sight.ahead)
                futures.append(sight.future(known, math.log(opinion.odds) + likelihood))
            joined = join(futures, sight.under_way if first.is_declared else None)
        is_guess = not self.knows_past and not any(stage.ended and stage.seen for stage in stages)
        by_stage = {
            stage.name: 0.0 if stage.ended else seconds for stage, seconds in zip(stages, joined.stages, strict=True)
        }
        overdue = any(future.late_seconds > 0 for future in futures)
        return Forecast(
            joined.seconds, joined.low_seconds, joined.high_seconds, by_stage, overdue=overdue, is_guess=is_guess
        )

    def _jobs(self, index: int, stage: StageView) -> list[Job]:
        past = self._history.cells_of(stage.name)
        seen = _without_unheard_tails(stage.seen, past)
        left = {} if stage.ended else self._left(stage, past)
        jobs = []
        for unit_class in dict.fromkeys([*left, *seen]):
            job = Job(
                index,
                (stage.name, unit_class),
                left.get(unit_class, 0.0),
                seen.get(unit_class),
                _unit_cv(seen.get(unit_class), past.get(unit_class)),
                left.get(unit_class, 0.0),
            )
            cell = past.get(unit_class)
            jobs.append(job if cell is None else in_equivalents(job, stage.done.get(unit_class, 0.0), cell.shape))
        return jobs

    def _left(self, stage: StageView, past: Mapping[str, PastCell]) -> dict[str, float]:
        """Return the units left by class, with tails; those of the last run if this one has declared none.

        A stage about which nothing is known counts as one unit.
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
        """Return whether a stage has done some work and its total is unknown."""
        unknown = not stage.ended and stage.left is None and bool(stage.done)
        return unknown and not self._history.cells_of(stage.name)


def _shared_out(left: Mapping[str, float], past: Mapping[str, float]) -> dict[str, float]:
    """Return the units ``left`` by class; if only a total was declared, distributed like the ``past`` run's classes."""
    if list(left) != [DEFAULT_CLASS] or past.keys() & {DEFAULT_CLASS, WHOLE_STAGE} or not any(past.values()):
        return dict(left)
    share = left[DEFAULT_CLASS] / sum(past.values())
    return {name: units * share for name, units in past.items()}


def _without_unheard_tails(seen: Sequence[Seen], past: Mapping[str, PastCell]) -> dict[str, Seen]:
    """Return the measurements by class; a tail that no past run had is added to the cost of its class."""
    found = {item.unit_class: item for item in seen}
    for name in [name for name in found if name.startswith(TAIL) and name not in past]:
        tail, item = found.pop(name), found[name.removeprefix(TAIL)]
        found[item.unit_class] = replace(item, seconds=item.seconds + tail.seconds)
    return found


def _observation(job: Job, seen: Seen) -> tuple[float, float]:
    """Return the observed log unit cost, and its variance about the mean of all N units, of which n were measured.

    The variance is cv^2 (1/n - 1/N), that of a sample mean about the mean of its finite population (Cochran, Sampling
    Techniques, 2.6), with a floor and a penalty for very few steps, which vanish as the other units are measured.
    """
    unseen = job.left / job.total
    noise = job.cv**2 * unseen / seen.units + (_FLOOR + FEW_STEPS / seen.steps**2) * unseen
    return math.log(seen.seconds / seen.units), noise + _EXACT


@dataclass(frozen=True, slots=True)
class _Sight:
    """The measurements of this run: the indices of measured jobs, the log means of their costs, and their ``noise``.

    ``ahead`` are the indices of jobs with units left.
    """

    stages: Sequence[StageView]
    jobs: Sequence[Job]
    seen: Sequence[int]
    values: Vector
    noise: Vector
    ahead: Sequence[int]

    @classmethod
    def of(cls, stages: Sequence[StageView], jobs: Sequence[Job]) -> _Sight:
        """Return the measurements of the stages."""
        seen = [i for i, job in enumerate(jobs) if job.seen is not None]
        observed = [_observation(job, job.seen) for job in jobs if job.seen is not None]
        ahead = [i for i, job in enumerate(jobs) if job.left > 0]
        return cls(stages, jobs, seen, [value for value, _ in observed], [noise for _, noise in observed], ahead)

    @property
    def under_way(self) -> UnderWay:
        """Seconds spent in total, and in the last stage with a measurement."""
        spent = [sum(item.seconds for item in stage.seen) for stage in self.stages]
        last = max(self.jobs[i].stage for i in self.seen)
        return UnderWay(math.fsum(spent), spent[last], last)

    def future(self, known: Joint, log_odds: float = 0.0) -> Future:
        """Return the prediction of what is ``known`` of the log unit costs of the jobs ``ahead``."""
        ahead = [self.jobs[i] for i in self.ahead]
        totals = [job.total * math.exp(value) for job, value in zip(ahead, known.means, strict=True)]
        costed = [CostedJob(job, total, sd) for job, total, sd in zip(ahead, totals, known.sds, strict=True)]
        work = [[item for item in costed if item.job.stage == index] for index in range(len(self.stages))]
        seconds = tuple(stage_seconds(stage, jobs) for stage, jobs in zip(self.stages, work, strict=True))
        late = sum(late_seconds(stage, jobs) for stage, jobs in zip(self.stages, work, strict=True))
        return Future(seconds, known.sd_of_sum(totals), late, log_odds)


def _widened(prior: SharedFactor, sight: _Sight) -> SharedFactor:
    """Return the prior, with the sd of each class increased until its measurement lies within 2 predictive sd.

    This is the effect of a heavy-tailed prior on an outlier (West, 1984, Outlier Models and Prior Distributions in
    Bayesian Linear Regression): the class's own measurements dominate, and other classes are moved at most as much as
    by a deviation of 2 sd.
    """
    sds = prior.sds.copy()
    for i, value, error in zip(sight.seen, sight.values, sight.noise, strict=True):
        needed = ((value - prior.means[i]) / _MOST_SD) ** 2 - error
        if needed > sds[i] ** 2:
            sds[i] = math.sqrt(needed)
    return SharedFactor(prior.means, sds, prior.correlation)


def _unit_cv(seen: Seen | None, past: PastCell | None) -> float:
    """Return a unit's cv from measurements of this run and of past runs, weighted by steps."""
    prior = _DEFAULT_CV if past is None else past.cv
    if seen is None or seen.steps < 2:
        return prior
    return math.sqrt((seen.cv**2 * seen.steps + prior**2 * _PAST_STEPS) / (seen.steps + _PAST_STEPS))
