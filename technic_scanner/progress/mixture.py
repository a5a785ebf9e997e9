"""Combine the predictions of several models into one number of seconds, its band and its parts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

BAND_Z = 1.2815515655446004  # 80 % of a normal lie within this many sd
_WIDEST = 20.0  # of a band, in log seconds; keeps exp within a float
_POINTS = 15
_NODES = tuple(NormalDist().inv_cdf((point + 0.5) / _POINTS) for point in range(_POINTS))


@dataclass(frozen=True, slots=True)
class Future:
    """The prediction of one model: seconds left by stage, the sd of their sum, and what an overdue step may add.

    ``log_odds`` is the weight of the model relative to others.
    """

    stages: tuple[float, ...]
    sd_seconds: float
    late_seconds: float
    log_odds: float = 0.0

    @property
    def seconds(self) -> float:
        """Seconds left in total."""
        return sum(self.stages)

    @property
    def spread(self) -> float:
        """The log of the ratio of the band's upper end to the sum; the band includes what an overdue step may add."""
        seconds = self.seconds
        if seconds <= 0:
            return 0.0
        return min(_WIDEST, max(BAND_Z * self.sd_seconds / seconds, math.log1p(self.late_seconds / seconds)))


@dataclass(frozen=True, slots=True)
class Joined:
    """Seconds left with their 80 % band, and by stage."""

    seconds: float
    low_seconds: float
    high_seconds: float
    stages: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Seconds that this run has spent, in total and in the current stage (given by position)."""

    spent_seconds: float
    stage_spent_seconds: float
    stage: int


def join(futures: Sequence[Future], under_way: UnderWay | None = None) -> Joined:
    """Return the seconds left that one or several models expect.

    Several predictions are mixed: each is represented by points of equal probability, and the result is their log mean
    and their 10 and 90 % quantiles. ``under_way`` weighs each point by the share of its run that the current stage
    takes: a moment of a run falls more often into a long stage than into a short one, so the later stages are a smaller
    part of the run than the models alone would say (length-biased sampling, Cox, Renewal Theory, 5.4). None does not
    weigh.
    """
    if len(futures) == 1:
        only = futures[0]
        seconds, spread = only.seconds, only.spread
        return Joined(seconds, seconds * math.exp(-spread), seconds * math.exp(spread), only.stages)
    if not any(future.seconds > 0 for future in futures):
        return Joined(0.0, 0.0, 0.0, futures[0].stages)
    top = max(future.log_odds for future in futures)
    points: list[tuple[float, float]] = []
    shares = [0.0] * len(futures)
    for position, future in enumerate(futures):
        odds = math.exp(future.log_odds - top)
        for node in _NODES:
            log_seconds = math.log(max(future.seconds, 1e-9)) + node * future.spread / BAND_Z
            weight = odds * (1.0 if under_way is None else _share(future, math.exp(log_seconds), under_way))
            points.append((log_seconds, weight))
            shares[position] += weight
    all_weight = math.fsum(shares)
    seconds = math.exp(math.fsum(value * weight for value, weight in points) / all_weight)
    points.sort()
    low, high = (math.exp(_quantile(points, share * all_weight)) for share in (0.1, 0.9))
    stages = [
        math.fsum(share * future.stages[index] for share, future in zip(shares, futures, strict=True)) / all_weight
        for index in range(len(futures[0].stages))
    ]
    scale = seconds / sum(stages) if sum(stages) > 0 else 0.0
    return Joined(seconds, min(low, seconds), max(high, seconds), tuple(stage * scale for stage in stages))


def _share(future: Future, seconds: float, under_way: UnderWay) -> float:
    """Return the share of the run that the current stage takes if ``seconds`` are left."""
    left = future.stages[under_way.stage]
    whole = under_way.spent_seconds + max(seconds, left)
    return min(1.0, (under_way.stage_spent_seconds + left) / whole) if whole > 0 else 1.0


def _quantile(points: Sequence[tuple[float, float]], wanted: float) -> float:
    """Return the value below which points of the ``wanted`` total weight lie, halfway between two points."""
    passed, before = 0.0, None
    for value, weight in points:
        middle = passed + weight / 2
        if middle >= wanted:
            if before is None:
                return value
            old_value, old_middle = before
            return old_value + (value - old_value) * (wanted - old_middle) / (middle - old_middle)
        passed, before = passed + weight, (value, middle)
    return points[-1][0]
