"""The keyboard gets from the address bar to the first row of a table in a few steps, and its focus is seen."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from technic_scanner.bootstrap import Services
from technic_scanner.domain.run import RunRecord

from .conftest import Watched
from .pages import ALL, AnyPage, HistoryPage, ResultsPage, ScanPage
from .test_result_page import symbols

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MOST_STOPS = 400


def test_the_first_row_of_the_table_is_two_steps_away_and_opens_with_the_keyboard(
    tabs: Watched, services: Services, finished: RunRecord
) -> None:
    ranked = symbols(services, finished)
    page = ResultsPage.of(tabs, finished, ranked)
    link = page.tab.get_by_role("link", name="Skip to the table")
    expect(link).to_have_count(1)
    page.tab.keyboard.press("Tab")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.tab.keyboard.press("Enter")
    expect(page.table(finished, ranked).locator(":focus")).to_have_count(1)
    page.tab.keyboard.press("ArrowDown")
    page.expect_symbol(ranked[1])


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_enter_and_space_open_the_row_and_the_arrows_walk_on(
    tabs: Watched, services: Services, finished: RunRecord, key: str
) -> None:
    ranked = symbols(services, finished)
    page = ResultsPage.of(tabs, finished, ranked)
    page.open_row(finished, ranked, 2)
    for position in (3, 4):
        page.settle()
        page.tab.keyboard.press(key)
        page.tab.keyboard.press("ArrowDown")
        page.expect_symbol(ranked[position])
    page.settle()
    expect(page.tab.locator("#portal > *")).to_have_count(0)  # the box with the value of a cell takes the arrow keys
    page.tab.keyboard.press(key)
    expect(page.selected(finished, ranked, 4)).to_have_count(1)


def test_rows_of_the_history_are_selected_with_enter_and_space(tabs: Watched, finished: RunRecord) -> None:
    page = HistoryPage.open(tabs, h_text=finished.run_id)
    expect(page.tab.get_by_role("link", name="Skip to the table")).to_have_count(1)
    page.tab.keyboard.press("Tab")
    page.tab.keyboard.press("Enter")
    expect(page.runs().locator(":focus")).to_have_count(1)
    page.tab.keyboard.press("Space")
    expect(page.button("Run again")).to_be_visible()
    page.settle()
    page.tab.keyboard.press("Enter")
    expect(page.button("Run again")).to_have_count(0)


def test_a_page_without_a_table_leads_to_its_content(tabs: Watched) -> None:
    page = ScanPage.open(tabs)
    heading = page.tab.get_by_role("heading", name="Scan", exact=True)
    link = page.tab.get_by_role("link", name="Skip to the content")
    expect(link).to_have_count(1)  # a script adds it, maybe after the heading is drawn
    page.tab.keyboard.press("Tab")
    page.tab.keyboard.press("Tab")
    expect(link).to_be_focused()
    page.tab.keyboard.press("Enter")
    expect(heading).to_be_focused()


@pytest.mark.parametrize("kind", ALL)
def test_what_has_the_focus_is_seen_wherever_tab_leads(tabs: Watched, finished: RunRecord, kind: type[AnyPage]) -> None:
    page = kind.open(tabs)
    page.tab.evaluate(WATCH_FOCUS)
    stops: list[dict[str, Any]] = []
    for _ in range(MOST_STOPS):
        page.tab.keyboard.press("Tab")
        stop = page.tab.evaluate("watchFocus()")
        stops.append(stop)
        if stop["out"]:
            break
    else:
        raise AssertionError(f"the keyboard does not get out of {kind.__name__}: {stops[-3:]}")
    assert len(stops) > 10, "the navigation alone has as many"
    assert [stop["before"] for stop in stops if not stop["seen"]] == []


# Whether an element, what it holds or what holds it has another style with the focus than without it. Each stop says it
# of the one before, which has lost the focus by then. The canvas of a table and the frame of the editor draw their own
# ring; the page's own box, which can be scrolled by the keyboard, is no action.
WATCH_FOCUS = """() => {
    const still = document.createElement("style")
    still.textContent = "*, *::before, *::after { transition: none !important; animation: none !important }"
    document.head.append(still)
    const parts = element => {
        const around = []
        for (let at = element, up = 0; at instanceof Element && up < 4; at = at.parentElement, up++) around.push(at)
        return [...around, ...[...element.querySelectorAll("*")].slice(0, 12),
                ...[...element.parentElement?.children ?? []].slice(0, 6)]
    }
    const look = element => parts(element).map(part => {
        const style = getComputedStyle(part)
        return [style.outline, style.boxShadow, style.borderColor, style.backgroundColor, style.top,
                style.textDecoration].join(" ")
    }).join("|")
    const drawn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
    const isExempt = element => element.closest("canvas, iframe") !== null || element.tagName === "MAIN"
    const met = new Set()
    let last = null
    window.watchFocus = async () => {
        await drawn()
        let at = document.activeElement
        while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
        const seen = last === null || isExempt(last.at) || look(last.at) !== last.look
        const name = last?.at.getAttribute("aria-label") ?? last?.at.innerText
        const before = last && `${last.at.tagName} ${name}`.slice(0, 60)
        const out = at === null || at === document.body || met.has(at)
        met.add(at)
        last = out ? null : { at, look: look(at) }
        return { out, seen, before }
    }
}"""
