"""Results in a real browser: what is clicked is what is shown, and files are the same behind every door."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Sequence

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from technic_scanner.bootstrap import Services
from technic_scanner.domain.run import RunRecord
from technic_scanner.ui.style.tables import revision
from technic_scanner.ui.style.wording import short_id

from .conftest import Site, Watched, patient_context, settle, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

HEADER, ROW = 35, 35


def symbols(services: Services, run: RunRecord) -> list[str]:
    return list(services.service.result(run.run_id).table.column("Symbol").to_pylist())


def open_results(tabs: Watched, run: RunRecord, order: Sequence[str], more: str = "") -> Page:
    page = tabs.open(f"/results?run={run.run_id}{more}")
    expect_symbols_drawn(table_of(page, run, order), order[:3])
    settle(page)
    return page


def table_of(page: Page, run: RunRecord, order: Sequence[str]) -> Locator:
    """Return the table of these rows in this order; while another order is coming, the one before is there too."""
    return page.locator(f".st-key-rows_{revision(run.run_id, run.attempt, *order)} [data-testid=stDataFrame]")


def expect_symbols_drawn(table: Locator, first: Sequence[str]) -> None:
    """Wait until the table's first rows are of these symbols; the canvas tells screen readers what it has drawn."""
    for row, symbol in enumerate(first):
        expect(table.get_by_test_id(f"glide-cell-2-{row}")).to_have_text(symbol)


def click_row(table: Locator, row: int) -> None:
    """Click the selection box of the ``row``-th drawn row; the table is a canvas."""
    table.click(position={"x": 15, "y": HEADER + row * ROW + ROW / 2})


def expect_symbol(page: Page, symbol: str) -> None:
    expect(page).to_have_url(re.compile(rf"symbol={re.escape(symbol)}(&|$)"))
    expect(page.locator("strong", has_text=re.compile(rf"^{re.escape(symbol)}$")).first).to_be_visible()


def test_a_click_opens_the_row_that_was_clicked_after_the_server_sorted(
    tabs: Watched, services: Services, finished: RunRecord
) -> None:
    ranked = symbols(services, finished)
    by_name = sorted(ranked)
    page = open_results(tabs, finished, ranked)
    click_row(table_of(page, finished, ranked), 2)
    expect_symbol(page, ranked[2])
    page.get_by_role("combobox", name="Sort by").click()
    page.get_by_role("option", name="Symbol", exact=True).click()
    # The choice is in the address at once; the table in the new order comes with the server's answer.
    table = table_of(page, finished, by_name)
    expect_symbols_drawn(table, by_name[:3])
    expect(page).to_have_url(re.compile("r_sort=Symbol"))
    settle(page)
    expect_symbol(page, ranked[2])
    expect(page.locator("[class*=st-key-rows_]")).to_have_count(1)
    click_row(table, 0)
    expect_symbol(page, by_name[0])


def test_a_click_opens_the_row_that_was_clicked_after_the_browser_sorted(
    tabs: Watched, services: Services, finished: RunRecord
) -> None:
    ranked = symbols(services, finished)
    page = open_results(tabs, finished, ranked)
    table = table_of(page, finished, ranked)
    table.click(position={"x": 140, "y": HEADER / 2})
    expect_symbols_drawn(table, sorted(ranked)[:3])
    click_row(table, 0)
    expect_symbol(page, min(ranked))


def test_the_csv_is_the_apis_byte_for_byte(tabs: Watched, services: Services, finished: RunRecord, site: Site) -> None:
    page = open_results(tabs, finished, symbols(services, finished))
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    bytes_of_page = download.value.path().read_bytes()
    with urllib.request.urlopen(f"{site.url}/api/scans/{finished.run_id}/results.csv") as answer:
        assert answer.read() == bytes_of_page
    assert bytes_of_page.count(b"\n") == finished.metrics.symbols_returned + 1


def test_a_link_to_a_symbol_opens_it(tabs: Watched, services: Services, finished: RunRecord) -> None:
    ranked = symbols(services, finished)
    symbol = ranked[5]
    page = open_results(tabs, finished, ranked, f"&symbol={symbol}")
    expect_symbol(page, symbol)
    expect(page.locator(".js-plotly-plot .trace.boxes, .js-plotly-plot .cartesianlayer").first).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page).not_to_have_url(re.compile("symbol="))
    expect(page.get_by_role("button", name="Close")).to_have_count(0)


