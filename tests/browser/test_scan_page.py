"""The form of a scan in a real browser: dates, pasted lists, past dates, and what the expected time contains."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from technic_scanner.bootstrap import Services
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.model import RunQuery

from .conftest import Watched, wait_until
from .pages import HistoryPage, RunPage, ScanPage

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_the_date_is_stepped_by_one_session(tabs: Watched) -> None:
    page = ScanPage.open(tabs)
    for arrow, day in (("‹", "2010-08-19"), ("‹", "2010-08-18"), ("›", "2010-08-19")):
        page.button(arrow).click()
        expect(page.date("form_as_of_date")).to_have_value(day)


def test_a_pasted_list_says_at_once_what_was_understood(tabs: Watched) -> None:
    page = ScanPage.open(tabs)
    page.field("Symbols").fill("'AAPL', \"BRK-B\"\nNOSUCH")
    page.field("Symbols").blur()
    expect(page.text("2 of 3 symbols found. BRK-B = BRK.B.")).to_be_visible()
    expect(page.text("Not in this universe: NOSUCH.")).to_be_visible()


def test_the_expected_time_says_what_it_contains(tabs: Watched, finished: RunRecord) -> None:
    page = ScanPage.open(tabs)
    expect(page.text("It is the time of the scan itself, from its first stage to its picks")).to_be_visible()


def test_the_scan_of_several_past_dates_is_queued(tabs: Watched, services: Services) -> None:
    page = ScanPage.open(tabs)
    page.field("Symbols").fill("AAPL MSFT XOM")
    page.open_replay()
    page.write_date("replay_from", "2010-06-15")
    page.write_date("replay_to", "2010-07-30")
    expect(page.text("2010-06-30 to 2010-07-30; expected:")).to_be_visible()
    page.button("Queue 2 runs").click()
    expect(page.text("2 runs queued")).to_be_visible()
    runs = services.service.list(RunQuery(limit=2)).records
    assert {run.config.as_of_date for run in runs} == {date(2010, 6, 30), date(2010, 7, 30)}
    assert {run.config.symbols for run in runs} == {("AAPL", "MSFT", "XOM")}
    for run in runs:
        wait_until(lambda run_id=run.run_id: services.service.get(run_id).status.is_terminal, "a replay did not end")  # type: ignore[misc]


def test_any_run_is_edited_and_run_again(tabs: Watched, services: Services) -> None:
    config = ScanConfig(symbols=("AAPL", "MSFT"), direction="both", top_n=2)
    run = services.service.submit(config, RunOptions(), label="To be edited")
    wait_until(lambda: services.service.get(run.run_id).status.is_terminal, "the scan did not end")
    history = HistoryPage.open(tabs, h_text=run.run_id)
    history.select(0)
    history.button("Edit and run").click()
    page = ScanPage(history.tab)
    expect(page.field("Symbols")).to_have_value("AAPL MSFT")
    page.write("Maximum picks", "1")
    page.start.click()
    page.expect_address(r"/\?run=")
    again = services.service.get(RunPage(page.tab).run_id)
    assert (again.config.symbols, again.config.direction, again.config.top_n) == (("AAPL", "MSFT"), "both", 1)
    wait_until(lambda: services.service.get(again.run_id).status.is_terminal, "the scan did not end")


def test_a_scan_that_finds_nothing_says_so_and_leads_to_what_removed_how_many(
    tabs: Watched, services: Services
) -> None:
    run = services.service.submit(ScanConfig(min_price=1_000_000.0), RunOptions(), label="Too dear")
    wait_until(lambda: services.service.get(run.run_id).status.is_terminal, "the scan did not end")
    page = RunPage.of(tabs, run.run_id)
    expect(page.text("○ Nothing found")).to_be_visible()
    expect(page.tab.get_by_text("✓ Succeeded")).to_have_count(0)
    page.button("Open results").click()
    page.expect_address(rf"/results\?.*run={run.run_id}")
    expect(page.text("No symbol passed")).to_be_visible()
    expect(page.text("Symbols not in the results")).to_be_visible()


def test_where_a_scan_was_started_its_picks_appear_then_its_figures_and_a_pick_leads_to_its_chart(
    tabs: Watched, services: Services
) -> None:
    page = ScanPage.open(tabs)
    page.start.click()
    page.expect_address(r"/\?run=")
    run = RunPage(page.tab)
    run.expect_success()
    expect(run.picks.locator("td").first).to_be_attached()
    expect(run.figures).to_have_count(2)
    expect(run.button("Start scan")).to_have_count(0)
    run.picks.locator("[data-testid=stDataFrame]").click(position={"x": 15, "y": 50})
    symbol = services.service.result(run.run_id).table["Symbol"][0].as_py()
    page.expect_address(rf"/results\?.*symbol={symbol}")
