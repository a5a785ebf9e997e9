"""alphalens-reloaded as the oracle: the same factor data through it and through ours."""

from __future__ import annotations

import warnings
from importlib import import_module
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from technic_scanner.screening.evidence import PeriodValues, quantile_groups, quantile_returns, rank_ic
from technic_scanner.screening.pick_returns import forward_returns

HORIZONS, QUANTILES, SCANS, SYMBOLS, SESSIONS = (1, 5, 10), 5, 12, 41, 60
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def alphalens() -> ModuleType:
    """Import it where it is used: its plotting libraries take seconds and warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module("alphalens")


@pytest.fixture(scope="module")
def market() -> tuple[np.ndarray, np.ndarray]:
    """Closes (symbols, sessions) and scores (scans, symbols) that know a little of the next session."""
    rng = np.random.default_rng(6)
    moves = rng.normal(0, 0.02, (SYMBOLS, SESSIONS))
    close = 80.0 * np.exp(np.cumsum(moves, axis=1))
    scores = np.array([0.3 * moves[:, at + 1] + rng.normal(0, 0.02, SYMBOLS) for at in range(SCANS)])
    return close, scores


@pytest.fixture(scope="module")
def factor_data(alphalens: ModuleType, market: tuple[np.ndarray, np.ndarray]) -> pd.DataFrame:
    close, scores = market
    days, names = pd.bdate_range("2024-01-01", periods=SESSIONS), [f"S{i:02d}" for i in range(SYMBOLS)]
    factor = pd.Series(scores.ravel(), pd.MultiIndex.from_product([days[:SCANS], names], names=["date", "asset"]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return alphalens.utils.get_clean_factor_and_forward_returns(
            factor, pd.DataFrame(close.T, index=days, columns=names), quantiles=QUANTILES, periods=HORIZONS
        )


def test_information_coefficients(
    alphalens: ModuleType, market: tuple[np.ndarray, np.ndarray], factor_data: pd.DataFrame
) -> None:
    close, scores = market
    oracle = alphalens.performance.factor_information_coefficient(factor_data)
    forward = [forward_returns(close.T, at, HORIZONS) for at in range(SCANS)]
    ours = [[rank_ic(scores[at], forward[at][j]) for j in range(len(HORIZONS))] for at in range(SCANS)]
    np.testing.assert_allclose(np.array(ours, dtype=float), oracle.to_numpy(), atol=1e-12)
    assert oracle["1D"].mean() > 0.1


def test_quantile_returns(
    alphalens: ModuleType, market: tuple[np.ndarray, np.ndarray], factor_data: pd.DataFrame
) -> None:
    close, scores = market
    oracle, _ = alphalens.performance.mean_return_by_quantile(factor_data, by_date=True, demeaned=False)
    for at, (_, of_day) in enumerate(oracle.groupby(level="date")):
        groups, forward = quantile_groups(scores[at], QUANTILES), forward_returns(close.T, at, HORIZONS)
        for j in range(len(HORIZONS)):
            returns = PeriodValues.of(forward[j], np.arange(SYMBOLS))
            means = [interval.mean for interval in quantile_returns(groups, returns, QUANTILES)]
            np.testing.assert_allclose(np.array(means, dtype=float), of_day.iloc[:, j].to_numpy(), atol=1e-12)
