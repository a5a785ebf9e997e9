"""Condition a joint normal distribution on noisy observations of some coordinates, with small dense matrices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from typing import Protocol

Vector = list[float]
Matrix = list[list[float]]


class Joint(Protocol):
    """Values with a joint normal distribution: what a prediction needs of them."""

    @property
    def means(self) -> Vector: ...

    @property
    def sds(self) -> Vector:
        """The standard deviation of each value."""
        ...

    def sd_of_sum(self, weights: Vector) -> float:
        """Return the standard deviation of the weighted sum of the values."""
        ...


@dataclass(frozen=True, slots=True)
class Normal:
    """Values with means and a covariance matrix."""

    means: Vector
    covariance: Matrix

    @property
    def sds(self) -> Vector:
        """The standard deviation of each value."""
        return [math.sqrt(max(0.0, row[i])) for i, row in enumerate(self.covariance)]

    def sd_of_sum(self, weights: Vector) -> float:
        """Return the standard deviation of the weighted sum of the values."""
        return math.sqrt(quadratic_form(weights, self.covariance))


def condition(
    mean: Vector, covariance: Matrix, seen: Sequence[int], values: Vector, noise: Vector, wanted: Sequence[int]
) -> Normal:
    """Return the coordinates ``wanted``, given noisy ``values`` of the coordinates ``seen``.

    ``noise`` are the variances of the values. The formulas are mu + S H' (H S H' + R)^-1 (y - H mu) and
    S - S H' (H S H' + R)^-1 H S (Bishop, Pattern Recognition, 2.3.3), by a Cholesky factor of H S H' + R.
    """
    gram = [[covariance[i][j] + (noise[a] if i == j else 0.0) for j in seen] for a, i in enumerate(seen)]
    factor = cholesky(gram)
    innovation = solve_lower(factor, [value - mean[i] for value, i in zip(values, seen, strict=True)])
    gains = [solve_lower(factor, [covariance[row][i] for i in seen]) for row in wanted]
    new_mean = [mean[row] + _dot(gain, innovation) for row, gain in zip(wanted, gains, strict=True)]
    new_covariance = [
        [covariance[row][col] - _dot(gain, other) for col, other in zip(wanted, gains, strict=True)]
        for row, gain in zip(wanted, gains, strict=True)
    ]
    return Normal(new_mean, new_covariance)


def cholesky(matrix: Matrix) -> Matrix:
    """Return the lower factor L with L L' = ``matrix``, which must be symmetric and positive definite."""
    lower: Matrix = []
    for i, row in enumerate(matrix):
        new: Vector = []
        for j in range(i):
            new.append((row[j] - _dot(new, lower[j][:j])) / lower[j][j])
        new.append(math.sqrt(row[i] - _dot(new, new)))
        lower.append(new)
    return lower


def solve_lower(lower: Matrix, right: Vector) -> Vector:
    """Return x with ``lower`` x = ``right``."""
    found: Vector = []
    for row, value in zip(lower, right, strict=True):
        found.append((value - _dot(row[: len(found)], found)) / row[len(found)])
    return found


def quadratic_form(vector: Vector, matrix: Matrix) -> float:
    """Return ``vector``' ``matrix`` ``vector``, at least 0."""
    return max(0.0, _dot(vector, [_dot(row, vector) for row in matrix]))


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    total: float = sum(map(mul, left, right))
    return total
