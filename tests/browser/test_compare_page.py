"""Compare in a real browser: order, baseline, filters of its list, files, and the way back to the form."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest
from playwright.sync_api import expect

from technic_scanner.bootstrap import Services
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord
from technic_scanner.ui.style.wording import short_id

from .conftest import Watched, wait_until
from .pages import ComparePage, ScanPage

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def older_and_newer(services: Services) -> tuple[RunRecord, RunRecord]:
    """Two scans of one sector, a month apart; the newer day was scanned first."""
    config = {"sectors": ("Energy",), "direction": "both", "top_n": 8}
    runs = [
        services.service.submit(ScanConfig(as_of_date=day, **config), RunOptions(), label=name)
        for day, name in ((date(2010, 7, 30), "July"), (date(2010, 6, 30), "June"))
    ]
    for run in runs:
        wait_until(lambda run_id=run.run_id: services.service.get(run_id).status.is_terminal, "a scan did not end")  # type: ignore[misc]
    newer, older = (services.service.get(run.run_id) for run in runs)
    return older, newer


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_the_oldest_day_is_the_baseline_until_another_is_chosen_which_the_address_keeps(
    tabs: Watched, older_and_newer: tuple[RunRecord, RunRecord]
) -> None:
    older, newer = older_and_newer
    page = ComparePage.open(tabs, runs=f"{newer.run_id},{older.run_id}")
    expect(page.text(f"June · {short_id(older.run_id)}")).to_be_visible()
    assert page.letters().index("June") < page.letters().index("July")
    page.choose("Baseline", re.compile("July"))
    page.expect_address(f"baseline={newer.run_id}")
    page.settle()
    assert page.letters().index("July") < page.letters().index("June")


def test_what_is_compared_comes_as_files(
    tabs: Watched, services: Services, older_and_newer: tuple[RunRecord, RunRecord]
) -> None:
    older, newer = older_and_newer
    page = ComparePage.open(tabs, runs=f"{newer.run_id},{older.run_id}")
    (asked,) = rows(page.download("Differences as CSV"))
    assert asked == {"Field": "as_of_date", older.run_id: "2010-06-30", newer.run_id: "2010-07-30"}
    stages = rows(page.download("Stage seconds as CSV"))
    assert stages[-1]["Stage"] == "total"
    assert newer.metrics is not None
    assert float(stages[-1][f"{newer.run_id} seconds"]) == newer.metrics.total_seconds
    comparison = services.service.compare([older.run_id, newer.run_id]).symbols[0]
    assert comparison is not None
    changes = rows(page.download("These changes as CSV"))
    assert len(changes) == len(comparison.entered) + len(comparison.left) + len(comparison.moved)


def test_the_list_of_runs_is_filtered_by_any_column(
    tabs: Watched, older_and_newer: tuple[RunRecord, RunRecord]
) -> None:
    page = ComparePage.open(tabs)
    page.button("Filter runs…").click()
    page.add("Filter by", "As-of date")
    page.write("As-of date", ">= 2010-07")
    page.tab.keyboard.press("Escape")
    expect(page.text("pass the filters.")).to_be_visible()
    page.expect_address("cr_filtered=")
    options = page.open_list("Runs, compared in the order of their days")
    expect(options.filter(has_text="July")).to_have_count(1)
    expect(options.filter(has_text="June")).to_have_count(0)


def test_a_compared_run_is_edited_in_the_form(tabs: Watched, older_and_newer: tuple[RunRecord, RunRecord]) -> None:
    older, newer = older_and_newer
    page = ComparePage.open(tabs, runs=f"{newer.run_id},{older.run_id}")
    page.button("Edit and run A").click()
    scan = ScanPage(page.tab)
    expect(scan.date("form_as_of_date")).to_have_value("2010-06-30")
    expect(scan.field("Maximum picks")).to_have_value("8")
