"""The fit of a constant to values at even distances under many covariances, step by step along the band; compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from technic_scanner.criteria.kernel_compile import exact, kernel


@kernel
def even_fits(values: Any, shared: Any, out: Any) -> None:
    """Fill ``out`` (G, 3): residual sum, 1'C⁻¹1 and ln det C of ``values`` (n,) under G covariances C.

    ``shared`` (G, w): the covariance of two values 0, 1, … w − 1 places apart, 1 at 0; others share nothing. As only
    the distance matters, each column of the Cholesky factor follows from the one before by one hyperbolic rotation
    (Schur's algorithm), w operations instead of w². It loses no more digits than Cholesky's (Bojanczyk, Brent, de Hoog,
    Sweet 1995).
    """
    count, width = len(values), shared.shape[1]
    column, other = np.empty(width), np.empty(width + 1)
    # In the end both are divided by the factor.
    of_values, of_ones = np.empty(count + width), np.empty(count + width)
    for g in range(len(shared)):
        column[:] = shared[g]
        other[:width] = column
        other[width] = 0.0
        of_values[:count] = values
        of_values[count:] = 0.0
        of_ones[:] = 1.0
        out[g, 2] = 0.0
        for k in range(count):
            out[g, 2] += 2.0 * np.log(column[0])
            _divide(column, of_values[k : k + width])
            _divide(column, of_ones[k : k + width])
            _rotate(column, other)
        out[g, 0], out[g, 1] = _residuals(of_values[:count], of_ones[:count])


@exact
def _divide(column: Any, side: Any) -> None:
    """Divide the first of ``side`` (w,) by the pivot, and take its part of the others off them."""
    side[0] /= column[0]
    first = side[0]
    for j in range(1, len(column)):
        side[j] -= column[j] * first


@exact
def _rotate(column: Any, other: Any) -> None:
    """Turn a column (w,) of the factor into the next one, with what is kept beside it (w + 1,), 0 at its end."""
    sine = other[1] / column[0]
    cosine = np.sqrt((1.0 - sine) * (1.0 + sine))
    scale = 1.0 / cosine
    for j in range(len(column)):
        later = other[j + 1]
        turned = (column[j] - sine * later) * scale
        column[j] = turned
        other[j] = cosine * later - sine * turned


@exact
def _residuals(of_values: Any, of_ones: Any) -> Any:
    """Return the sum of squares around the weighted mean, and 1'C⁻¹1."""
    precision, both, residuals = 0.0, 0.0, 0.0
    for k in range(len(of_ones)):
        precision += of_ones[k] * of_ones[k]
        both += of_ones[k] * of_values[k]
    mean = both / precision
    for k in range(len(of_ones)):
        rest = of_values[k] - mean * of_ones[k]
        residuals += rest * rest
    return residuals, precision
