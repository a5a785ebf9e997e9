"""The views of a result in a real browser: any symbol, its chart, small charts, columns, files as shown, notes."""

from __future__ import annotations

import csv
import io

import pytest
from playwright.sync_api import expect

from technic_scanner.bootstrap import Services
from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.model import Rows
from technic_scanner.ui.style.tables import long_label
from technic_scanner.ui.style.wording import short_id

from .conftest import Watched, wait_until
from .pages import ResultsPage
from .test_result_page import symbols

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_every_scanned_symbol_is_looked_up_with_why_it_is_no_pick(
    tabs: Watched, services: Services, finished: RunRecord
) -> None:
    rows = services.service.result(finished.run_id, Rows.ALL).table.to_pylist()
    other = next(row for row in rows if not row["Picked"])
    page = ResultsPage.open(tabs, run=finished.run_id)
    page.write("Any symbol", other["Symbol"].lower())
    page.expect_symbol(other["Symbol"])
    expect(page.text("Not a pick:")).to_be_visible()
    expect(page.chart(other["Symbol"])).to_be_visible()


def test_the_arrows_walk_the_list(tabs: Watched, services: Services, finished: RunRecord) -> None:
    ranked = symbols(services, finished)
    page = ResultsPage.of(tabs, finished, ranked, symbol=ranked[1])
    page.button("›").click()
    page.expect_symbol(ranked[2])
    page.settle()
    page.button("‹").click()
    page.expect_symbol(ranked[1])


def test_the_chart_has_ranges_a_log_scale_panels_and_the_market(
    tabs: Watched, services: Services, finished: RunRecord
) -> None:
    best = symbols(services, finished)[0]
    page = ResultsPage.open(tabs, run=finished.run_id, symbol=best)
    chart = page.chart(best)
    expect(chart.locator(".cartesianlayer > .subplot")).to_have_count(2)
    for panel in ("RSI", "MACD", "Strength"):
        page.panel(panel).click()
    page.expect_address("r_panels=.*RSI.*MACD.*Strength")
    expect(chart.locator(".cartesianlayer > .subplot")).to_have_count(5)
    page.segment("Range", "1M").click()
    page.expect_address("r_range=1M")
    page.tab.get_by_text("Log", exact=True).click()
    page.expect_address("r_log=true")
    page.tab.get_by_text("Market", exact=True).click()
    expect(page.text("Its line begins at the first close shown.")).to_be_visible()
    page.settle()
    # All at once, because a figure that is drawn anew has no data for a moment.
    told = "chart => [chart._fullLayout?.yaxis.type, chart.data?.[0]?.x.length, chart._fullLayout?.hovermode]"
    wait_until(
        lambda: chart.evaluate(told) in (["log", 21, "x"], ["log", 21, "x unified"]),
        "the chart is not of 21 sessions on a logarithmic scale with one line at the pointer",
    )


@pytest.mark.parametrize("width", [1280, 390])
def test_no_date_lies_over_another_and_no_bar_under_the_tools(
    tabs: Watched, services: Services, finished: RunRecord, width: int
) -> None:
    best = symbols(services, finished)[0]
    page = ResultsPage(
        tabs.open(ResultsPage.address(run=finished.run_id, symbol=best, r_range="1Y"), width=width)
    ).drawn()
    chart = page.chart(best)
    expect(chart.locator(".xtick text").first).to_be_visible()
    chart.hover()
    assert chart.evaluate(DATES_OVER_EACH_OTHER) == []
    assert chart.evaluate(TOOLS_OVER_BARS) is False


def test_rows_are_small_charts(tabs: Watched, services: Services, finished: RunRecord) -> None:
    page = ResultsPage.open(tabs, run=finished.run_id, r_as="Charts")
    pictures = page.within("r_grid").locator("img, svg")
    wait_until(lambda: pictures.count() >= 12, "the charts are not drawn")
    page.segment("Charts", "24 charts").click()
    page.expect_address("r_grid_count=24")
    wait_until(lambda: pictures.count() >= 24, "more charts are not drawn")


