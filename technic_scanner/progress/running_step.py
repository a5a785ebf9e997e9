"""Compute the seconds left of a stage, with a countdown of the current step between reports."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from technic_scanner.progress.priors import Job
from technic_scanner.progress.stage_view import StageView
from technic_scanner.progress.work_log import TAIL

_LEAST_REST = 0.1
_LEVEL_VARIANCE = 0.06  # variance of a run's level in log seconds: a typical sd of 0.2, and few past runs
FEW_STEPS = 0.1  # variance of the mean of one step, in log seconds squared
_MOST_LOG_SD = 0.5  # maximum sd of the log duration of a step, if little is known of its cost
_LEAST_LOG_SD = 0.02
_MOST_Z = 2.0
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class CostedJob:
    """A job with its expected total cost, measured and remaining, and the sd of the cost's log."""

    job: Job
    total_seconds: float
    log_sd: float

    @property
    def is_tail(self) -> bool:
        """Whether this is the cost of a class after its last unit was reported."""
        return self.job.cell[1].startswith(TAIL)

    @property
    def seconds_left(self) -> float:
        """Seconds left: the weighted mean of the remaining units at mean cost and of the total less the cost so far.

        The first is right if this run is faster or slower than others, the second if units differ and come in the same
        order each time, so that expensive units at the start say nothing about later ones. Each is weighted by the
        variance about the mean that it explains; the second is at least a tenth of the first.
        """
        job = self.job
        if job.left <= 0:
            return 0.0
        share = job.left / job.total
        at_the_mean = self.total_seconds * share
        if job.seen is None:
            return at_the_mean
        differing = job.cv**2 * share / job.seen.units
        weight = differing / (differing + _LEVEL_VARIANCE + FEW_STEPS * share / job.seen.steps**2)
        rest = max(self.total_seconds - job.seen.seconds, _LEAST_REST * at_the_mean)
        return weight * rest + (1 - weight) * at_the_mean


def stage_seconds(stage: StageView, jobs: Sequence[CostedJob]) -> float:
    """Return the seconds left of a stage, whose ``jobs`` are in the order of declaration.

    Classes are processed in that order, so the current step belongs to the first one with units left. It has as many
    units as earlier reports of the class, all its units before the first report, and is the tail after the last one.
    Its duration X is log-normal; after t seconds the remaining time is the median of X - t given X > t.
    """
    total = sum(item.seconds_left for item in jobs)
    if stage.idle_seconds <= 0 or total <= 0:
        return total
    step, log_sd = _step_under_way(jobs)
    if step <= 0:  # so short that its duration is lost to rounding
        return total
    return total - step + left_of_step(step, stage.idle_seconds, log_sd)


def late_seconds(stage: StageView, jobs: Sequence[CostedJob]) -> float:
    """Return by how much the 90 % quantile of the current step exceeds the expectation of ``stage_seconds``.

    0 unless the step has lasted more than two sd longer than expected.
    """
    if stage.idle_seconds <= 0 or sum(item.seconds_left for item in jobs) <= 0:
        return 0.0
    step, log_sd = _step_under_way(jobs)
    if step <= 0 or math.log(stage.idle_seconds / step) <= _MOST_Z * _step_sd(log_sd):
        return 0.0
    median, high = (left_of_step(step, stage.idle_seconds, log_sd, share) for share in (0.5, 0.9))
    return high - median


def _step_sd(log_sd: float) -> float:
    return min(_MOST_LOG_SD, max(_LEAST_LOG_SD, log_sd))


def _step_under_way(jobs: Sequence[CostedJob]) -> tuple[float, float]:
    """Return the expected seconds of the current step, and the sd of their log."""
    under_way = next((item for item in jobs if item.job.left > 0 and not item.is_tail), None)
    if under_way is None:
        tails = [item for item in jobs if item.job.left > 0]
        return sum(item.seconds_left for item in tails), max(item.log_sd for item in tails)
    job = under_way.job
    units = job.left if job.seen is None else min(job.left, job.seen.units / job.seen.steps)
    # the mean cost of all units has sd log_sd; a subset deviates from it like a sample
    log_sd = math.hypot(under_way.log_sd, job.cv * math.sqrt(1 / units - 1 / job.total))
    return under_way.seconds_left * units / job.left, log_sd


def left_of_step(expected: float, passed: float, log_sd: float, share: float = 0.5) -> float:
    """Return the seconds left of a step of ``expected`` seconds that has lasted ``passed``: the ``share`` quantile.

    If a step is overdue by more than two sd, the sd was too small and is increased.
    """
    overdue = math.log(passed / expected)
    sd = max(_step_sd(log_sd), overdue / _MOST_Z)
    chance = _NORMAL.cdf(overdue / sd)
    return max(0.0, expected * math.exp(sd * _NORMAL.inv_cdf(share + (1 - share) * chance)) - passed)
