"""What the best of many variants must reach before it says anything: the naive and the deflated threshold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from technic_scanner.screening.evidence import CONFIDENCE
from technic_scanner.studies.horizons import HorizonResult

_EULER = 0.5772156649015329
_ONE_SIDED = NormalDist().inv_cdf(CONFIDENCE)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The mean excess above which a study says something with 95 % (one-sided).

    ``naive``: if it was the only one. ``deflated``: if it is the best of all variants that were tried.
    """

    naive: float
    deflated: float


def expected_best(trials: int) -> float:
    """Return the expected largest of ``trials`` independent standard normal values, 0 for one.

    Bailey and López de Prado (2014), "The deflated Sharpe ratio", equation 3, with a variance of 1 among trials.
    """
    if trials < 2:
        return 0.0
    quantile = NormalDist().inv_cdf
    return (1.0 - _EULER) * quantile(1.0 - 1.0 / trials) + _EULER * quantile(1.0 - 1.0 / (trials * math.e))


def thresholds(result: HorizonResult, trials: int) -> Thresholds | None:
    """Return the thresholds of a horizon's mean excess after ``trials`` variants; None without an interval.

    Variants of one idea are alike, so that the deflated threshold is a little too high rather than too low.
    """
    return thresholds_of(result.standard_error, trials)


def thresholds_of(error: float | None, trials: int) -> Thresholds | None:
    """Return the thresholds of a mean excess with this standard error; None without one."""
    if error is None:
        return None
    return Thresholds(_ONE_SIDED * error, (expected_best(trials) + _ONE_SIDED) * error)
