"""Condition a joint normal distribution on noisy observations of some of its coordinates; small and dense."""

from __future__ import annotations

import math
from collections.abc import Sequence

Vector = list[float]
Matrix = list[list[float]]


def condition(
    mean: Vector, covariance: Matrix, seen: Sequence[int], values: Vector, noise: Vector
) -> tuple[Vector, Matrix]:
    """Return posterior mean and covariance given ``values`` of the coordinates ``seen``, with variances ``noise``.

    mu + S H' (H S H' + R)^-1 (y - H mu) and S - S H' (H S H' + R)^-1 H S (Bishop, Pattern Recognition, 2.3.3),
    by a Cholesky factor of H S H' + R.
    """
    if not seen:
        return mean, covariance
    gram = [[covariance[i][j] + (noise[a] if i == j else 0.0) for j in seen] for a, i in enumerate(seen)]
    factor = cholesky(gram)
    innovation = solve_lower(factor, [value - mean[i] for value, i in zip(values, seen, strict=True)])
    size = range(len(mean))
    gains = [solve_lower(factor, [covariance[row][i] for i in seen]) for row in size]
    new_mean = [mean[row] + _dot(gains[row], innovation) for row in size]
    new_covariance = [[covariance[row][col] - _dot(gains[row], gains[col]) for col in size] for row in size]
    return new_mean, new_covariance


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
    """Return ``vector``' ``matrix`` ``vector``, never below 0."""
    return max(0.0, _dot(vector, [_dot(row, vector) for row in matrix]))


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))
