"""Entries, forward returns and excess: equal to a study written with pandas, to 1e-12."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic_scanner.screening.evidence import rank_ic
from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.studies import study
from technic_scanner.studies.coefficients import information_coefficients
from technic_scanner.studies.decay import decay_curve
from technic_scanner.studies.document import entries_table
from technic_scanner.studies.groups import by_month, by_sector, by_year
from tests.unit.studies.pandas_study import above_average, eligible, entries, frame
from tests.unit.studies.panels import made_panel

WINDOW = 7
TEXT = f"close > sma(close, {WINDOW})"


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["first", "every"]))
def test_entries_and_returns_are_those_of_pandas(seed: int, entry: str) -> None:
    panel = made_panel(seed)
    found = entries_table(study(TEXT, panel, entry=entry)).to_pandas()
    wanted = entries(panel, above_average(panel, WINDOW), every=entry == "every")
    assert found["symbol"].tolist() == wanted["symbol"].tolist()
    assert pd.to_datetime(found["session"]).tolist() == wanted["session"].tolist()
    for name in wanted.columns[2:]:
        np.testing.assert_allclose(found[name], wanted[name].astype(float), rtol=0.0, atol=1e-12, err_msg=name)


def test_the_tables_are_those_of_the_entries() -> None:
    panel = made_panel(3, symbols=15)
    found = study(TEXT, panel)
    rows = entries(panel, above_average(panel, WINDOW), every=False)
    for horizon in HORIZONS:
        result, excess = found.horizons[horizon], rows[f"excess_{horizon}"].dropna()
        by_date = excess.groupby(rows["session"].loc[excess.index]).mean()
        assert result.n == len(excess)
        assert result.n_dates == len(by_date)
        assert result.mean_excess == pytest.approx(by_date.mean(), abs=1e-12)
        assert result.hit_rate == pytest.approx((excess > 0).mean(), abs=1e-12)
        assert result.median == pytest.approx(excess.median(), abs=1e-12)
        assert result.low < result.mean_excess < result.high
    for groups, names in (
        (by_year(found), rows["session"].dt.year.astype(str)),
        (by_sector(found), rows["symbol"].map(dict(zip(panel.symbols, panel.labels["sector"], strict=True)))),
    ):
        assert {group.name: group.entries for group in groups} == names.value_counts().to_dict()
        for group in groups:
            excess = rows.loc[names == group.name, "excess_5"].dropna()
            mean = excess.groupby(rows["session"].loc[excess.index]).mean().mean()
            assert group.horizons[5].mean_excess == pytest.approx(mean, abs=1e-12)
            assert group.horizons[5].median == pytest.approx(excess.median(), abs=1e-12)
    months = by_month(found)
    assert sum(months.values()) == len(rows)
    assert list(months) == sorted(months)


def test_the_decay_curve_is_that_of_pandas() -> None:
    panel = made_panel(8)
    rows = entries(panel, above_average(panel, WINDOW), every=False)
    close, could = frame(panel), eligible(panel)
    held = close.ffill()
    for point in decay_curve(study(TEXT, panel)):
        change = held.shift(-point.offset) / close - 1.0
        if point.offset > 0:
            change.iloc[len(change) - point.offset :] = np.nan
        excess = change.sub(change.where(could).mean(axis=1), axis=0)
        values = pd.Series([excess.loc[at] for at in zip(rows["session"], rows["symbol"], strict=True)]).dropna()
        dates = values.groupby(rows["session"].loc[values.index]).mean()
        assert (point.n, point.n_dates) == (len(values), len(dates))
        assert point.mean == pytest.approx(dates.mean(), abs=1e-12)


def test_the_order_of_rank_by_is_judged_by_rank_correlation() -> None:
    panel = made_panel(5, symbols=20, holes=False)
    found = study(f"{TEXT} rank by roc(close, 5) asc", panel, entry="every")
    columns, values = information_coefficients(found, 5)
    close = frame(panel)
    roc, forward = close / close.shift(5) - 1.0, close.shift(-5) / close - 1.0
    truth = above_average(panel, WINDOW)
    for column, value in zip(columns.tolist(), values.tolist(), strict=True):
        chosen = [symbol for symbol in close if truth.iloc[column][symbol] is True]
        wanted = -roc.iloc[column][chosen].rank().corr(forward.iloc[column][chosen].rank())
        few = rank_ic(np.arange(len(chosen)), forward.iloc[column][chosen].to_numpy()) is None
        assert np.isnan(value) if few else value == pytest.approx(wanted, abs=1e-12)


def test_dead_symbols_are_held_to_their_last_close() -> None:
    panel = made_panel(1, symbols=6, sessions=120, holes=False)
    close = panel.bars.close
    for name in ("open", "high", "low", "close", "volume"):
        getattr(panel.bars, name)[0, 60:] = np.nan
    found = entries_table(study("close > 0", panel, entry="every")).to_pandas()
    last = found[(found["symbol"] == "S00") & (found["session"] == panel.sessions[50].item())].iloc[0]
    assert last["forward_return_21"] == pytest.approx(close[0, 59] / close[0, 50] - 1.0, abs=1e-15)