def test_columns_are_chosen_and_saved_and_the_file_has_what_is_shown(
    tabs: Watched, services: Services, finished: RunRecord
) -> None:
    columns = ("Symbol", "ATR14_pct", "Sector")
    titles = [long_label(name) for name in columns]
    page = ResultsPage.open(tabs, run=finished.run_id, r_columns=titles, r_sort="Symbol")
    wait_until(lambda: page.headers() == titles, "the columns of the address are not drawn")
    page.button("Change columns…").click()
    page.write("Save as", "Volatile")
    page.button("Save set").click()
    page.expect_address("r_view=Volatile")
    page.settle()
    assert services.views.of("results")["Volatile"].columns == columns
    page.button("Export these rows…").click()
    shown = page.download("CSV for Excel")
    assert shown.startswith(b"\xef\xbb\xbf")
    read = list(csv.DictReader(io.StringIO(shown.decode("utf-8-sig"))))
    assert tuple(read[0]) == columns
    assert [row["Symbol"] for row in read] == sorted(symbols(services, finished))
    services.views.remove("results", "Volatile")


def test_a_note_on_a_symbol_is_in_the_table(tabs: Watched, services: Services, finished: RunRecord) -> None:
    best = symbols(services, finished)[0]
    # Few columns, for the canvas draws only those that fit.
    page = ResultsPage.open(tabs, run=finished.run_id, symbol=best, r_columns="Symbol")
    page.within("symbol_note").get_by_text("Note and tags").click()
    page.field("Note").fill("earnings on Thursday")
    page.button("Save note").click()
    expect(page.text(f"The note on {best} is saved.")).to_be_visible()
    wait_until(lambda: "Note" in page.headers(), "the column of notes is not drawn")
    services.notes.write_symbol(best, "", [])


def test_the_list_of_runs_is_filtered_by_any_column(tabs: Watched, finished: RunRecord) -> None:
    page = ResultsPage.open(tabs, run=finished.run_id)
    page.button("Filter runs…").click()
    page.add("Filter by", "Picks")
    page.write("Picks", "> 100000")
    page.tab.keyboard.press("Escape")
    expect(page.text("0 runs of")).to_be_visible()
    expect(page.text("pass the filters.")).to_be_visible()
    # The open run stays in the list.
    options = page.open_list("Run")
    expect(options).to_have_count(1)
    expect(options.filter(has_text=short_id(finished.run_id))).to_have_count(1)


@pytest.mark.parametrize("height", [700, 1400])
def test_the_table_is_as_high_as_the_window_allows(
    tabs: Watched, services: Services, finished: RunRecord, height: int
) -> None:
    ranked = symbols(services, finished)
    page = ResultsPage(tabs.open(ResultsPage.address(run=finished.run_id), height=height))
    table = page.expect_rows(finished, ranked)
    page.settle()
    box = table.bounding_box()
    assert box is not None
    assert 0.6 * height <= box["height"] <= height


DATES_OVER_EACH_OTHER = """chart => {
    const dates = [...chart.querySelectorAll(".xtick text")]
    const boxes = dates.map(date => [date.textContent, date.getBoundingClientRect()])
    return boxes.flatMap(([name, box], i) => boxes.slice(i + 1)
        .filter(([, other]) => box.left < other.right - 1 && other.left < box.right - 1
            && box.top < other.bottom - 1 && other.top < box.bottom - 1)
        .map(([other]) => [name, other]))
}"""

TOOLS_OVER_BARS = """chart => {
    const tools = chart.querySelector(".modebar")?.getBoundingClientRect()
    const plot = chart.querySelector(".nsewdrag").getBoundingClientRect()
    return tools !== undefined && tools.height > 0 && tools.bottom > plot.top + 1 && tools.top < plot.bottom
        && tools.right > plot.left && tools.left < plot.right
}"""
