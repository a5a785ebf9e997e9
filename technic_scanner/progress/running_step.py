"""Say how many seconds of a stage are left, those of the step under way counted down while nothing is reported."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from technic_scanner.progress.priors import Job
from technic_scanner.progress.stage_view import StageView
from technic_scanner.progress.work_log import TAIL

_LEAST_REST = 0.1
_LEVEL_VARIANCE = 0.06  # of a run's level, in log seconds: a typical sd of 0.2, and what few past runs leave open
FEW_STEPS = 0.1  # of a mean of one step, in log seconds squared
_MOST_LOG_SD = 0.5  # of a step's length, where little is known of its cost
_LEAST_LOG_SD = 0.02
_MOST_Z = 2.0
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class CostedJob:
    """A job with what it is expected to cost in all, seen and unseen, and the sd of that cost's log."""

    job: Job
    total_seconds: float
    log_sd: float

    @property
    def is_tail(self) -> bool:
        """Tell whether this is what a class costs after the last unit was reported."""
        return self.job.cell[1].startswith(TAIL)

    @property
    def seconds_left(self) -> float:
        """Seconds left: what the units left cost on average, or the total less what is spent.

        The first holds where this run is faster or slower than others, the second where units are unlike and come in
        the same order each time, so that dear ones at the start say nothing of those to come. Each weighs as much as
        it explains of how far what was seen may lie from the mean; the second is never under a tenth of the first.
        """
        job = self.job
        if job.left <= 0:
            return 0.0
        share = job.left / job.total
        at_the_mean = self.total_seconds * share
        if job.seen is None:
            return at_the_mean
        unlike = job.cv**2 * share / job.seen.units
        weight = unlike / (unlike + _LEVEL_VARIANCE + FEW_STEPS * share / job.seen.steps**2)
        rest = max(self.total_seconds - job.seen.seconds, _LEAST_REST * at_the_mean)
        return weight * rest + (1 - weight) * at_the_mean


def stage_seconds(stage: StageView, jobs: Sequence[CostedJob]) -> float:
    """Return the seconds left of a stage, of which ``jobs`` are in the order in which they were declared.

    Classes are done in that order, so the step under way is of the first one with units left, and of as many units
    as its reports had so far; of all its units before the first report, and the tail after the last. Its length is
    log-normal: once it is overdue, the median of X - t given X > t is expected.
    """
    total = sum(item.seconds_left for item in jobs)
    if stage.idle_seconds <= 0 or total <= 0:
        return total
    step, log_sd = _step_under_way(jobs)
    if step <= 0:  # so cheap that its length is lost to rounding
        return total
    return total - step + left_of_step(step, stage.idle_seconds, log_sd)


def late_seconds(stage: StageView, jobs: Sequence[CostedJob]) -> float:
    """Return by how much the 90 % quantile of the step under way exceeds what ``stage_seconds`` expects of it.

    0 unless the step has lasted more than two sd longer than was expected.
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
    """Return the expected seconds of the step under way, and the sd of their log."""
    under_way = next((item for item in jobs if item.job.left > 0 and not item.is_tail), None)
    if under_way is None:
        tails = [item for item in jobs if item.job.left > 0]
        return sum(item.seconds_left for item in tails), max(item.log_sd for item in tails)
    job = under_way.job
    units = job.left if job.seen is None else min(job.left, job.seen.units / job.seen.steps)
    # what all units cost on average varies by log_sd; a part of them departs from it as a sample does
    log_sd = math.hypot(under_way.log_sd, job.cv * math.sqrt(1 / units - 1 / job.total))
    return under_way.seconds_left * units / job.left, log_sd


def left_of_step(expected: float, passed: float, log_sd: float, share: float = 0.5) -> float:
    """Return the seconds left of a step of ``expected`` seconds that has lasted ``passed``: the ``share`` quantile.

    A step that is overdue by more than two sd shows that the sd was too small.
    """
    overdue = math.log(passed / expected)
    sd = max(_step_sd(log_sd), overdue / _MOST_Z)
    chance = _NORMAL.cdf(overdue / sd)
    return max(0.0, expected * math.exp(sd * _NORMAL.inv_cdf(share + (1 - share) * chance)) - passed)
