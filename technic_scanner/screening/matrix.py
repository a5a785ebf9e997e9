"""Read the indicator matrix: columns by name, and ratios that are defined for a divisor of zero."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.indicator_names import COLUMN, INDICATORS

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

SESSIONS_PER_YEAR = 252.0


def column(indicators: FloatArray, name: str) -> FloatArray:
    """Return the named column (n,) of the matrix (n, K), contiguous. Raises KeyError for an unknown name."""
    return np.ascontiguousarray(indicators[:, COLUMN[name]])


def blank(rows: int) -> FloatArray:
    """Return an indicator matrix (rows, K) with all values unknown."""
    return np.full((rows, len(INDICATORS)), np.nan)


def ratio(numerator: FloatArray, divisor: FloatArray) -> FloatArray:
    """Return numerator ÷ divisor (n,): 0 ÷ 0 is 0, x ÷ 0 is ±inf with the sign of x, unknown if either is unknown.

    For example, a constant price has an average true range of zero and is zero ranges away from its average.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        value = numerator / divisor
    return np.where((divisor == 0.0) & (numerator == 0.0), 0.0, value)
