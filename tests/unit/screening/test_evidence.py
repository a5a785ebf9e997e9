from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from technic_scanner.screening import evidence
from technic_scanner.screening.evidence import (
    Interval,
    PeriodValues,
    mean_ranks,
    mean_test,
    quantile_groups,
    quantile_returns,
    rank_ic,
    student_quantile,
)
from technic_scanner.screening.holdings import Held

NAN = float("nan")


def mean_by_period(values: np.ndarray, periods: np.ndarray, horizon: int = 0) -> Interval:
    return PeriodValues.of(values, periods, horizon).whole().mean


def hit_rate(values: np.ndarray, periods: np.ndarray) -> Interval:
    return PeriodValues.of(values, periods).whole().hit


few = st.lists(st.sampled_from([NAN, 0.0, 1.0, 2.0, 3.0, -1.5]), min_size=0, max_size=12)


@pytest.mark.parametrize("seed", range(5))
def test_rank_ic_is_scipys_spearman(seed: int) -> None:
    rng = np.random.default_rng(seed)
    score, forward = rng.normal(size=60).round(1), rng.normal(size=60).round(1)
    forward[::7] = NAN
    known = np.isfinite(forward)
    assert rank_ic(score, forward) == pytest.approx(stats.spearmanr(score[known], forward[known]).statistic, abs=1e-12)


@pytest.mark.slow
@given(few)
def test_mean_ranks_are_scipys(values: list[float]) -> None:
    numbers = np.nan_to_num(np.array(values))
    np.testing.assert_allclose(mean_ranks(numbers), stats.rankdata(numbers))


@given(few, few)
def test_rank_ic_is_unknown_or_within_bounds(a: list[float], b: list[float]) -> None:
    n = min(len(a), len(b))
    value = rank_ic(np.array(a[:n]), np.array(b[:n]))
    assert value is None or -1.0 - 1e-12 <= value <= 1.0 + 1e-12


def test_rank_ic_needs_three_rows_and_some_variety() -> None:
    assert rank_ic(np.array([1.0, 2.0]), np.array([1.0, 2.0])) is None
    assert rank_ic(np.array([1.0, 2.0, NAN]), np.array([1.0, 2.0, 3.0])) is None
    assert rank_ic(np.ones(9), np.arange(9.0)) is None
    assert rank_ic(np.arange(3.0), np.array([5.0, 6.0, 9.0])) == pytest.approx(1.0)


def test_without_overlap_the_t_statistic_is_students() -> None:
    values = np.random.default_rng(0).normal(0.1, 1.0, 40)
    oracle = stats.ttest_1samp(values, 0.0)
    low, high = oracle.confidence_interval(0.95)
    test = mean_test(values)
    assert test.n == 40
    assert test.t_stat == pytest.approx(oracle.statistic, rel=1e-10)
    assert (test.low, test.high) == (pytest.approx(low, rel=1e-4), pytest.approx(high, rel=1e-4))


@pytest.mark.slow
def test_overlapping_returns_of_pure_noise_are_not_called_proof() -> None:
    """With 10-session returns taken daily the naive test often rejects a true zero, the corrected one seldom."""
    rng = np.random.default_rng(11)
    naive = corrected = 0
    for _ in range(300):
        returns = np.convolve(rng.normal(size=60), np.ones(10), "valid")
        naive += abs(mean_test(returns).t_stat or 0.0) > 1.96
        test = mean_test(returns, np.arange(len(returns)), 10)
        assert test.low is not None
        assert test.high is not None
        corrected += not test.low < 0.0 < test.high
    assert naive > 130
    assert corrected < 30


def test_mean_test_of_little() -> None:
    assert mean_test(np.array([NAN])).mean is None
    one = mean_test(np.array([NAN, 0.3]))
    assert (one.n, one.mean, one.t_stat, one.low) == (1, 0.3, None, None)
    same = mean_test(np.full(12, 0.1), np.arange(12), 2)
    assert (same.n, same.t_stat) == (12, None)
    assert same.mean == pytest.approx(0.1)
    assert mean_test(np.array([1.0, 2.0]), np.arange(2), 5).lags == 1


