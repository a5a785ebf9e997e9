"""Ranks within sessions are those of SciPy."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from technic_scanner.studies.date_ranks import ranks_by_date

VALUES = st.sampled_from([0.0, -0.0, 1.0, 1.5, -3.0, np.nan, np.inf, -np.inf])


@given(st.lists(st.tuples(st.integers(0, 5), VALUES), max_size=40))
def test_ranks_are_those_of_scipy_among_the_known_values_of_a_session(entries: list[tuple[int, float]]) -> None:
    entries.sort(key=lambda entry: entry[0])
    columns = np.array([column for column, _ in entries], dtype=np.int64)
    values = np.array([value for _, value in entries])
    found = ranks_by_date(values, columns)
    for column in np.unique(columns):
        here = values[columns == column]
        known = np.isfinite(here)
        np.testing.assert_array_equal(found[columns == column][known], stats.rankdata(here[known]))
        assert np.isnan(found[columns == column][~known]).all()
