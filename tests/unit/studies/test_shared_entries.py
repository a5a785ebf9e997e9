"""How alike the symbols of near dates are: the kernel with running sums beside the definition, pair by pair."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.studies.kernel_events import shared_entries

SESSIONS = 30
ENTRIES = st.sets(st.tuples(st.integers(0, 4), st.integers(0, SESSIONS - 1)), max_size=60)


def by_pairs(entries: list[tuple[int, int]], horizon: int) -> float:
    symbols = [{row for row, column in entries if column == session} for session in range(SESSIONS)]
    shared, possible = 0.0, 0.0
    for one, other in combinations(range(SESSIONS), 2):
        part = 1.0 - (other - one) / horizon
        if part > 0.0 and symbols[one] and symbols[other]:
            shared += part * len(symbols[one] & symbols[other]) / (len(symbols[one]) * len(symbols[other])) ** 0.5
            possible += part
    return shared / possible if possible else 1.0


@given(ENTRIES, st.integers(1, SESSIONS + 5))
def test_it_is_the_mean_cosine_of_all_pairs_of_dates(found: set[tuple[int, int]], horizon: int) -> None:
    entries = sorted(found)
    rows = np.array([row for row, _ in entries], dtype=np.int64)
    columns = np.array([column for _, column in entries], dtype=np.int64)
    counts = np.bincount(columns, minlength=SESSIONS).astype(np.float64)
    assert shared_entries(rows, columns, counts, horizon) == pytest.approx(by_pairs(entries, horizon), rel=1e-12)


def test_years_of_entries_leave_no_drift() -> None:
    rows, columns = np.repeat(np.arange(3), 5_000), np.tile(np.arange(5_000), 3)
    assert shared_entries(rows, columns, np.full(5_000, 3.0), 63) == pytest.approx(1.0, rel=1e-12)