def test_a_mean_of_independent_values_has_students_interval() -> None:
    interval = mean_by_period(np.array([0.01, 0.03, NAN, 0.05]), np.arange(4))
    low, high = stats.t.interval(0.95, 2, loc=0.03, scale=0.02 / math.sqrt(3))
    assert (interval.n, interval.mean) == (3, pytest.approx(0.03))
    assert (interval.low, interval.high) == (pytest.approx(low, rel=1e-6), pytest.approx(high, rel=1e-6))


def test_values_of_one_period_count_once() -> None:
    values = np.array([0.00, 0.02, 0.05, 0.07, 0.09, NAN])
    periods = np.array([5, 5, 9, 9, 9, 12])
    interval = mean_by_period(values, periods)
    oracle = stats.t.interval(0.95, 1, loc=0.04, scale=stats.sem([0.01, 0.07]))
    assert (interval.n, interval.mean) == (5, pytest.approx(0.04))
    assert (interval.low, interval.high) == (pytest.approx(oracle[0]), pytest.approx(oracle[1]))
    twice = mean_by_period(np.repeat(values, 2), np.repeat(periods, 2))
    assert (twice.low, twice.high) == (pytest.approx(interval.low), pytest.approx(interval.high))


def test_periods_that_overlap_are_tested_as_such() -> None:
    values = np.convolve(np.random.default_rng(4).normal(size=120), np.ones(4), "valid")
    periods = np.arange(len(values))[::-1]
    interval = mean_by_period(values, periods, 4)
    test = mean_test(values[::-1], np.arange(len(values)), 4)
    assert (interval.low, interval.high) == (pytest.approx(test.low), pytest.approx(test.high))
    assert _width(interval) > 1.5 * _width(mean_by_period(values, periods))


def test_one_period_has_no_interval() -> None:
    for interval in (mean_by_period(np.ones(9), np.zeros(9, int)), hit_rate(np.ones(9), np.zeros(9, int))):
        assert (interval.n, interval.mean, interval.low, interval.high) == (9, 1.0, None, None)


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 5, 8, 12, 20, 50, 500])
def test_student_quantile_is_scipys(degrees: int) -> None:
    assert student_quantile(0.975, degrees) == pytest.approx(stats.t.ppf(0.975, degrees), rel=2e-3)


@pytest.mark.parametrize(("wins", "n"), [(0, 5), (3, 5), (5, 5), (61, 100)])
def test_hit_rate_has_wilsons_interval(wins: int, n: int) -> None:
    values = np.array([0.01] * wins + [-0.01] * (n - wins) + [NAN])
    interval = hit_rate(values, np.arange(n + 1))
    oracle = stats.binomtest(wins, n).proportion_ci(0.95, method="wilson")
    assert (interval.n, interval.mean) == (n, wins / n)
    assert (interval.low, interval.high) == (pytest.approx(oracle.low, abs=1e-9), pytest.approx(oracle.high, abs=1e-9))


@pytest.mark.parametrize(("dates", "known"), [(12, False), (16, False), (17, True), (52, True)])
def test_dates_that_are_hardly_longer_than_one_horizon_have_no_interval_of_their_hit_rate(
    dates: int, known: bool
) -> None:
    rng = np.random.default_rng(4)
    values, days = rng.normal(size=(dates, 20)), np.repeat(np.arange(dates), 20)
    found = PeriodValues.of(values.ravel(), days, horizon=63).whole()
    assert found.hit.mean == pytest.approx(float((values > 0.0).mean()))
    assert (found.hit.low is not None) is (found.hit.high is not None) is known
    assert found.mean.low is not None


