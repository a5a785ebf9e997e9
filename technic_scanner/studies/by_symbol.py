"""Put entries in the order of their symbols, which kernels read them in, or of their sessions."""

from __future__ import annotations

import numpy as np

from technic_scanner.screening.matrix import IntArray
from technic_scanner.studies.kernel_order import order_by


def by_symbol(rows: IntArray, columns: IntArray) -> tuple[IntArray, IntArray]:
    """Return rows and columns (E,) of entries, whose columns ascend, by symbol and then by session."""
    return _ordered(rows, columns)


def by_session(rows: IntArray, columns: IntArray) -> tuple[IntArray, IntArray]:
    """Return rows and columns (E,) of entries, whose rows ascend, by session and then by symbol."""
    columns, rows = _ordered(columns, rows)
    return rows, columns


def _ordered(keys: IntArray, others: IntArray) -> tuple[IntArray, IntArray]:
    """Return both (E,) by key, from 0 on, equal ones in order; they are counted, not compared."""
    found = np.empty_like(keys), np.empty_like(others)
    order_by(keys, others, *found)
    return found
