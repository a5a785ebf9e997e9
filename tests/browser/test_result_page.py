"""Results in a real browser: what is clicked is what is shown, and files are the same behind every door."""

from __future__ import annotations

import re
import urllib.request

import pytest
from playwright.sync_api import expect

from technic_scanner.bootstrap import Services
from technic_scanner.domain.run import RunRecord
from technic_scanner.ui.style.wording import short_id

from .conftest import Site, Watched, wait_until
from .pages import ALL, AnyPage, HistoryPage, ResultsPage
from .pages.any_page import HEADER, cell, click_row
from .test_accessibility import IN_SCHEME

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def symbols(services: Services, run: RunRecord) -> list[str]:
    return list(services.service.result(run.run_id).table.column("Symbol").to_pylist())


def test_a_click_opens_the_row_that_was_clicked_after_the_server_sorted(
    tabs: Watched, services: Services, finished: RunRecord
) -> None:
    ranked = symbols(services, finished)
    by_name = sorted(ranked)
    page = ResultsPage.of(tabs, finished, ranked)
    click_row(page.table(finished, ranked), 2)
    page.expect_symbol(ranked[2])
    page.choose("Sort by", "Symbol")
    # The choice is in the address at once; the table in the new order comes with the server's answer.
    table = page.expect_rows(finished, by_name)
    page.expect_address("r_sort=Symbol")
    page.settle()
    page.expect_symbol(ranked[2])
    expect(page.any_table()).to_have_count(1)
    click_row(table, 0)
    page.expect_symbol(by_name[0])


def test_a_click_opens_the_row_that_was_clicked_after_the_browser_sorted(
    tabs: Watched, services: Services, finished: RunRecord
) -> None:
    ranked = symbols(services, finished)
    page = ResultsPage.of(tabs, finished, ranked)
    table = page.table(finished, ranked)
    table.click(position={"x": 140, "y": HEADER / 2})
    for row, symbol in enumerate(sorted(ranked)[:3]):
        expect(cell(table, 2, row)).to_have_text(symbol)
    click_row(table, 0)
    page.expect_symbol(min(ranked))


def test_the_csv_is_the_apis_byte_for_byte(tabs: Watched, services: Services, finished: RunRecord, site: Site) -> None:
    page = ResultsPage.of(tabs, finished, symbols(services, finished))
    bytes_of_page = page.download("CSV")
    with urllib.request.urlopen(f"{site.url}/api/scans/{finished.run_id}/results.csv") as answer:
        assert answer.read() == bytes_of_page
    assert bytes_of_page.count(b"\n") == finished.metrics.symbols_returned + 1


def test_a_link_to_a_symbol_opens_it(tabs: Watched, services: Services, finished: RunRecord) -> None:
    ranked = symbols(services, finished)
    symbol = ranked[5]
    page = ResultsPage.of(tabs, finished, ranked, symbol=symbol)
    page.expect_symbol(symbol)
    expect(page.tab.locator(".js-plotly-plot .trace.boxes, .js-plotly-plot .cartesianlayer").first).to_be_visible()
    page.button("Close").click()
    expect(page.tab).not_to_have_url(re.compile("symbol="))
    expect(page.button("Close")).to_have_count(0)


def test_a_click_on_any_cell_opens_the_row_and_the_arrow_keys_walk_on(
    tabs: Watched, services: Services, finished: RunRecord
) -> None:
    ranked = symbols(services, finished)
    page = ResultsPage.of(tabs, finished, ranked)
    page.open_row(finished, ranked, 2)
    for position in (3, 4):
        page.settle()
        page.tab.keyboard.press("ArrowDown")
        page.expect_symbol(ranked[position])
    page.settle()
    page.tab.keyboard.press("ArrowUp")
    page.expect_symbol(ranked[3])


def test_a_cell_opens_its_row_again_after_it_was_closed(tabs: Watched, services: Services, finished: RunRecord) -> None:
    ranked = symbols(services, finished)
    page = ResultsPage.of(tabs, finished, ranked)
    for _ in range(2):
        page.open_row(finished, ranked, 2)
        page.settle()
        page.button("Close").click()
        expect(page.button("Close")).to_have_count(0)
        page.settle()


