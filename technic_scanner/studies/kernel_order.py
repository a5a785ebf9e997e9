"""Entries put in order by counting, and what a matrix holds at them; compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from technic_scanner.criteria.kernel_compile import exact, kernel


@exact
def order_by(keys: Any, others: Any, sorted_keys: Any, sorted_others: Any) -> None:
    """Fill ``sorted_keys`` and ``sorted_others`` (E,) with both by ``keys`` (E,), from 0 on; equal ones in order."""
    kinds = 0
    for e in range(len(keys)):
        kinds = max(kinds, keys[e] + 1)
    ends = np.zeros(kinds, np.int64)
    for e in range(len(keys)):
        ends[keys[e]] += 1
    before = 0
    for key in range(kinds):
        count = ends[key]
        sorted_keys[before : before + count] = key
        ends[key] = before
        before += count
    for e in range(len(keys)):
        place = ends[keys[e]]
        sorted_others[place] = others[e]
        ends[keys[e]] = place + 1


@kernel
def values_at(values: Any, rows: Any, columns: Any, out: Any) -> None:
    """Fill ``out`` (E,) with what ``values`` (n, T) holds at rows and columns (E,)."""
    for e in range(len(rows)):
        out[e] = values[rows[e], columns[e]]