def test_a_hit_rate_over_periods_stays_a_share() -> None:
    interval = hit_rate(np.array([1.0, -1.0, 1.0, 1.0]), np.array([1, 1, 2, 2]))
    assert (interval.n, interval.mean, interval.low, interval.high) == (4, 0.75, 0.0, 1.0)
    periods = np.repeat(np.arange(40), 5)
    hits = np.where(np.arange(200) % 5 < np.arange(200) // 5 % 2 + 2, 1.0, -1.0)
    low, high = stats.t.interval(0.95, 39, loc=0.5, scale=stats.sem([0.4, 0.6] * 20))
    interval = hit_rate(hits, periods)
    assert (interval.mean, interval.low, interval.high) == pytest.approx((0.5, low, high), abs=1e-6)


def test_nothing_known_is_none() -> None:
    for interval in (hit_rate(np.array([NAN]), np.zeros(1, int)), mean_by_period(np.empty(0), np.empty(0, int))):
        assert (interval.n, interval.mean, interval.low, interval.high) == (0, None, None, None)


@pytest.mark.parametrize("n", [5, 7, 11, 12, 13, 50, 503])
@pytest.mark.parametrize("quantiles", [3, 5, 10])
def test_quantiles_are_those_of_pandas(n: int, quantiles: int) -> None:
    score = np.random.default_rng(n).normal(size=n)
    oracle = pd.qcut(score, quantiles, labels=False)
    np.testing.assert_array_equal(quantile_groups(score, quantiles), oracle)


@given(few, st.integers(2, 6))
def test_every_known_score_has_a_quantile_in_order_of_score(values: list[float], quantiles: int) -> None:
    score = np.array(values)
    groups = quantile_groups(score, quantiles)
    assert ((groups == -1) == np.isnan(score)).all()
    assert (groups < quantiles).all()
    known = ~np.isnan(score)
    order = np.argsort(score[known], kind="stable")
    assert (np.diff(groups[known][order]) >= 0).all()
    for value in set(score[known].tolist()):
        assert len(set(groups[score == value].tolist())) == 1


def test_quantile_returns_are_group_means_with_their_n() -> None:
    score, forward = np.arange(10.0), np.arange(10.0) / 100
    forward[9] = NAN
    result = quantile_returns(quantile_groups(score), PeriodValues.of(forward, np.arange(10)))
    assert [interval.n for interval in result] == [2, 2, 2, 2, 1]
    assert [interval.mean for interval in result] == pytest.approx([0.005, 0.025, 0.045, 0.065, 0.08])
    assert result[4].low is None


def test_a_score_that_is_unknown_is_of_no_quantile() -> None:
    score = np.array([1.0, 2.0, NAN, 3.0])
    result = quantile_returns(
        quantile_groups(score, 2), PeriodValues.of(np.array([1.0, 2.0, 7.0, 3.0]), np.arange(4)), 2
    )
    assert [(interval.n, interval.mean) for interval in result] == [(2, 1.5), (1, 3.0)]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([NAN, 0.0, 0.25, -1.5, 3.0]),
            st.integers(0, 2),
            st.integers(3, 40),
            st.integers(0, 5),
            st.sampled_from([-1.0, 1.0]),
        ),
        max_size=60,
    ),
    st.integers(0, 3),
    st.sampled_from([0, 4, 1000]),
    st.booleans(),
)
def test_a_group_says_what_its_values_say_alone(
    rows: list[tuple[float, int, int, int, float]], lags: int, most_cells: int, are_held: bool
) -> None:
    values, groups, periods, symbols, sides = np.array(rows, dtype=np.float64).reshape(-1, 5).T
    groups, periods = groups.astype(np.int64), periods.astype(np.int64)
    held = Held(symbols.astype(np.int64), sides)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(evidence, "_MOST_CELLS", most_cells)
        found = PeriodValues.of(values, periods, lags, held if are_held else 1.0).by_group(groups, 3)
    for k in range(3):
        own = groups == k
        alone = PeriodValues.of(values[own], periods[own], lags, held.part(own) if are_held else 1.0)
        assert found[k] == alone.whole()
        assert found[k].hit == alone.hit()


def _width(interval: Interval) -> float:
    assert interval.low is not None
    assert interval.high is not None
    return interval.high - interval.low
