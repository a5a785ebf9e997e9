"""Every page at 200 % zoom and on a phone: nothing is cut off at the side, and each action can be reached."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize, expect

from technic_scanner.bootstrap import Services
from technic_scanner.domain.run import RunRecord

from .conftest import Watched
from .pages import ALL, AnyPage, HistoryPage, ResultsPage, ScanPage
from .pages.any_page import HEADER, ROW
from .test_result_page import symbols

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# A window of 1280 × 1024 at 200 % has half of each in px of CSS.
ZOOMED: ViewportSize = {"width": 640, "height": 512}
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.mark.parametrize("kind", ALL)
def test_nothing_is_cut_off_and_each_action_is_reached(tabs: Watched, finished: RunRecord, kind: type[AnyPage]) -> None:
    page = kind(tabs.open(kind.path, **PHONE)).drawn()
    for size in (PHONE, ZOOMED):
        page.tab.set_viewport_size(size)
        page.settle()
        page.tab.wait_for_function(f"innerWidth === {size['width']}")
        assert page.tab.evaluate(WIDER_THAN_THE_WINDOW) == [], size
        assert page.tab.evaluate(OUT_OF_REACH) == [], size


def test_on_a_phone_the_start_is_on_the_first_screen(tabs: Watched) -> None:
    page = ScanPage(tabs.open(ScanPage.path, **PHONE)).drawn()
    expect(page.start).to_be_in_viewport(ratio=1)


def test_on_a_phone_a_long_figure_goes_on_in_a_second_line(tabs: Watched, finished: RunRecord) -> None:
    page = ScanPage(tabs.open(ScanPage.address(run=finished.run_id), **PHONE)).drawn()
    expect(page.tab.get_by_test_id("stMetricValue").first).to_be_visible()
    whole, cut = page.tab.evaluate(FIGURES_AFTER, "1,234,567 symbols/s")
    assert (whole > 0, cut) == (True, 0)


def test_on_a_phone_the_first_row_is_within_two_screens(tabs: Watched, services: Services, finished: RunRecord) -> None:
    ranked = symbols(services, finished)
    results = ResultsPage(tabs.open(ResultsPage.address(run=finished.run_id), **PHONE))
    results.expect_rows(finished, ranked)
    results.settle()
    assert end_of_first_row(results, "[class*=st-key-rows_]") <= 2 * PHONE["height"]
    history = HistoryPage(tabs.open(HistoryPage.path, **PHONE)).drawn()
    assert end_of_first_row(history, "[class*=st-key-runs_]") <= 2 * PHONE["height"]


def end_of_first_row(page: AnyPage, table: str) -> float:
    """Return how far below the top of the page the first row of a table ends, in px."""
    box = page.tab.locator(table).first.bounding_box()
    assert box is not None
    scrolled = float(page.tab.evaluate("document.querySelector('[data-testid=stMain]').scrollTop"))
    return box["y"] + scrolled + HEADER + ROW


# Writes a text into every figure; how many show all of it, and how many do not.
FIGURES_AFTER = """text => {
    const values = [...document.querySelectorAll('[data-testid="stMetricValue"]')];
    values.forEach(value => { value.querySelector('p').textContent = text; });
    const cut = values.filter(value => [...value.querySelectorAll('*')].some(
        part => getComputedStyle(part).overflow !== 'visible' && part.scrollWidth > part.clientWidth));
    return [values.length - cut.length, cut.length];
}"""

WIDER_THAN_THE_WINDOW = """() => [document.scrollingElement, document.querySelector("[data-testid=stMain]")]
    .filter(place => place.scrollWidth > place.clientWidth + 1)
    .map(place => `${place.tagName} is ${place.scrollWidth} px wide in ${place.clientWidth}`)"""

# Each action that is drawn, once it is scrolled to: its middle is in the window, and nothing lies over it.
OUT_OF_REACH = """() => {
    const main = document.querySelector("[data-testid=stMain]")
    const kinds = "button, a[href], input:not([tabindex='-1']), textarea, [role=tab], [role=radio]"
    const isDrawn = action => !action.disabled && action.getBoundingClientRect().width > 4
        && action.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    return [...main.querySelectorAll(kinds)].filter(isDrawn).filter(action => {
        action.scrollIntoView({ block: "center", inline: "center", behavior: "instant" })
        const box = action.getBoundingClientRect()
        const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
        const hit = document.elementFromPoint(x, y)
        const label = action.closest("label, [data-baseweb], [data-testid=stElementContainer]")
        return !(x >= 0 && x <= innerWidth && (action.contains(hit) || label?.contains(hit)))
    }).map(action => `${action.tagName} ${action.getAttribute("aria-label") ?? action.innerText}`.slice(0, 80))
}"""
