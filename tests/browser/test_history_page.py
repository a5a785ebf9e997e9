"""History in a real browser: what is chosen there is in the address."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from technic_scanner.bootstrap import Services
from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.timings.comparability import config_hash_of

from .conftest import Watched
from .pages import HistoryPage, RunPage
from .pages.any_page import cell

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_the_moment_of_a_promise_and_the_config_of_a_run_get_into_the_address(
    tabs: Watched, finished: RunRecord
) -> None:
    page = HistoryPage.open(tabs, h_key=finished.run_id, h_tab="ETA accuracy")
    page.within("h_moment").get_by_role("radio", name="50").click()
    page.expect_address(r"h_moment=50(&|$)")
    page.settle()
    page.select(0)
    page.button("Same config").click()
    page.expect_address(f"h_key={config_hash_of(finished.comparability_key or '')}(&|$)")
    page.expect_address(r"h_moment=50(&|$)")


def test_what_was_asked_is_a_view_and_any_column_filters(tabs: Watched, finished: RunRecord) -> None:
    page = HistoryPage.open(tabs, h_text=finished.run_id)
    page.choose("Columns", "What was asked")
    page.expect_address("h_view=What\\+was\\+asked")
    expect(page.runs().locator("th", has_text="As-of date (exchange date)")).to_have_count(1)
    page.add("Filter by", "Direction")
    page.write("Direction", "= short")
    expect(page.text("No run passes these filters")).to_be_visible()
    page.write("Direction", "= long")
    expect(page.text("1 run of 1 run pass")).to_be_visible()


def test_a_run_is_renamed_and_tagged_and_its_log_is_on_its_page(
    tabs: Watched, services: Services, finished: RunRecord
) -> None:
    page = RunPage.of(tabs, finished.run_id)
    page.button("Name and note…").click()
    page.field("Note").fill("the first of all")
    page.button("Save").click()
    expect(page.text("The name and the note of the run are saved.")).to_be_visible()
    assert services.notes.of_run(finished.run_id).text == "the first of all"
    page.text("Worker's log").click()
    expect(page.text("times are in UTC").or_(page.text("No line of the workers' logs"))).to_be_visible()
    shown = HistoryPage.open(tabs, h_text=finished.run_id, h_columns="Note")
    expect(cell(shown.runs(), 1, 0)).to_have_text("the first of all")
    services.notes.write_run(finished.run_id, "", [])


def test_stages_against_usual_are_a_grid(tabs: Watched, finished: RunRecord) -> None:
    page = HistoryPage.open(tabs, h_tab="Runs × stages")
    expect(page.text("▲ red: slower, ▼ green: faster than the median")).to_be_visible()
    grid = page.tab.get_by_role("tabpanel").locator("[data-testid=stDataFrame]")
    expect(grid.locator("th", has_text="Symbol scanning")).to_have_count(1)