def test_a_click_on_any_cell_opens_the_row_and_the_arrow_keys_walk_on(
    tabs: Watched, services: Services, finished: RunRecord
) -> None:
    ranked = symbols(services, finished)
    page = open_results(tabs, finished, ranked)
    table_of(page, finished, ranked).click(position={"x": 180, "y": HEADER + 2.5 * ROW})
    expect_symbol(page, ranked[2])
    for position in (3, 4):
        settle(page)
        page.keyboard.press("ArrowDown")
        expect_symbol(page, ranked[position])
    settle(page)
    page.keyboard.press("ArrowUp")
    expect_symbol(page, ranked[3])


@pytest.mark.parametrize(("width", "beside"), [(1280, True), (800, False)])
def test_the_symbol_is_beside_the_table_where_both_fit(
    tabs: Watched, services: Services, finished: RunRecord, width: int, beside: bool
) -> None:
    ranked = symbols(services, finished)
    page = open_results(tabs, finished, ranked, f"&symbol={ranked[0]}")
    page.set_viewport_size({"width": width, "height": 900})
    chart = page.locator(f"[class*=st-key-candles_{ranked[0]}] .js-plotly-plot")
    expect(chart).to_be_visible()
    wait_until(lambda: (chart.bounding_box()["x"] > width / 2) is beside, "the chart is not where it belongs")


@pytest.mark.parametrize("path", ["/?run=01WRONG", "/results?run=01WRONG", "/compare?runs=01WRONG,01WORSE"])
def test_a_wrong_id_is_a_sentence_with_a_code(tabs: Watched, path: str) -> None:
    page = tabs.open(path)
    expect(page.get_by_text("run_not_found").first).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_a_clicked_bar_of_the_history_leads_to_its_run(tabs: Watched, finished: RunRecord) -> None:
    page = tabs.open("/history")
    chart = page.locator("[class*=st-key-h_stack_] .js-plotly-plot")
    expect(chart.locator(".bars .point path").first).to_be_visible()
    settle(page)
    # Plotly hears clicks on the layer over the bars; within the chart they stay where they are when the page moves.
    x, y = chart.evaluate(MIDDLE_OF_THE_TALLEST_BAR)
    chart.locator(".nsewdrag").click(position={"x": x, "y": y})
    page.locator("[data-testid=stPageLink]", has_text="Results").click()
    expect(page).to_have_url(re.compile(rf"/results\?.*run={finished.run_id}"))


def test_a_run_selected_in_the_history_is_run_again_and_watched(
    tabs: Watched, services: Services, finished: RunRecord
) -> None:
    page = tabs.open(f"/history?h_text={finished.run_id}")
    table = page.locator("[class*=st-key-runs_] [data-testid=stDataFrame]")
    expect(table.get_by_test_id("glide-cell-1-0")).to_have_text(short_id(finished.run_id))
    settle(page)
    click_row(table, 0)
    page.get_by_role("button", name="Run again").click()
    expect(page).to_have_url(re.compile(r"/\?run="))
    again = services.service.list().records[0]
    assert again.run_id != finished.run_id
    assert again.config == finished.config
    expect(page).to_have_url(re.compile(rf"run={again.run_id}"))
    expect(page.get_by_text(short_id(again.run_id)).first).to_be_visible()
    wait_until(lambda: services.service.get(again.run_id).status.is_terminal, "the run did not end")
    services.service.delete(again.run_id)


MIDDLE_OF_THE_TALLEST_BAR = """chart => {
    const layer = chart.querySelector(".nsewdrag").getBoundingClientRect()
    const bars = [...chart.querySelectorAll(".bars .point path")].map(bar => bar.getBoundingClientRect())
    const tallest = bars.reduce((one, other) => other.height > one.height ? other : one)
    return [tallest.left + tallest.width / 2 - layer.left, tallest.top + tallest.height / 2 - layer.top]
}"""


@pytest.mark.parametrize("page_name", ["", "results", "history", "compare", "outcomes", "system"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_draws_in_both_themes_without_a_complaint(
    chromium: Browser, site: Site, finished: RunRecord, page_name: str, scheme: str
) -> None:
    context = patient_context(chromium, color_scheme=scheme)
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
