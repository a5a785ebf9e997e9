"""Studies in a real browser: an entry that is clicked opens its chart, and a parameter study is run, held, and read."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from technic_scanner.bootstrap import Services
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.studies.request import StudyRequest

from .conftest import Site, Watched, wait_until
from .pages.any_page import HEADER, ROW, AnyPage
from .test_result_page import click_row

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.usefixtures("bars")]

TEXT = "close > sma(close, 20) and rsi(14) < 60"
SWEPT = "let n = 20 # 10..30 step 10\nlet most = 60 # 50..60 step 10\nclose > sma(close, n) and rsi(14) < most"
READING = 0.1  # as a weighted fraction: bars are read


@pytest.fixture
def bars(finished: RunRecord) -> None:
    """The bars that a study reads: a scan has fetched them."""


def open_studies(tabs: Watched, **parts: str) -> Page:
    return tabs.open(f"/studies?{urlencode(parts)}")


def test_a_click_on_an_entry_opens_its_chart_at_that_date(tabs: Watched, services: Services) -> None:
    first = date(2009, 12, 1)
    page = open_studies(tabs, s_where=TEXT, s_from=first.isoformat())
    document = services.studies.find(StudyRequest(TEXT, start=first)).document()
    for side, row in (("worst", 2), ("best", 1), ("worst", 0)):
        entry = document[side][row]
        table = page.locator(f".st-key-s_{side} [data-testid=stDataFrame]")
        expect(table.get_by_test_id(f"glide-cell-1-{row}")).to_have_text(entry["symbol"])
        AnyPage(page).settle()
        click_row(table, row)
        expect(page.get_by_label(f"Bars of {entry['symbol']} around {entry['session']}")).to_be_visible()
        assert chosen(page, "Where these criteria fired on") == entry["symbol"]
        assert chosen(page, "Chart at the entry of") == entry["session"]


def test_enter_on_a_cell_of_an_entry_opens_its_chart(tabs: Watched, services: Services) -> None:
    first = date(2009, 12, 1)
    page = open_studies(tabs, s_where=TEXT, s_from=first.isoformat())
    entry = services.studies.find(StudyRequest(TEXT, start=first)).document()["worst"][1]
    table = page.locator(".st-key-s_worst [data-testid=stDataFrame]")
    expect(table.get_by_test_id("glide-cell-1-1")).to_have_text(entry["symbol"])
    AnyPage(page).settle()
    table.click(position={"x": 100, "y": HEADER + 1.5 * ROW})
    page.keyboard.press("Enter")
    expect(page.get_by_label(f"Bars of {entry['symbol']} around {entry['session']}")).to_be_visible()


def chosen(page: Page, label: str) -> str:
    return page.get_by_role("combobox", name=label).input_value()


def test_a_parameter_study_is_watched_cancelled_resumed_and_read(tabs: Watched, services: Services, site: Site) -> None:
    page = open_studies(tabs, s_kind="Parameter study", s_where=SWEPT, s_horizon="5")
    site.hold(READING)
    try:
        page.get_by_role("button", name="Start the parameter study").click()
        expect(page).to_have_url(re.compile("run="))
        (run,) = [record for record in services.service.list().records if record.kind == "study"]
        wait_until(lambda: site.holds(services, run.run_id, READING), "the study did not get to where it is held")
        page.get_by_role("button", name="Cancel", exact=True).click()
        expect(page.get_by_text("Parameter study cancelled", exact=False).first).to_be_visible()
    finally:
        site.release()
    assert services.service.get(run.run_id).status is RunStatus.CANCELLED
    page.get_by_role("button", name="Resume", exact=True).click()
    expect(page.get_by_text("The best variant:")).to_be_visible()
    answer = services.sweeps.answer(run.run_id)
    values = answer["variants"][answer["best"]["variant"]]["values"]
    expect(page.get_by_text(f"n = {values[0]}, most = {values[1]}", exact=True)).to_be_visible()
    expect(page.get_by_label("Mean excess of 6 variants after 5 sessions")).to_be_visible()
