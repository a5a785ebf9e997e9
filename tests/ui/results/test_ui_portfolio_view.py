"""The portfolio on the results page: every method's weights, the cap, the cash, and what was not as asked."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from technic_scanner.pipeline.table import SECTOR_CAP, WEIGHT_COLUMNS
from technic_scanner.ui.results import portfolio_view
from technic_scanner.ui.results.result_data import UNKNOWN_SECTOR
from tests.ui.results.test_ui_result_page import whole
from tests.ui.scan.test_ui_scan_page import texts

ROWS = pd.DataFrame(
    {
        "Symbol": ["A", "B", "C"],
        "Entry": [10.0, 20.0, 30.0],
        "Target": [12.0, 16.0, 33.0],
        "Tier": ["core", "satellite", "core"],
        "PositionSize": [7, 5, 3],
        "PositionValue": [70.0, 100.0, 90.0],
        "Sector": ["Energy", "Energy", UNKNOWN_SECTOR],
        **{name: [0.1, 0.25, 0.4] for name in WEIGHT_COLUMNS.values()},
    }
)


def weights(app) -> pd.DataFrame:
    return next(frame.value for frame in app.dataframe if "Weight" in frame.value)


@pytest.mark.parametrize(("label", "method"), list(portfolio_view.METHODS.items()))
def test_the_weights_are_those_of_the_result(seeded, open_page, label: str, method: str) -> None:
    column = WEIGHT_COLUMNS[method]
    run = whole(seeded)
    app = open_page("results", run=run.run_id, r_tab="Portfolio", r_weights=label)
    assert not app.exception
    stored = seeded.services.service.result(run.run_id)
    table = stored.table.to_pandas().set_index("Symbol")
    shown = weights(app).set_index("Symbol")
    pd.testing.assert_series_equal(shown["Weight"].sort_index(), table[column].sort_index(), check_names=False)
    assert shown["Shares"].sort_index().tolist() == table["PositionSize"].sort_index().tolist()
    assert shown["Value"].sum() == pytest.approx(table["PositionValue"].sum())
    assert shown["Weight"].is_monotonic_decreasing
    assert shown.groupby("Sector")["Weight"].sum().max() <= SECTOR_CAP + 1e-9
    assert "A sector gets at most 35%" in texts(app)
    assert "Portfolio of the picks" not in texts(app), "the tab says so"


def test_sides_sectors_and_cash_are_told_apart() -> None:
    frame = portfolio_view.weights_frame(ROWS, "score")
    assert frame[["Symbol", "Side", "Shares", "Value"]].to_numpy().tolist() == [
        ["C", "long", 3, 90.0],
        ["B", "short", 5, 100.0],
        ["A", "long", 7, 70.0],
    ]
    figure = portfolio_view.sector_weights(frame)
    bars = {trace.name: dict(zip(trace.y, trace.x, strict=True)) for trace in figure.data}
    assert bars["long"] == {"Energy": 0.1, UNKNOWN_SECTOR: 0.4}
    assert bars["short"] == {"Energy": 0.25}
    assert bars["cash"] == {"Cash": pytest.approx(0.25)}
    assert list(figure.layout.yaxis.categoryarray) == ["Cash", "Energy", UNKNOWN_SECTOR]


def test_what_was_not_as_asked_is_said(seeded) -> None:
    stored = seeded.services.service.result(whole(seeded).run_id)
    notes = ("Portfolio by equal: The caps leave 65.0% in cash.", "Portfolio by score: No pick scores above 50.")
    stored = replace(stored, context=replace(stored.context, notes=notes))
    said = portfolio_view.summary(stored, portfolio_view.weights_frame(ROWS, "equal"), "equal")
    assert "The caps leave 65.0% in cash." in said
    assert "No pick scores above" not in said
    assert "Shares and value are those of each plan" in said
    assert "75.0% is invested" in said
