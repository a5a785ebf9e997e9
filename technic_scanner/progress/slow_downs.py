"""Decide whether a stage was slower than in comparable runs, by a rule that tolerates noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median


class Verdict(StrEnum):
    """The result of the rule for one stage of one run."""

    NORMAL = "normal"
    SLOWER = "slower"
    TOO_LITTLE_HISTORY = "not enough history"


@dataclass(frozen=True, slots=True)
class RegressionRule:
    """A stage is slower if its cost is above ``factor`` × median and above median + ``mads`` × MAD of its baseline,
    and it took more than ``floor_seconds``.

    The baseline is the last ``history`` successful runs with the same comparability key before it, at least ``minimum``
    of them. MAD is the median absolute deviation, not scaled to a standard deviation.
    """

    history: int = 20
    minimum: int = 5
    factor: float = 1.5
    mads: float = 3.0
    floor_seconds: float = 0.5


DEFAULT_RULE = RegressionRule()


@dataclass(frozen=True, slots=True)
class Judgement:
    """The result of the rule, with the median and the MAD of the baseline; None without enough history.

    ``limit`` is the cost above which this stage counts as slower; no stage is slower below it.
    """

    verdict: Verdict
    median: float | None = None
    mad: float | None = None
    limit: float | None = None


def judge(cost: float, seconds: float, baseline: Sequence[float], rule: RegressionRule = DEFAULT_RULE) -> Judgement:
    """Judge a stage that took ``seconds`` at a ``cost``, given the costs of comparable runs."""
    if len(baseline) < rule.minimum:
        return Judgement(Verdict.TOO_LITTLE_HISTORY)
    middle = median(baseline)
    mad = median(abs(value - middle) for value in baseline)
    limit = max(middle * rule.factor, middle + rule.mads * mad)
    is_slower = cost > limit and seconds > rule.floor_seconds
    # The least seconds, at what this stage cost for each of its own.
    least = rule.floor_seconds * cost / seconds if seconds > 0.0 else 0.0
    return Judgement(Verdict.SLOWER if is_slower else Verdict.NORMAL, middle, mad, max(limit, least))
