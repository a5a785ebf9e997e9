"""Put entries in the order of their symbols, which kernels read them in, or of their sessions."""

from __future__ import annotations

import numpy as np

from technic_scanner.screening.matrix import IntArray

_SMALL = np.iinfo(np.uint16).max


def by_symbol(rows: IntArray, columns: IntArray) -> tuple[IntArray, IntArray]:
    """Return rows and columns (E,) of entries, whose columns ascend, by symbol and then by session."""
    order = _order(rows)
    return rows[order], columns[order]


def by_session(rows: IntArray, columns: IntArray) -> tuple[IntArray, IntArray]:
    """Return rows and columns (E,) of entries, whose rows ascend, by session and then by symbol."""
    order = _order(columns)
    return rows[order], columns[order]


def _order(keys: IntArray) -> IntArray:
    """Return the places (E,) that sort keys from 0 on, equal ones in order; small ones are counted, not compared."""
    small = keys.astype(np.uint16) if len(keys) and keys.max() <= _SMALL else keys
    return np.argsort(small, kind="stable")
