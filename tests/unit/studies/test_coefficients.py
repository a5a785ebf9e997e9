"""Rank ICs of all dates at once are those that SciPy gives date by date."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from technic_scanner.studies import study
from technic_scanner.studies.coefficients import information_coefficients, mean_ics
from technic_scanner.studies.date_ranks import ranks_by_date
from technic_scanner.studies.dates import Dates
from technic_scanner.studies.kernel_ranks import coefficients
from tests.unit.studies.panels import made_panel

SESSIONS, LEAST, MOST = 12, 3, 3.0
HORIZONS = np.array([1, 4, -2], np.int64)
SCORES = st.sampled_from([0.0, -0.0, 1.0, 1.5, -3.0, 1e300, np.nan, np.inf, -np.inf])
PRICES = st.sampled_from([10.0, 11.0, 12.5, 99.0, np.nan, np.inf])
# Names of distributions that are hard to sort by steps of equal width, with how they are drawn.
SHAPES = {
    "normal": lambda rng, size: rng.normal(size=size),
    "skewed": lambda rng, size: np.exp(rng.normal(0.0, 4.0, size)),
    "far off": lambda rng, size: np.where(np.arange(size) == 7, 1e12, rng.normal(size=size)),
    "ties": lambda rng, size: np.round(rng.normal(size=size)),
    "ties and one far off": lambda rng, size: np.where(np.arange(size) == 7, 1e12, np.round(rng.normal(size=size))),
    "ever smaller": lambda _, size: 10.0 ** -(np.arange(size) % 300.0),
    "as large as there are": lambda rng, size: rng.choice([-1.7e308, 1.7e308, 0.0, 5.0], size),
    "as small as there are": lambda rng, size: 5e-324 * rng.integers(0, 4, size),
    "equal": lambda _, size: np.ones(size),
}


def held(close: np.ndarray, row: int, column: int, horizon: int) -> float:
    """Return the price change at the last close, at most MOST; NaN if unknown."""
    to = column + horizon
    if not 0 <= to < close.shape[1]:
        return math.nan
    seen = close[row, : to + 1]
    seen = seen[~np.isnan(seen)]
    with np.errstate(all="ignore"):
        return min(float(seen[-1] / close[row, column] - 1.0), MOST) if len(seen) else math.nan


def of_date(scores: np.ndarray, changes: np.ndarray) -> float:
    both = np.isfinite(scores) & np.isfinite(changes)
    if both.sum() < LEAST:
        return math.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where one does not vary
        return float(stats.spearmanr(scores[both], changes[both]).statistic)


def by_kernel(close: np.ndarray, rows: np.ndarray, columns: np.ndarray, scores: np.ndarray) -> np.ndarray:
    dates, ranks = Dates.of(columns), ranks_by_date(scores, columns)
    out = np.full((len(dates.columns), len(HORIZONS)), 9.0)
    coefficients(close, rows, dates.columns, dates.starts, ranks, HORIZONS, MOST, LEAST, out)
    return out


def check(close: np.ndarray, rows: np.ndarray, columns: np.ndarray, scores: np.ndarray) -> None:
    found = by_kernel(close, rows, columns, scores)
    for date, column in zip(found, np.unique(columns).tolist(), strict=True):
        here = columns == column
        for value, horizon in zip(date, HORIZONS.tolist(), strict=True):
            changes = np.array([held(close, row, column, horizon) for row in rows[here].tolist()])
            np.testing.assert_allclose(value, of_date(scores[here], changes), rtol=0.0, atol=1e-12)


@settings(max_examples=150, deadline=None)
@given(
    st.sets(st.tuples(st.integers(0, SESSIONS - 1), st.integers(0, 7)), max_size=60),
    st.lists(PRICES, min_size=8 * SESSIONS, max_size=8 * SESSIONS),
    st.lists(SCORES, min_size=60, max_size=60),
)
def test_with_ties_gaps_and_few_entries_they_are_those_of_scipy(
    entries: set[tuple[int, int]], prices: list[float], scores: list[float]
) -> None:
    close = np.array(prices).reshape(8, SESSIONS)
    places = np.array(sorted(place for place in entries if close[place[1], place[0]] < np.inf), np.int64).reshape(-1, 2)
    check(close, places[:, 1].copy(), places[:, 0].copy(), np.array(scores[: len(places)]))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("symbols", [3, 200, 1500])
def test_whatever_the_values_look_like_they_are_those_of_scipy(shape: str, symbols: int) -> None:
    rng = np.random.default_rng(symbols)
    close = np.full((symbols, SESSIONS), 10.0)
    close[:, 5] = 10.0 * (1.0 + np.clip(np.abs(SHAPES[shape](rng, symbols)), 0.0, 2.0))
    close[:, 8] = np.round(10.0 * np.exp(rng.normal(0.0, 0.05, symbols)), 2)
    scores = SHAPES[shape](rng, symbols)
    scores[rng.random(symbols) < 0.1] = np.nan
    check(close, np.arange(symbols), np.full(symbols, 4), scores)  # one date


def test_the_study_gives_the_same_at_once_as_one_by_one() -> None:
    found = study("close > 0 rank by roc(close, 5) asc", made_panel(4, symbols=30), entry="every")
    tests = mean_ics(found, (5, 1))
    assert list(tests) == [5, 1]
    for horizon, test in tests.items():
        columns, values = information_coefficients(found, horizon, threads=1)
        assert (columns == np.unique(found.columns)).all()
        assert test.n == np.isfinite(values).sum() > 0
        assert test.mean == values[np.isfinite(values)].mean()


def test_without_an_order_or_entries_there_is_none() -> None:
    panel = made_panel(4, symbols=6)
    assert mean_ics(study("close > 0", panel, entry="every"))[5].n == 0
    columns, values = information_coefficients(study("close < 0 rank by close", panel), 5)
    assert len(columns) == len(values) == 0
    assert mean_ics(study("close < 0 rank by close", panel))[5].mean is None
