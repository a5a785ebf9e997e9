"""Times say their zone and dates of data that they are the exchange's, on every page that has some."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.schedule import PlannedTime
from technic_scanner.ui.app import moments
from technic_scanner.ui.style.wording import exchange_date
from technic_scanner.ui.system.schedules_view import times_text
from tests.ui.scan.test_ui_scan_page import texts


def titles_of_columns(app) -> set[str]:
    """Return the titles of all columns of all tables of a page, where the page sets them."""
    settings = [json.loads(frame.proto.columns or "{}") for frame in app.dataframe]
    return {column["label"] for columns in settings for column in columns.values() if column.get("label")}


@pytest.mark.parametrize("page", ["history", "compare"])
def test_pages_of_runs_say_both(seeded, open_page, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    monkeypatch.setattr(moments, "viewer_zone", lambda: "Asia/Kolkata")
    older, newer = (run.run_id for run in seeded.services.service.list().records)
    app = open_page(page, runs=f"{older},{newer}")
    assert not app.exception
    assert "Times are in Asia/Kolkata; dates of data are those of the exchange." in texts(app)


def test_columns_of_days_say_whose_they_are(seeded, open_page) -> None:
    seeded.scanned(ScanConfig(as_of_date=date(2010, 7, 30), symbols=("AAPL", "MSFT")), label="July")
    assert "As-of date (exchange date)" in titles_of_columns(open_page("history", h_view="What was asked"))
    shown = titles_of_columns(open_page("system"))
    assert {"First session (exchange date)", "Last session (exchange date)", "Sessions (exchange dates)"} <= shown
    assert "Written, UTC" in shown


def test_pages_of_picks_say_it_in_a_line(seeded, open_page) -> None:
    run = next(run for run in seeded.services.service.list().records if run.label == "Whole sample")
    assert "as of 2010-08-20 (exchange date)" in texts(open_page("results", run=run.run_id))
    dated = seeded.scanned(ScanConfig(as_of_date=date(2010, 5, 28)), label="May")
    assert dated.metrics is not None
    assert "All dates here are those of the exchange." in texts(open_page("outcomes"))


def test_an_unknown_date_is_called_unknown() -> None:
    assert (exchange_date(date(2010, 8, 20)), exchange_date(None)) == ("2010-08-20 (exchange date)", "unknown")


def test_the_times_of_schedules_have_the_name_of_their_clock() -> None:
    at = datetime(2026, 11, 27, 18, 20, tzinfo=UTC).astimezone(ZoneInfo("America/New_York"))
    assert times_text((PlannedTime(date(2026, 11, 27), at),)) == "Fri 2026-11-27 13:20 EST"
