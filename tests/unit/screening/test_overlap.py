"""The standard error of the mean of overlapping returns: against dense linear algebra, and in simulation."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from scipy import linalg

from technic_scanner.screening.evidence import PeriodValues, mean_test, rank_ic, student_quantile
from technic_scanner.screening.holdings import MEAN_NOISE, SHARE_NOISE, Held, Holdings, Noise
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


def held_at_random(periods: int, symbols: int, rng: np.random.Generator, noise: Noise = MEAN_NOISE) -> Holdings:
    """Return holdings of one to five symbols a period, long and short; some symbols are held twice."""
    sizes = rng.integers(1, 6, periods)
    held = Held(rng.integers(0, symbols, sizes.sum()), rng.choice([-1.0, 1.0], sizes.sum(), p=[0.2, 0.8]))
    return Holdings(held, np.append(0, np.cumsum(sizes)), noise)


@pytest.mark.parametrize("noise", [MEAN_NOISE, SHARE_NOISE])
@pytest.mark.parametrize(("horizon", "step"), [(5, 1), (63, 5), (10, 9)])
def test_of_known_holdings_it_is_what_dense_linear_algebra_gives(horizon: int, step: int, noise: Noise) -> None:
    rng = np.random.default_rng(horizon + step)
    sessions = np.cumsum(rng.integers(1, 2 * step + 1, 30))
    values = rng.normal(size=30).cumsum()
    holdings = held_at_random(30, 7, rng, noise)
    weights = np.zeros((30, 7))
    for period, (start, stop) in enumerate(pairwise(holdings.ends.tolist())):
        for place in range(start, stop):
            weights[period, holdings.held.symbols[place]] += holdings.held.sides[place]
    lengths = np.sqrt((weights**2).sum(axis=1))
    cosines = weights @ weights.T / np.maximum(np.outer(lengths, lengths), 1e-300)
    apart, ones, n = np.abs(np.subtract.outer(sessions, sessions)), np.ones(30), 30
    likelihoods, variances = [], []
    for part, weight in noise:
        shared = (1.0 - part) * np.maximum(0.0, 1.0 - apart / horizon) * cosines
        np.fill_diagonal(shared, 1.0)
        inverse = linalg.inv(shared)
        precision = ones @ inverse @ ones
        rest = values - (ones @ inverse @ values) / precision
        residual = rest @ inverse @ rest
        likelihoods.append(weight * linalg.det(shared) ** -0.5 * precision**-0.5 * residual ** (-(n - 1) / 2.0))
        variances.append(residual / (n - 1) * shared.sum() / n**2)
    expected = math.sqrt(np.average(variances, weights=likelihoods))
    assert standard_error(values, sessions, horizon, holdings) == pytest.approx(expected, rel=1e-8)


def test_dates_that_hold_other_symbols_are_nearly_independent() -> None:
    rng = np.random.default_rng(5)
    values, starts, one = rng.normal(size=40), np.arange(40), np.ones(40)
    same = Holdings(Held(np.zeros(40, dtype=np.int64), one), np.arange(41))
    others = replace(same, held=Held(np.arange(40), one))
    independent = values.std(ddof=1) / math.sqrt(40)
    assert standard_error(values, starts, 21, others) == pytest.approx(independent, rel=1e-9)
    assert standard_error(values, starts, 21, same) > 2.0 * independent


def test_two_periods_with_the_same_sessions_count_as_nearly_one() -> None:
    rng = np.random.default_rng(3)
    sessions, values = np.arange(20) * 4, rng.normal(size=20)
    once = standard_error(values, sessions, 10)
    twice = standard_error(np.append(values, values[-1]), np.append(sessions, sessions[-1]), 10)
    assert math.isfinite(twice)
    assert once < twice < 1.5 * once


def test_a_server_that_reports_outcomes_need_not_load_compiled_kernels() -> None:
    code = (
        "import sys; import numpy as np\n"
        "from technic_scanner.screening.overlap import standard_error\n"
        "assert standard_error(np.random.default_rng(1).normal(size=30), np.arange(30), 5) > 0.0\n"
        "assert 'numba' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


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


@pytest.mark.slow
@pytest.mark.parametrize(("horizon", "step", "n"), [(63, 5, 26), (63, 1, 26), (21, 1, 26), (5, 1, 12)])
def test_it_holds_for_the_best_fifth_of_noise_scores_that_fade(horizon: int, step: int, n: int) -> None:
    rng = np.random.default_rng(n)
    tries, means, hits = 300, 0, 0
    fading, starts = 0.8 ** (step / 21.0), np.arange(n) * step
    for _ in range(tries):
        prices = rng.standard_t(4, size=(starts[-1] + horizon + 1, 60)).cumsum(axis=0)
        excess, best = np.empty((n, 60)), np.empty((n, 60), dtype=np.bool_)
        score = rng.normal(size=60)
        for period, start in enumerate(starts):
            forward = prices[start + horizon] - prices[start]
            excess[period], best[period] = forward - forward.mean(), score >= np.quantile(score, 0.8)
            score = fading * score + math.sqrt(1.0 - fading**2) * rng.normal(size=60)
        periods, symbols = np.nonzero(best)
        found = PeriodValues.of(excess[best], starts[periods], horizon, Held(symbols, np.ones(len(symbols)))).whole()
        means += found.mean.low <= 0.0 <= found.mean.high
        hits += found.hit.low <= (excess > 0.0).mean() <= found.hit.high
    # 95 % within four standard errors of so many tries; of hit rates the intervals are a little wide.
    assert 0.90 <= means / tries <= 0.99
    assert hits / tries >= 0.90


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
