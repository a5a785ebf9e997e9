"""alphalens-reloaded as the oracle: forward returns and rank ICs of the same factor."""

from __future__ import annotations

import warnings
from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from technic_scanner.studies import study
from technic_scanner.studies.coefficients import information_coefficients
from technic_scanner.studies.document import entries_table
from tests.unit.studies.pandas_study import frame
from tests.unit.studies.panels import made_panel

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
HORIZONS = (1, 5, 10, 21)


def test_forward_returns_and_ics_are_those_of_alphalens() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        utils, performance = import_module("alphalens.utils"), import_module("alphalens.performance")
    panel = made_panel(11, symbols=25, sessions=120, holes=False)
    found = study("roc(close, 5) > -10 rank by roc(close, 5)", panel, entry="every")
    rows = entries_table(found).to_pandas()
    rows["session"] = pd.to_datetime(rows["session"])
    close = frame(panel)
    factor = (close / close.shift(5) - 1.0).stack().rename_axis(["date", "asset"])  # noqa: PD013
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = utils.get_clean_factor_and_forward_returns(
            factor, close, periods=HORIZONS, quantiles=None, bins=1, filter_zscore=None, max_loss=1.0
        )
        coefficients = performance.factor_information_coefficient(data)
    ours = rows.set_index(["session", "symbol"]).loc[list(data.index)]
    for horizon in HORIZONS:
        np.testing.assert_allclose(ours[f"forward_return_{horizon}"], data[f"{horizon}D"], rtol=0.0, atol=1e-12)
        columns, values = information_coefficients(found, horizon)
        by_day = pd.Series(values, index=pd.to_datetime(panel.sessions[columns])).loc[coefficients.index]
        np.testing.assert_allclose(by_day, coefficients[f"{horizon}D"], rtol=0.0, atol=1e-12)
