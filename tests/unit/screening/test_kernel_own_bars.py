"""The newest bars that a row has of its own, wherever they are."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from technic_scanner.screening.kernel_own_bars import copy_own_bars


@given(
    arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 9)), elements=st.sampled_from([np.nan, 1.0, 2.0])),
    st.integers(1, 9),
)
def test_own_bars_are_the_newest_that_a_row_has(close: np.ndarray, width: int) -> None:
    rows = np.arange(len(close))[::-1].copy()
    fields = tuple(close * factor for factor in (2, 3, 4, 1, 5))
    out = tuple(np.empty((5, len(rows), width)))
    copy_own_bars(fields, rows, out)
    for k, of_row in enumerate(close[::-1]):
        own = of_row[np.isfinite(of_row)][-width:]
        expected = np.concatenate([np.full(width - len(own), np.nan), own])
        for values, factor in zip(out, (2, 3, 4, 1, 5), strict=True):
            np.testing.assert_array_equal(values[k], expected * factor)