def test_the_table_selects_the_row_that_the_arrow_buttons_open(
    tabs: Watched, services: Services, finished: RunRecord
) -> None:
    ranked = symbols(services, finished)
    page = ResultsPage.of(tabs, finished, ranked)
    page.open_row(finished, ranked, 2)
    page.settle()
    page.button("›").click()
    page.expect_symbol(ranked[3])
    expect(page.selected(finished, ranked, 3)).to_have_count(1)
    page.settle()
    page.open_row(finished, ranked, 2)


@pytest.mark.parametrize(("width", "beside"), [(1280, True), (800, False)])
def test_the_symbol_is_beside_the_table_where_both_fit(
    tabs: Watched, services: Services, finished: RunRecord, width: int, beside: bool
) -> None:
    ranked = symbols(services, finished)
    page = ResultsPage.of(tabs, finished, ranked, symbol=ranked[0])
    page.tab.set_viewport_size({"width": width, "height": 900})
    chart = page.chart(ranked[0])
    expect(chart).to_be_visible()
    wait_until(lambda: (chart.bounding_box()["x"] > width / 2) is beside, "the chart is not where it belongs")


@pytest.mark.parametrize("path", ["/?run=01WRONG", "/results?run=01WRONG", "/compare?runs=01WRONG,01WORSE"])
def test_a_wrong_id_is_a_sentence_with_a_code(tabs: Watched, path: str) -> None:
    page = tabs.open(path)
    expect(page.get_by_text("run_not_found").first).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_a_clicked_bar_of_the_history_leads_to_its_run(tabs: Watched, finished: RunRecord) -> None:
    page = HistoryPage.open(tabs, h_text=finished.run_id)
    chart = page.stages()
    expect(chart.locator(".bars .point path").first).to_be_visible()
    page.settle()
    # Plotly hears clicks on the layer over the bars; within the chart they stay where they are when the page moves.
    x, y = chart.evaluate(MIDDLE_OF_THE_TALLEST_BAR)
    chart.locator(".nsewdrag").click(position={"x": x, "y": y})
    page.tab.locator("[data-testid=stPageLink]", has_text="Results").click()
    page.expect_address(rf"/results\?.*run={finished.run_id}")


def test_a_run_selected_in_the_history_is_run_again_and_watched(
    tabs: Watched, services: Services, finished: RunRecord
) -> None:
    page = HistoryPage.open(tabs, h_text=finished.run_id)
    expect(cell(page.runs(), 1, 0)).to_have_text(short_id(finished.run_id))
    page.settle()
    page.select(0)
    page.button("Run again").click()
    page.expect_address(r"/\?run=")
    again = services.service.list().records[0]
    assert again.run_id != finished.run_id
    assert again.config == finished.config
    page.expect_address(f"run={again.run_id}")
    expect(page.text(short_id(again.run_id))).to_be_visible()
    wait_until(lambda: services.service.get(again.run_id).status.is_terminal, "the run did not end")
    services.service.delete(again.run_id)


MIDDLE_OF_THE_TALLEST_BAR = """chart => {
    const layer = chart.querySelector(".nsewdrag").getBoundingClientRect()
    const bars = [...chart.querySelectorAll(".bars .point path")].map(bar => bar.getBoundingClientRect())
    const tallest = bars.reduce((one, other) => other.height > one.height ? other : one)
    return [tallest.left + tallest.width / 2 - layer.left, tallest.top + tallest.height / 2 - layer.top]
}"""


@pytest.mark.parametrize("kind", ALL)
def test_every_page_draws_in_both_themes_without_a_complaint(
    tabs: Watched, finished: RunRecord, kind: type[AnyPage]
) -> None:
    # Opened in the dark theme here; test_accessibility.py opens each in the light one, and is as strict.
    page = kind(tabs.open(kind.path, scheme="dark")).drawn()
    for scheme in ("dark", "light"):
        page.tab.emulate_media(color_scheme=scheme)
        page.tab.wait_for_function(IN_SCHEME, arg=scheme)
