"""What happened to the picks between two runs: before the engineering, with numbers, reasons, links and a file."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from technic_scanner.domain.config import ScanConfig
from technic_scanner.runs.model import Rows
from technic_scanner.ui.compare import picks_view
from technic_scanner.ui.results import result_data
from technic_scanner.ui.style.wording import escape


@pytest.fixture
def two_days(empty):
    """Two scans of one sector, twenty sessions apart."""
    config = {"sectors": ("Energy", "Utilities"), "top_n": 12, "direction": "both"}
    newer = empty.scanned(ScanConfig(as_of_date=date(2010, 7, 30), **config), label="Newer")
    older = empty.scanned(ScanConfig(as_of_date=date(2010, 6, 30), **config), label="Older")
    return empty, older, newer


def changes(app) -> pd.DataFrame:
    return next(frame.value for frame in app.dataframe if "Change" in frame.value)


def test_each_change_has_scores_prices_signal_reason_and_a_link(two_days, open_page) -> None:
    stage, older, newer = two_days
    app = open_page("compare", runs=f"{newer.run_id},{older.run_id}")
    assert not app.exception
    assert "Change" in app.dataframe[0].value, "picks stand before the engineering panels"
    frame = changes(app)
    before, after = (
        stage.services.service.result(run.run_id, Rows.ALL).table.to_pandas().set_index("Symbol")
        for run in (older, newer)
    )
    entered, left = (frame[frame["Change"] == word] for word in ("+ entered", "- left"))
    assert len(entered)
    assert len(left)
    for row in entered.itertuples():
        assert row._7 == pytest.approx(after.loc[row.Symbol, "CompositeScore"])
        assert row.Signal == after.loc[row.Symbol, "Signal"]
        assert row.Reason == after.loc[row.Symbol, "Rationale"]
        assert row.Open == f"results?run={newer.run_id}&symbol={row.Symbol}"
    for row in left.itertuples():
        assert row._8 == pytest.approx(before.loc[row.Symbol, "Close"])
        assert row._9 == pytest.approx(after.loc[row.Symbol, "Close"])
        assert row.Reason
        assert row.Reason == after.loc[row.Symbol, "NotPickedReason"]
        assert row.Open.startswith(f"results?run={older.run_id}&")


def test_the_newest_session_of_each_run_is_said(two_days, open_page) -> None:
    _, older, newer = two_days
    app = open_page("compare", runs=f"{newer.run_id},{older.run_id}")
    assert "Newest session: A 2010-06-30 · B 2010-07-30" in [item.value for item in app.caption]


def test_old_data_of_a_compared_run_are_warned_of(two_days, open_page, monkeypatch) -> None:
    _, older, newer = two_days
    stored = result_data.stored_result
    note = "The data are old: the newest session is 2010-06-30, 9 sessions before 2010-07-14."
    monkeypatch.setattr(
        result_data,
        "stored_result",
        lambda record, which=Rows.PICKS: replace(
            stored(record, which), notes=(note,) if record.run_id == older.run_id else ("Else nothing.",)
        ),
    )
    app = open_page("compare", runs=f"{newer.run_id},{older.run_id}")
    assert [item.value for item in app.warning] == [escape(note)]


def test_the_file_has_the_same_rows_with_the_run_in_place_of_the_link(two_days, open_page) -> None:
    stage, older, newer = two_days
    comparison = stage.services.service.compare([older.run_id, newer.run_id])
    frame = picks_view.changes_frame(comparison.symbols[0], picks_view._side(older), picks_view._side(newer))
    read = pd.read_csv(io.BytesIO(picks_view._csv(frame)))
    assert read["Symbol"].tolist() == frame["Symbol"].tolist()
    assert set(read["Run"]) <= {older.run_id, newer.run_id}
    assert read["Score after"].tolist() == pytest.approx(frame["Score after"].tolist(), nan_ok=True)


def test_the_oldest_day_is_the_baseline_unless_the_address_names_another(two_days, open_page) -> None:
    _, older, newer = two_days
    runs = f"{newer.run_id},{older.run_id}"
    assert open_page("compare", runs=runs).selectbox(key="compare_baseline").value == older.run_id
    app = open_page("compare", runs=runs, baseline=newer.run_id)
    assert app.selectbox(key="compare_baseline").value == newer.run_id
    app.selectbox(key="compare_baseline").set_value(older.run_id).run()
    assert app.query_params["baseline"] in (older.run_id, [older.run_id])
    again = open_page("compare", runs=runs, baseline="01NOSUCH")
    assert again.selectbox(key="compare_baseline").value == older.run_id
