"""Intervals of the mean excess: equal to sums written with pandas, held in simulation, none where little is known."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks.study.coverage import tries
from technic_scanner.criteria import Panel
from technic_scanner.studies import study
from technic_scanner.studies.groups import by_year
from technic_scanner.studies.intervals import LEAST_SESSIONS, reaches_of
from tests.unit.studies.pandas_study import eligible, frame
from tests.unit.studies.panels import made_panel

TEXT = "close > sma(close, 7)"


@pytest.mark.parametrize(("horizon", "end"), [(1, None), (5, None), (21, "2022-06-01")])
def test_the_error_is_that_of_a_sum_over_sessions_written_with_pandas(horizon: int, end: str | None) -> None:
    panel = made_panel(11)
    found = study(TEXT, panel, end=end)
    close, could = frame(panel), eligible(panel)
    held = close.ffill()
    universe = (held.shift(-1) / close - 1.0).where(could).mean(axis=1).shift(1)
    entries = pd.DataFrame({"row": found.rows, "column": found.columns})
    entries = entries[entries["column"] + horizon < len(close)]
    size = entries.groupby("column")["row"].transform("size")
    weights = 1.0 / (entries["column"].nunique() * size)
    gains = pd.DataFrame(0.0, index=range(len(close)), columns=["gain", "held"])
    owned = np.zeros(close.shape)
    for (row, column), weight in zip(entries.itertuples(index=False), weights, strict=True):
        prices = held.iloc[:, row].to_numpy()
        for at in range(column + 1, column + horizon + 1):
            grown = prices[at - 1] / prices[column]
            gains.loc[at, "gain"] += weight * (prices[at] / prices[column] - grown * (1.0 + universe.iloc[at]))
            gains.loc[at, "held"] += weight
            owned[at, row] += weight
    shares = (owned**2).sum(axis=1)
    effective = shares.sum() ** 2 / (shares**2).sum()
    rest = gains["gain"] - gains["held"] * gains["gain"].sum() / gains["held"].sum()
    error = math.sqrt((rest**2).sum() * effective / (effective - 1.0))
    result = found.horizons[horizon]
    assert result.effective_sessions == pytest.approx(effective, rel=1e-12)
    assert result.standard_error == pytest.approx(error, rel=1e-12)
    reach = stats.t.ppf(0.975, effective - 1.0) * error
    assert result.high - result.mean_excess == pytest.approx(reach, rel=2e-3)
    assert result.mean_excess - result.low == pytest.approx(reach, rel=2e-3)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["common", "clustered"])
def test_intervals_of_noise_hold(kind: str) -> None:
    count = 120
    found = list(tries(kind, count))
    for horizon in (5, 63):
        held = [holds[horizon] for holds in found if holds[horizon] is not None]
        assert len(held) > 0.95 * count
        # Five standard errors of a share of 95 % in so many tries.
        assert sum(held) / len(held) > 0.95 - 5 * math.sqrt(0.95 * 0.05 / count)


def test_few_sessions_have_no_interval() -> None:
    panel = made_panel(4, holes=False)
    marked = panel.bars.volume.copy()
    marked[:] = 1.0
    marked[:4, 50] = 9.0
    marked[:4, 60] = 9.0
    bars = type(panel.bars)(
        panel.symbols, panel.sessions, panel.bars.open, panel.bars.high, panel.bars.low, panel.bars.close, marked
    )
    found = study("volume > 5", Panel(bars))
    one, ten = found.horizons[1], found.horizons[10]
    assert (one.n, one.n_dates) == (8, 2)
    assert (one.low, one.high, one.standard_error) == (None, None, None)
    assert one.effective_sessions == pytest.approx(2.0)
    assert ten.effective_sessions > LEAST_SESSIONS
    assert ten.low < ten.mean_excess < ten.high


def test_entries_that_move_as_the_universe_have_no_interval() -> None:
    close = np.cumprod(np.full((3, 60), 1.01), axis=1)
    found = study("close > 0", Panel.from_arrays(close), entry="every")
    assert found.horizons[5].mean_excess == pytest.approx(0.0, abs=1e-12)
    assert found.horizons[5].low is None


def test_a_group_of_all_entries_has_the_interval_of_the_study() -> None:
    found = study(TEXT, made_panel(5))
    (year,) = by_year(found)
    for horizon, result in year.horizons.items():
        whole = found.horizons[horizon]
        assert (result.low, result.high) == (whole.low, whole.high)
        assert reaches_of(found, np.arange(len(found)))[horizon].error == whole.standard_error
