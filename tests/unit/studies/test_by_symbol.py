"""Entries are put in order by symbol and by session as a sort does, equal ones as they were."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.studies.by_symbol import by_session, by_symbol
from technic_scanner.studies.dates import Dates

ENTRIES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=60)


@given(ENTRIES)
def test_they_are_sorted_stably(entries: list[tuple[int, int]]) -> None:
    rows, columns = np.array(entries, np.int64).reshape(-1, 2).T.copy()
    order = np.argsort(rows, kind="stable")
    for found, wanted in zip(by_symbol(rows, columns), (rows[order], columns[order]), strict=True):
        np.testing.assert_array_equal(found, wanted)
    order = np.argsort(columns, kind="stable")
    for found, wanted in zip(by_session(rows, columns), (rows[order], columns[order]), strict=True):
        np.testing.assert_array_equal(found, wanted)


@given(ENTRIES)
def test_dates_are_the_sessions_with_an_entry(entries: list[tuple[int, int]]) -> None:
    columns = np.sort(np.array([column for _, column in entries], np.int64))
    dates = Dates.of(columns)
    wanted, starts = np.unique(columns, return_index=True)
    np.testing.assert_array_equal(dates.columns, wanted)
    np.testing.assert_array_equal(dates.starts, np.append(starts, len(columns)))
    assert dates.sizes.sum() == len(columns)
