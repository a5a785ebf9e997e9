"""Traps: criteria made to peek are refused, or later bars change nothing that was known before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic_scanner.criteria import CriteriaError, Panel
from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.studies import Study, study
from tests.unit.studies.panels import made_panel

SCANS = (
    "close > sma(close, 10)",
    "rsi(5) crosses above 50",
    "close > highest(high, 10)[1] within 3 bars",
    "weekly.close > weekly.close[1]",
    "weekly.now.close > weekly.close",
    "monthly.close > monthly.close[1] or monthly.now.high > monthly.high",
    "rank(roc(close, 5)) > 0.7",
    "zscore(roc(close, 5)) > 1",
    "percentile(volume) > 60 and rank(roc(close, 10)) by sector > 0.5",
    "demean(roc(close, 3))[2] > 0.01",
    "close / market.close > sma(close / market.close, 5)",
    "sector.close > sma(sector.close, 5)",
)


def with_market(panel: Panel) -> Panel:
    """Return the panel with a market, and the exchange's calendar, which reaches beyond it."""
    market = made_panel(99, symbols=1, sessions=len(panel.sessions), holes=False).bars
    calendar = np.busday_offset(panel.sessions[0], np.arange(-30, len(panel.sessions) + 60), roll="forward")
    return replace(panel, market=market, calendar=np.asarray(calendar).astype("datetime64[D]"))


def cut(panel: Panel, count: int) -> Panel:
    """Return what was known after ``count`` sessions; the calendar is known in advance."""
    assert panel.market is not None
    members = None if panel.members is None else panel.members[:, :count]
    return replace(panel, bars=panel.bars.window(0, count), market=panel.market.window(0, count), members=members)


def judged(found: Study, horizon: int, until: int) -> dict[tuple[str, int], tuple[float, float]]:
    """Return the returns over ``horizon`` sessions that ended before session ``until``, by symbol and session."""
    values = zip(
        found.symbols,
        found.columns.tolist(),
        found.forward(horizon).tolist(),
        found.excess(horizon).tolist(),
        strict=True,
    )
    return {(name, at): (forward, excess) for name, at, forward, excess in values if at + horizon < until}


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1_000), st.integers(70, 150), st.sampled_from(["first", "every"]))
@pytest.mark.parametrize("text", SCANS)
def test_later_bars_change_no_earlier_entry_and_no_judged_return(text: str, seed: int, count: int, entry: str) -> None:
    panel = with_market(made_panel(seed))
    whole, earlier = study(text, panel, entry=entry), study(text, cut(panel, count), entry=entry)
    before = whole.columns < count
    assert list(zip(earlier.rows, earlier.columns, strict=True)) == list(
        zip(whole.rows[before], whole.columns[before], strict=True)
    )
    for horizon in HORIZONS:
        assert judged(earlier, horizon, count) == judged(whole, horizon, count)
        assert np.isnan(earlier.forward(horizon)[earlier.columns + horizon >= count]).all()


@pytest.mark.parametrize("text", ["close[-1] > close", "sma(close, -5) > 1", "weekly.close[-1] > 1"])
def test_an_offset_into_the_future_is_refused(text: str) -> None:
    with pytest.raises(CriteriaError):
        study(text, made_panel(0))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("tech_rating > 60", "tech_rating"),
        ("close > 1 and alpha_score > 50", "alpha_score"),
        ("close > 1 rank by score", "score"),
        ('signal in ("Long")', "signal"),
    ],
)
def test_what_only_a_scan_of_one_day_knows_is_refused_with_its_place(text: str, name: str) -> None:
    with pytest.raises(CriteriaError) as caught:
        study(text, made_panel(0))
    (place,) = caught.value.places
    assert text[place.column - 1 :].startswith(name)
    assert name in place.message


def test_a_week_is_known_when_it_is_over() -> None:
    panel = with_market(made_panel(4, symbols=3, sessions=60, holes=False))
    for name in ("open", "high", "low", "close"):
        getattr(panel.bars, name)[:] = 10.0
    monday = int(np.flatnonzero((panel.sessions.astype(int) + 3) % 7 == 0)[5])
    for name in ("open", "high", "low", "close"):
        getattr(panel.bars, name)[0, monday + 2 :] = 12.0  # from Wednesday on
    found = study("weekly.close > 11", panel)
    assert found.columns.tolist() == [monday + 4]  # Friday, the last session of the week
    assert study("weekly.now.close > 11", panel).columns.tolist() == [monday + 2]


def test_the_condition_is_looked_up_before_the_first_session() -> None:
    panel = made_panel(4, symbols=3, sessions=60, holes=False)
    days = panel.sessions
    assert len(study("close > 0", panel)) == 3
    assert len(study("close > 0", panel, start=days[10].item())) == 0
    every = study("close > 0", panel, entry="every", start=days[10].item(), end=days[19].item())
    assert len(every) == 30
    assert every.horizons[21].n == 30  # the bars after the last session judge them


def test_symbols_outside_the_universe_change_nothing() -> None:
    panel = made_panel(6, symbols=10, holes=False)
    members = np.ones(panel.bars.shape, dtype=bool)
    members[7:, :80] = False
    members[2, 80:] = False
    inside = replace(panel, members=members)
    other = made_panel(6, symbols=10, holes=False)
    for name in ("open", "high", "low", "close"):
        values = getattr(other.bars, name)
        values[2, 81:] *= np.linspace(1.0, 3.0, values.shape[1] - 81)
    changed = replace(other, members=members)
    for text in ("rank(roc(close, 5)) > 0.6", "zscore(close) > 0.5", "sector.close > sma(sector.close, 5)"):
        one, two = study(text, inside, entry="every"), study(text, changed, entry="every")
        assert list(zip(one.rows, one.columns, strict=True)) == list(zip(two.rows, two.columns, strict=True))
        assert not ((one.rows == 2) & (one.columns >= 80)).any()
        kept = one.rows != 2
        np.testing.assert_array_equal(
            one.excess(5)[kept & (one.columns > 80)], two.excess(5)[kept & (two.columns > 80)]
        )
