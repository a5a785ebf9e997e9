"""Give the prior of unit costs in a run without past runs: the weights as given, and the weights as a rough guess."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from technic_scanner.progress.gaussian import Matrix, Vector, cholesky, solve_lower
from technic_scanner.progress.priors import Job
from technic_scanner.progress.stage_view import Seen, StageView
from technic_scanner.progress.work_log import DEFAULT_CLASS, TAIL, WHOLE_STAGE

_COMMON_SD = 10.0  # of the scale, which is unknown
_CLASS_SD = 0.7
_ROUGH_SD = 1.2  # of a stage of weight 0.25; short stages deviate more from their weight
_ROUGH_AHEAD_SD = 1.4  # maximum for a stage without measurements, which does not affect the cost of others


@dataclass(frozen=True, slots=True)
class Opinion:
    """One hypothesis about the weights.

    ``odds`` are its prior odds. With ``trust`` 1 a stage's expected share of the time is its weight, with 0 its share
    of the units. A stage deviates from that by ``sd`` in log seconds; None makes it larger for stages of small weight.
    A stage that has not started deviates by ``ahead_sd`` instead, if that is given.
    """

    odds: float
    trust: float
    sd: float | None
    ahead_sd: float | None = None

    def departure(self, weight: float, *, begun: bool) -> float:
        """Return the variance of a stage's log cost about its expectation."""
        if self.sd is not None:
            return self.sd**2 if begun or self.ahead_sd is None else self.ahead_sd**2
        variance = _ROUGH_SD**2 * 0.25 / weight
        return variance if begun else min(variance, _ROUGH_AHEAD_SD**2)


# Where every later stage has said how many units it has, moments are weighed by how long the stage under way lasts (see
# mixture.py), which multiplies the odds of a rough guess about tenfold; where none has, there is nothing to weigh.
_ROUGH_ODDS = 0.03
_ROUGH_ODDS_UNWEIGHED = 0.3
_EXACT = ((0.6, 0.05), (0.4, 0.1))  # share of the odds, sd
_DOUBTED_AHEAD_SD = 2.0  # of a stage ahead, under the hypothesis that only the stages so far follow their weights


def as_a_whole(stage: StageView) -> StageView:
    """Return an ended stage with all its classes as one, because the weight describes their total cost."""
    if not stage.ended or len(stage.seen) < 2:
        return stage
    units = sum(stage.done.values())
    seconds = math.fsum(item.seconds for item in stage.seen)
    whole = Seen(DEFAULT_CLASS, units, seconds, 0.0, sum(item.steps for item in stage.seen))
    return replace(stage, seen=(whole,), done={DEFAULT_CLASS: units})


@dataclass(frozen=True, slots=True)
class FirstRun:
    """The stages and jobs of a run without past runs, and the hypotheses about their costs.

    ``doubt`` is the probability that stages ahead do not follow their weights although those so far did.
    """

    stages: Sequence[StageView]
    jobs: Sequence[Job]
    doubt: float = 0.0

    @property
    def is_declared(self) -> bool:
        """Return whether every stage that has not ended has declared its units."""
        return not any(job.left > 0 and job.cell[1] == WHOLE_STAGE for job in self.jobs)

    def opinions(self) -> tuple[Opinion, ...]:
        """Return the hypotheses about the weights."""
        rough = _ROUGH_ODDS if self.is_declared else _ROUGH_ODDS_UNWEIGHED
        parts: list[tuple[float, float | None]] = [(1 - self.doubt, None)]
        if self.doubt > 0:
            parts.append((self.doubt, _DOUBTED_AHEAD_SD))
        exact = [
            Opinion(share * (1 - rough) * part, 1.0, sd, ahead_sd) for share, sd in _EXACT for part, ahead_sd in parts
        ]
        return (*exact, Opinion(rough, 0.0, None))

    def prior(self, opinion: Opinion) -> tuple[Vector, Matrix]:
        """Return mean and covariance of the jobs' log unit costs, up to a scale that is common to all.

        log cost = trust log(weight) + (1 - trust) log(share of the units) - log(units of the stage). A stage without
        declared units is assumed to have a share of the units equal to its weight.
        """
        units = [self._units(index) for index in range(len(self.stages))]
        said = [index for index, count in enumerate(units) if count is not None]
        all_units = sum(units[index] or 0.0 for index in said)
        weights = sum(self.stages[index].weight for index in said)
        shares = [
            stage.weight if count is None else weights * count / all_units
            for stage, count in zip(self.stages, units, strict=True)
        ]
        logs = [
            opinion.trust * math.log(stage.weight) + (1 - opinion.trust) * math.log(share) - math.log(count or 1.0)
            for stage, share, count in zip(self.stages, shares, units, strict=True)
        ]
        begun = {job.stage for job in self.jobs if job.seen is not None}
        departures = [opinion.departure(stage.weight, begun=index in begun) for index, stage in enumerate(self.stages)]
        alone = [sum(job.stage == index for job in self.jobs) == 1 for index in range(len(self.stages))]
        covariance = [
            [
                _COMMON_SD**2
                + (departures[a.stage] if a.stage == b.stage else 0.0)
                + (_CLASS_SD**2 if a.cell == b.cell and not alone[a.stage] else 0.0)
                for b in self.jobs
            ]
            for a in self.jobs
        ]
        return [logs[job.stage] for job in self.jobs], covariance

    def _units(self, index: int) -> float | None:
        """Return the units of a stage, done and left; None if they are unknown."""
        jobs = [job for job in self.jobs if job.stage == index and not job.cell[1].startswith(TAIL)]
        if any(job.cell[1] == WHOLE_STAGE for job in jobs):
            return None
        return sum(job.units_left for job in jobs) + sum(self.stages[index].done.values()) or None


def scaled(
    prior: tuple[Vector, Matrix], seen: Sequence[int], values: Vector, noise: Vector
) -> tuple[Vector, Matrix, float]:
    """Return the prior on the scale that fits the measurements best, and the log likelihood of the measurements.

    The scale is the generalised least-squares one, so that a single observation is believed exactly; the likelihood is
    the restricted one, which a scale common to all does not change (Searle et al., Variance Components, 6.6).
    """
    mean, covariance = prior
    gram = [[covariance[i][j] + (noise[a] if i == j else 0.0) for j in seen] for a, i in enumerate(seen)]
    factor = cholesky(gram)
    ones = solve_lower(factor, [1.0] * len(seen))
    misses = solve_lower(factor, [value - mean[i] for value, i in zip(values, seen, strict=True)])
    scale = math.fsum(one * miss for one, miss in zip(ones, misses, strict=True)) / math.fsum(one**2 for one in ones)
    rest = math.fsum((miss - scale * one) ** 2 for one, miss in zip(ones, misses, strict=True))
    log_determinant = 2 * math.fsum(math.log(row[i]) for i, row in enumerate(factor))
    return [value + scale for value in mean], covariance, -0.5 * (rest + log_determinant)
