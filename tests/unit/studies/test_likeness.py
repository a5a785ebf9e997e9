"""How alike dates with many entries are, from sets of symbols: pair by pair, and from entry to entry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.studies import study
from technic_scanner.studies.dates import Dates
from technic_scanner.studies.kernel_events import shared_entries
from technic_scanner.studies.likeness import Likeness, has_many
from tests.unit.studies.panels import made_panel
from tests.unit.studies.test_shared_entries import ENTRIES, SESSIONS, by_pairs

# So that they are in three words, at their first and last bits.
ROWS = np.array([0, 63, 64, 127, 128])


@given(ENTRIES, st.integers(1, SESSIONS + 5))
def test_it_is_the_mean_cosine_of_all_pairs_of_dates(found: set[tuple[int, int]], horizon: int) -> None:
    entries = sorted((column, row) for row, column in found)
    columns = np.array([column for column, _ in entries], dtype=np.int64)
    rows = ROWS[np.array([row for _, row in entries], dtype=np.int64)]
    alike = Likeness.of(rows, 129, Dates.of(columns), SESSIONS + 5).within(horizon)
    assert alike == pytest.approx(by_pairs([(row, column) for column, row in entries], horizon), rel=1e-12)


@pytest.mark.parametrize(("text", "many"), [("close > 0", True), ("close crosses above sma(close, 20)", False)])
def test_a_study_says_the_same_either_way(text: str, many: bool) -> None:
    found = study(text, made_panel(3, symbols=70), entry="every")
    symbols, sessions = found.panel.bars.shape
    assert has_many(len(found), symbols, sessions) == many
    counts = np.bincount(found.columns, minlength=sessions).astype(np.float64)
    for horizon in (1, 5, 63, 90):
        wanted = shared_entries(*found.by_row, counts, horizon)
        assert found.alike(horizon) == pytest.approx(wanted, rel=1e-12)
        assert Likeness.of(found.rows, symbols, found.by_date, 91).within(horizon) == pytest.approx(wanted, rel=1e-12)
