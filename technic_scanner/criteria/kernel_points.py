"""Kernels of one bar at a time: arithmetic, comparison, three-valued logic, and values moved between frames.

Every kernel takes C-contiguous arrays (rows or 1, columns) and returns the newest ``k`` columns, (rows, k). A number is
unknown as NaN; a yes/no is 0 (false), 1 (unknown) or 2 (true), so that ``and`` is the smaller and ``or`` the larger.
"""

from __future__ import annotations

import math

import numpy as np

from technic_scanner.criteria.kernel_compile import kernel
from technic_scanner.screening.bars import FloatArray

# Signs by number, as the kernels take them.
ADD, SUBTRACT, TIMES, OVER, LEAST, MOST = range(6)
LESS, AT_MOST, MORE, AT_LEAST, EQUAL, UNEQUAL = range(6)


@kernel
def arithmetic(sign, x, y, rows, k):  # type: ignore[no-untyped-def]
    """Return x sign y; a quotient whose divisor is not positive, and whatever overflows, is unknown."""
    out = np.empty((rows, k))
    for i in range(rows):
        a = x[i if x.shape[0] > 1 else 0, x.shape[1] - k :]
        b = y[i if y.shape[0] > 1 else 0, y.shape[1] - k :]
        o = out[i]
        if sign == ADD:
            for j in range(k):
                v = a[j] + b[j]
                o[j] = v if abs(v) < math.inf else math.nan
        elif sign == SUBTRACT:
            for j in range(k):
                v = a[j] - b[j]
                o[j] = v if abs(v) < math.inf else math.nan
        elif sign == TIMES:
            for j in range(k):
                v = a[j] * b[j]
                o[j] = v if abs(v) < math.inf else math.nan
        elif sign == OVER:
            for j in range(k):
                v = a[j] / b[j]
                o[j] = v if (b[j] > 0.0) & (abs(v) < math.inf) else math.nan
        elif sign == LEAST:
            for j in range(k):
                o[j] = a[j] if (a[j] < b[j]) | (a[j] != a[j]) else b[j]
        else:
            for j in range(k):
                o[j] = a[j] if (a[j] > b[j]) | (a[j] != a[j]) else b[j]
    return out


@kernel
def compare(sign, x, y, rows, k):  # type: ignore[no-untyped-def]
    """Return whether x sign y, unknown where a side is."""
    out = np.empty((rows, k), dtype=np.int8)
    for i in range(rows):
        a = x[i if x.shape[0] > 1 else 0, x.shape[1] - k :]
        b = y[i if y.shape[0] > 1 else 0, y.shape[1] - k :]
        o = out[i]
        if sign == LESS:
            for j in range(k):
                o[j] = 2 * (a[j] < b[j]) + ((a[j] != a[j]) | (b[j] != b[j]))
        elif sign == AT_MOST:
            for j in range(k):
                o[j] = 2 * (a[j] <= b[j]) + ((a[j] != a[j]) | (b[j] != b[j]))
        elif sign == MORE:
            for j in range(k):
                o[j] = 2 * (a[j] > b[j]) + ((a[j] != a[j]) | (b[j] != b[j]))
        elif sign == AT_LEAST:
            for j in range(k):
                o[j] = 2 * (a[j] >= b[j]) + ((a[j] != a[j]) | (b[j] != b[j]))
        elif sign == EQUAL:
            for j in range(k):
                o[j] = 2 * (a[j] == b[j]) + ((a[j] != a[j]) | (b[j] != b[j]))
        else:
            for j in range(k):
                known = (a[j] == a[j]) & (b[j] == b[j])
                o[j] = 2 * ((a[j] != b[j]) & known) + (not known)
    return out


@kernel
def crosses(above, x, y, rows, k):  # type: ignore[no-untyped-def]
    """Return whether x is now beyond y and was not one bar before; a bar that does not exist is unknown."""
    out = np.empty((rows, k), dtype=np.int8)
    for i in range(rows):
        a = x[i if x.shape[0] > 1 else 0]
        b = y[i if y.shape[0] > 1 else 0]
        m, n = len(a), len(b)
        for j in range(k):
            p, q = m - k + j, n - k + j
            c, d = (a[p], b[q]) if above else (b[q], a[p])
            now = 2 * (c > d) + ((c != c) | (d != d))
            if p > 0 and q > 0:
                c, d = (a[p - 1], b[q - 1]) if above else (b[q - 1], a[p - 1])
                before = 2 * (c <= d) + ((c != c) | (d != d))
            else:
                before = 1
            out[i, j] = min(now, before)
    return out


@kernel
def logic(smallest, x, y, rows, k):  # type: ignore[no-untyped-def]
    """Return x and y (the smallest), or x or y."""
    out = np.empty((rows, k), dtype=np.int8)
    for i in range(rows):
        a = x[i if x.shape[0] > 1 else 0, x.shape[1] - k :]
        b = y[i if y.shape[0] > 1 else 0, y.shape[1] - k :]
        o = out[i]
        if smallest:
            for j in range(k):
                o[j] = a[j] if a[j] < b[j] else b[j]
        else:
            for j in range(k):
                o[j] = a[j] if a[j] > b[j] else b[j]
    return out


@kernel
def choose(condition, x, y, rows, k):  # type: ignore[no-untyped-def]
    """Return x where the condition is true, y where it is false, unknown where it is."""
    out = np.empty((rows, k))
    for i in range(rows):
        c = condition[i if condition.shape[0] > 1 else 0, condition.shape[1] - k :]
        a = x[i if x.shape[0] > 1 else 0, x.shape[1] - k :]
        b = y[i if y.shape[0] > 1 else 0, y.shape[1] - k :]
        for j in range(k):
            out[i, j] = a[j] if c[j] == 2 else (b[j] if c[j] == 0 else math.nan)
    return out


@kernel
def logarithm(x, k):  # type: ignore[no-untyped-def]
    """Return the natural logarithm, unknown unless x is above 0. NumPy's depends on how an array lies in memory."""
    rows, m = x.shape
    out = np.empty((rows, k))
    for i in range(rows):
        for j in range(k):
            v = x[i, m - k + j]
            out[i, j] = math.log(v) if 0.0 < v < math.inf else math.nan
    return out


@kernel
def gathered(values, row_of, column_of, unknown, out):  # type: ignore[no-untyped-def]
    """Fill ``out`` (rows, k) with ``values[row_of[i], column_of[i, j]]``; ``unknown`` where either is negative."""
    for i in range(out.shape[0]):
        row = row_of[i]
        for j in range(out.shape[1]):
            column = column_of[i, j]
            out[i, j] = values[row, column] if row >= 0 and column >= 0 else unknown


def as_numbers(truth: np.ndarray) -> FloatArray:
    """Return a yes/no array as 0.0, NaN (unknown) and 1.0."""
    numbers: FloatArray = np.array([0.0, np.nan, 1.0])[truth]
    return numbers
