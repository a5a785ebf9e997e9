"""Condition normal values that share one common factor on noisy observations of some of them, in linear time.

Every two of them have the same correlation, as the costs of a run have: it is faster or slower than others as a whole.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from technic_scanner.progress.gaussian import Vector


@dataclass(frozen=True, slots=True)
class SharedFactor:
    """Values with means and standard deviations, and the ``correlation`` (0 to less than 1) of every two of them.

    Value i is mean + sd (√correlation · f + √(1 − correlation) · e), with f common to all and e its own, both standard
    normal.
    """

    means: Vector
    sds: Vector
    correlation: float

    def given(self, seen: Sequence[int], values: Vector, noise: Vector, wanted: Sequence[int]) -> Known:
        """Return what is known of the values ``wanted``, given noisy ``values`` of those that were ``seen``.

        ``noise`` are the variances of the values, above 0. With the values' own parts integrated out, f has the
        posterior of a regression through the origin (Bishop, Pattern Recognition, 2.3.3 and 3.3).
        """
        share, own_share = math.sqrt(self.correlation), 1.0 - self.correlation
        precision, pull = 1.0, 0.0
        told: dict[int, tuple[float, float]] = {}  # how far a value was off its mean, and the variance of f's noise
        for i, value, error in zip(seen, values, noise, strict=True):
            miss, variance = value - self.means[i], own_share * self.sds[i] ** 2 + error
            loading = share * self.sds[i]
            precision += loading * loading / variance
            pull += loading * miss / variance
            told[i] = miss, variance
        factor = pull / precision
        means, own, loadings = [], [], []
        for i in wanted:
            mean, variance, loading = self.means[i], own_share * self.sds[i] ** 2, share * self.sds[i]
            if i in told:
                miss, observed = told[i]
                believed = variance / observed
                mean += believed * miss
                variance *= 1.0 - believed
                loading *= 1.0 - believed
            means.append(mean + loading * factor)
            own.append(variance)
            loadings.append(loading)
        return Known(means, own, loadings, 1.0 / precision)


@dataclass(frozen=True, slots=True)
class Known:
    """Values with means, variances of their ``own``, and ``loadings`` of a common factor with ``factor_variance``."""

    means: Vector
    own: Vector
    loadings: Vector
    factor_variance: float

    @property
    def sds(self) -> Vector:
        """The standard deviation of each value."""
        common = self.factor_variance
        return [math.sqrt(own + common * loading**2) for own, loading in zip(self.own, self.loadings, strict=True)]

    def sd_of_sum(self, weights: Vector) -> float:
        """Return the standard deviation of the weighted sum of the values."""
        common = sum([weight * loading for weight, loading in zip(weights, self.loadings, strict=True)])
        alone = sum([weight**2 * own for weight, own in zip(weights, self.own, strict=True)])
        return math.sqrt(alone + self.factor_variance * common**2)
