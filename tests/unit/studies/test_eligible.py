"""Which rows could be picked: as a scan would have said on each day, also of wrong prices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic_scanner.criteria import Panel
from technic_scanner.screening.filters import eligibility
from technic_scanner.screening.indicators import last_indicators
from technic_scanner.screening.quality import PRICE_OFF, QUALITY_FLAGS, UNADJUSTED_SPLIT, quality
from technic_scanner.studies.eligible import Minimums, eligible_rows
from tests.unit.studies.panels import made_panel

MIN_BARS = 20
WRONG = [QUALITY_FLAGS.index(UNADJUSTED_SPLIT), QUALITY_FLAGS.index(PRICE_OFF)]


def spoiled(seed: int) -> Panel:
    """Return a panel with splits, spikes, bad ranges and low prices in it."""
    panel = made_panel(seed, symbols=10, sessions=90)
    rng = np.random.default_rng(seed)
    bars = panel.bars
    fields = (bars.open, bars.high, bars.low, bars.close)
    for row in range(0, 10, 2):
        at = int(rng.integers(5, 85))
        factor = float(rng.choice([0.1, 0.25, 0.5, 2.0, 6.0, 10.0]))
        stop = int(rng.choice([at + 1, 90]))  # a spike of one bar, or a split
        for values in fields:
            values[row, at:stop] *= factor
    bars.low[1, 40] = 0.0
    bars.high[3, 50] = bars.close[3, 50] * 0.5
    bars.low[5, 30:45] = bars.close[5, 30:45] * 1.2
    for values in fields:
        values[7] /= 60.0
    return panel


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_every_session_is_judged_as_a_scan_of_that_day_judges_it(seed: int) -> None:
    panel = spoiled(seed)
    could, honest = eligible_rows(panel, Minimums(0.9, 11_000_000.0, MIN_BARS), 1)
    for session in range(MIN_BARS, 90, 3):
        until = panel.bars.window(0, session + 1)
        indicators = last_indicators(until)
        keep, _ = eligibility(indicators, min_price=0.9, min_dollar_volume=11_000_000.0, min_bars=MIN_BARS)
        here = ~np.isnan(until.close[:, -1])
        np.testing.assert_array_equal(could[:, session], keep & here)
        wrong = quality(until, indicators)[:, WRONG].any(axis=1)
        np.testing.assert_array_equal(honest[here, session], (could[:, session] & ~wrong)[here])


def test_members_alone_can_be_picked() -> None:
    panel = made_panel(2, holes=False)
    members = np.ones(panel.bars.shape, dtype=bool)
    members[3, 40:90] = False
    could, honest = eligible_rows(Panel(panel.bars, members=members), Minimums())
    assert not could[3, 40:90].any()
    assert could[3, 90:].all()
    assert not (honest & ~members).any()


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_change_nothing(threads: int) -> None:
    panel = spoiled(4)
    mine, theirs = (np.stack(eligible_rows(panel, Minimums(), count)) for count in (threads, 2))
    np.testing.assert_array_equal(mine, theirs)
