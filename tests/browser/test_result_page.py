"""Results in a real browser: what is clicked is what is shown, and files are the same behind every door."""

from __future__ import annotations

import re
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from technic_scanner.bootstrap import Services
from technic_scanner.domain.run import RunRecord

from .conftest import Site, Watched

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

HEADER, ROW = 35, 35
ROWS = "[class*=st-key-rows_] [data-testid=stDataFrame]"


def symbols(services: Services, run: RunRecord) -> list[str]:
    return list(services.service.result(run.run_id).table.column("Symbol").to_pylist())


def open_results(tabs: Watched, run: RunRecord, more: str = "") -> Page:
    page = tabs.open(f"/results?run={run.run_id}{more}")
    expect(page.locator(f"{ROWS} canvas").first).to_be_visible()
    settle(page)
    return page


def settle(page: Page) -> None:
    """Wait until the page's script has run; nothing ticks on this page."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    expect(page.locator("[data-testid=stSkeleton]")).to_have_count(0)


def click_row(page: Page, row: int) -> None:
    """Click the selection box of the ``row``-th drawn row; the table is a canvas."""
    table = page.locator(ROWS)
    table.scroll_into_view_if_needed()
    table.click(position={"x": 15, "y": HEADER + row * ROW + ROW / 2})


def expect_symbol(page: Page, symbol: str) -> None:
    expect(page).to_have_url(re.compile(rf"symbol={re.escape(symbol)}(&|$)"))
    expect(page.locator("strong", has_text=re.compile(rf"^{re.escape(symbol)}$")).first).to_be_visible()


def test_a_click_opens_the_row_that_was_clicked_after_the_server_sorted(
    tabs: Watched, services: Services, finished: RunRecord
) -> None:
    ranked = symbols(services, finished)
    page = open_results(tabs, finished)
    click_row(page, 2)
    expect_symbol(page, ranked[2])
    page.get_by_role("combobox", name="Sort by").click()
    page.get_by_role("option", name="Symbol", exact=True).click()
    expect(page).to_have_url(re.compile("r_sort=Symbol"))
    settle(page)
    expect_symbol(page, ranked[2])
    click_row(page, 0)
    expect_symbol(page, min(ranked))


def test_a_click_opens_the_row_that_was_clicked_after_the_browser_sorted(
    tabs: Watched, services: Services, finished: RunRecord
) -> None:
    ranked = symbols(services, finished)
    page = open_results(tabs, finished)
    table = page.locator(ROWS)
    table.click(position={"x": 140, "y": HEADER / 2})
    click_row(page, 0)
    expect_symbol(page, min(ranked))


def test_the_csv_is_the_apis_and_the_exports_byte_for_byte(
    tabs: Watched, services: Services, finished: RunRecord, site: Site
) -> None:
    page = open_results(tabs, finished)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    bytes_of_page = download.value.path().read_bytes()
    with urllib.request.urlopen(f"{site.url}/api/scans/{finished.run_id}/results.csv") as answer:
        assert answer.read() == bytes_of_page
    assert (services.settings.export_dir / f"{finished.run_id}.csv").read_bytes() == bytes_of_page
    assert bytes_of_page.count(b"\n") == finished.metrics.symbols_returned + 1


def test_a_link_to_a_symbol_opens_it(tabs: Watched, services: Services, finished: RunRecord) -> None:
    symbol = symbols(services, finished)[5]
    page = open_results(tabs, finished, f"&symbol={symbol}")
    expect_symbol(page, symbol)
    expect(page.locator(".js-plotly-plot .trace.boxes, .js-plotly-plot .cartesianlayer").first).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page).not_to_have_url(re.compile("symbol="))


@pytest.mark.parametrize("path", ["/?run=01WRONG", "/results?run=01WRONG", "/compare?runs=01WRONG,01WORSE"])
def test_a_wrong_id_is_a_sentence_with_a_code(tabs: Watched, path: str) -> None:
    page = tabs.open(path)
    expect(page.get_by_text("run_not_found").first).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_a_clicked_bar_of_the_history_leads_to_its_run(tabs: Watched, finished: RunRecord) -> None:
    page = tabs.open("/history")
    bars = page.locator(".js-plotly-plot .bars .point path")
    expect(bars.first).to_be_visible()
    settle(page)
    boxes = [box for index in range(bars.count()) if (box := bars.nth(index).bounding_box()) is not None]
    tallest = max(boxes, key=lambda box: box["height"])
    page.mouse.click(tallest["x"] + tallest["width"] / 2, tallest["y"] + tallest["height"] / 2)
    page.locator("[data-testid=stPageLink]", has_text="Results").click()
    expect(page).to_have_url(re.compile(rf"/results\?.*run={finished.run_id}"))


@pytest.mark.parametrize("page_name", ["", "results", "history", "compare", "outcomes", "system"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_draws_in_both_themes_without_a_complaint(
    chromium, site: Site, finished: RunRecord, page_name: str, scheme: str
) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    watched = Watched(context, site.url)
    page = watched.open(f"/{page_name}")
    expect(page.locator("h1").first).to_be_visible()
    settle(page)
    channel = page.evaluate(
        "parseInt(getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor.match(/\\d+/)[0])"
    )
    context.close()
    assert (channel > 200) is (scheme == "light")
    assert watched.complaints == []
    assert watched.strangers == set()
