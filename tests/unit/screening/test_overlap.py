"""The standard error of the mean of overlapping returns: against dense linear algebra, and in simulation."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from scipy import linalg

from technic_scanner.screening.evidence import mean_test, rank_ic, student_quantile
from technic_scanner.screening.overlap import LEAST_OVERLAPPING_PERIODS, overlapping, session_numbers, standard_error

LEFT_A_MONTH_LATER = {0.3: 1.0, 0.7: 2.0, 0.9: 2.0, 1.0: 2.0}
OWN_NOISE = {0.0: 2.0, 0.1: 1.0, 0.3: 1.0}


def dense(values: np.ndarray, sessions: np.ndarray, horizon: int) -> float:
    """The same standard error from whole matrices."""
    apart = np.abs(np.subtract.outer(sessions, sessions))
    ones, n = np.ones(len(values)), len(values)
    weights, variances = [], []
    for left, noise in product(LEFT_A_MONTH_LATER, OWN_NOISE):
        shared = (1.0 - noise) * np.maximum(0.0, 1.0 - apart / horizon) * left ** (apart / 21.0)
        np.fill_diagonal(shared, 1.0)
        inverse = linalg.inv(shared)
        precision = ones @ inverse @ ones
        rest = values - (ones @ inverse @ values) / precision
        residual = rest @ inverse @ rest
        likelihood = linalg.det(shared) ** -0.5 * precision**-0.5 * residual ** (-(n - 1) / 2.0)
        weights.append(LEFT_A_MONTH_LATER[left] * OWN_NOISE[noise] * likelihood)
        variances.append(residual / (n - 1) * shared.sum() / n**2)
    return math.sqrt(np.average(variances, weights=weights))


@pytest.mark.parametrize(("horizon", "step"), [(5, 1), (21, 5), (63, 5), (63, 21), (10, 9)])
def test_it_is_what_dense_linear_algebra_gives(horizon: int, step: int) -> None:
    rng = np.random.default_rng(horizon + step)
    sessions = np.cumsum(rng.integers(1, 2 * step + 1, 30))
    values = rng.normal(size=30).cumsum()
    assert standard_error(values, sessions, horizon) == pytest.approx(dense(values, sessions, horizon), rel=1e-8)


@pytest.mark.parametrize(
    ("sessions", "horizon", "later"),
    [([0, 1, 2, 3], 1, 0), ([0, 1, 2, 3], 2, 1), ([0, 5, 10], 63, 2), ([0, 21, 42, 70], 22, 1), ([], 5, 0)],
)
def test_how_many_later_periods_share_sessions(sessions: list[int], horizon: int, later: int) -> None:
    assert overlapping(np.array(sessions, dtype=np.int64), horizon) == later


def test_few_overlapping_periods_have_no_interval() -> None:
    values = np.random.default_rng(1).normal(size=LEAST_OVERLAPPING_PERIODS)
    starts = np.arange(LEAST_OVERLAPPING_PERIODS)
    assert mean_test(values, starts, 2).low is not None
    few = mean_test(values[1:], starts[1:], 2)
    assert few.mean is not None
    assert (few.standard_error, few.t_stat, few.low, few.high, few.lags) == (None, None, None, None, 1)


@pytest.mark.slow
@pytest.mark.parametrize(("horizon", "step", "n"), [(63, 5, 26), (63, 1, 52), (21, 1, 12), (5, 1, 26), (63, 21, 52)])
def test_it_holds_for_coefficients_of_noise_scores_that_fade(horizon: int, step: int, n: int) -> None:
    rng = np.random.default_rng(n)
    tries, held = 300, 0
    fading = 0.8 ** (step / 21.0)
    starts = np.arange(n) * step
    reach = student_quantile(0.975, n - 1)
    for _ in range(tries):
        returns = rng.standard_t(4, size=(starts[-1] + horizon + 1, 40)).cumsum(axis=0)
        score = rng.normal(size=40)
        values = np.empty(n)
        for period, start in enumerate(starts):
            values[period] = rank_ic(score, returns[start + horizon] - returns[start])
            score = fading * score + math.sqrt(1.0 - fading**2) * rng.normal(size=40)
        held += abs(values.mean()) < reach * standard_error(values, starts, horizon)
    # What the table of docs/numbers.md says less two standard deviations of the count.
    assert held / tries >= 0.90


def test_sessions_are_counted_without_weekends_unless_the_market_trades_then() -> None:
    days = np.array(["2024-01-05", "2024-01-08", "2024-01-09"], dtype="datetime64[D]").astype(np.int64)
    assert np.diff(session_numbers(days)).tolist() == [1, 1]
    weekend = np.array(["2024-01-05", "2024-01-06", "2024-01-08"], dtype="datetime64[D]").astype(np.int64)
    assert np.diff(session_numbers(weekend)).tolist() == [1, 2]


def test_periods_that_share_little_need_not_be_many() -> None:
    values = np.random.default_rng(2).normal(size=6)
    months = np.array([0, 20, 42, 63, 85, 105])
    test = mean_test(values, months, 21)
    assert test.lags == 1
    assert test.low is not None
    assert mean_test(values, months, 42).low is None
