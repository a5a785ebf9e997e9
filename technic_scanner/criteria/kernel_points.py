"""Kernels of one bar at a time: arithmetic, comparison, three-valued logic, and values moved between frames.

Every kernel takes C-contiguous arrays (rows or 1, columns) and returns the newest ``k`` columns, (rows, k). A number is
unknown as NaN; a yes/no is 0 (false), 1 (unknown) or 2 (true), so that ``and`` is the smaller and ``or`` the larger.
"""

from __future__ import annotations

import math

import numpy as np

from technic_scanner.criteria.kernel_compile import exact, kernel
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


@exact
def passed(x, y, out):  # type: ignore[no-untyped-def]
    """Fill ``out`` (k,) with whether x is above y and was not one bar before; x and y have k + 1 values."""
    for j in range(len(out)):
        now, before = x[j + 1] > y[j + 1], x[j] <= y[j]
        not_now, not_before = x[j + 1] <= y[j + 1], x[j] > y[j]
        out[j] = 1 + (now & before) - (not_now | not_before)


@kernel
def crosses(above, x, y, rows, k):  # type: ignore[no-untyped-def]
    """Return whether x is now beyond y and was not one bar before; a bar that does not exist is unknown."""
    out = np.empty((rows, k), dtype=np.int8)
    have = min(x.shape[1], y.shape[1], k + 1)
    for i in range(rows):
        a = x[i if x.shape[0] > 1 else 0, x.shape[1] - have :]
        b = y[i if y.shape[0] > 1 else 0, y.shape[1] - have :]
        o = out[i]
        if not above:
            a, b = b, a
        if have == k:
            o[0] = 0 if a[0] <= b[0] else 1
        passed(a, b, o[k + 1 - have :])
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
def growth(x, n, k):  # type: ignore[no-untyped-def]
    """Return x / x n bars ago - 1, unknown where that one is not positive or no bar."""
    rows, m = x.shape
    out = np.empty((rows, k))
    lacking = max(k + n - m, 0)
    for i in range(rows):
        now, before = x[i, m - k + lacking :], x[i, m - k - n + lacking :]
        out[i, :lacking] = math.nan
        o = out[i, lacking:]
        for j in range(len(o)):
            v = now[j] / before[j]
            o[j] = v - 1.0 if (before[j] > 0.0) & (abs(v) < math.inf) else math.nan
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


@kernel
def put_numbers(truth, close, out):  # type: ignore[no-untyped-def]
    """Fill ``out`` (rows, k) with a yes/no as 0.0, NaN (unknown) and 1.0; unknown too where there is no close."""
    rows, k = out.shape
    for i in range(rows):
        v = truth[i if truth.shape[0] > 1 else 0, truth.shape[1] - k :]
        c = close[i, close.shape[1] - k :]
        o = out[i]
        for j in range(k):
            o[j] = math.nan if (v[j] == 1) | (c[j] != c[j]) else 0.5 * v[j]


def as_numbers(truth: np.ndarray) -> FloatArray:
    """Return a yes/no array as 0.0, NaN (unknown) and 1.0."""
    numbers: FloatArray = np.array([0.0, np.nan, 1.0])[truth]
    return numbers
