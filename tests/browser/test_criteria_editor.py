"""The editor of criteria in a real browser, by keyboard: completion, marked faults, one text with the rows."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def focus_by_keyboard(page: Page, selector: str) -> None:
    """Press Tab until something that matches has the focus."""
    for _ in range(60):
        if page.evaluate("selector => deepest().matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


DEEPEST = """() => { window.deepest = () => {
    let at = document.activeElement
    while (at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement
    return at
} }"""


def test_criteria_are_written_completed_corrected_and_shown_as_rows_by_keyboard(tabs: Watched) -> None:
    page = tabs.open("/")
    page.evaluate(DEEPEST)
    page.get_by_role("radiogroup", name="How criteria are shown").get_by_role("radio", name="Text").click()
    editor = page.get_by_role("textbox", name="Criteria")
    expect(editor).to_be_visible()
    focus_by_keyboard(page, ".cm-content")

    page.keyboard.type("close > smaa(close, 3)")
    expect(page.locator(".cm-lintRange-error")).to_have_text("smaa")
    expect(page.get_by_text("There is no function 'smaa'. Did you mean 'sma'?").first).to_be_visible()

    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("close > stde")
    option = page.locator(".cm-tooltip-autocomplete [aria-selected=true]")
    expect(option).to_contain_text("stdev(x, n)")
    page.wait_for_timeout(100)  # what is typed into is not accepted within CodeMirror's 75 ms
    page.keyboard.press("Enter")
    page.keyboard.type("close, 20)")
    expect(page.locator(".cm-lintRange-error")).to_have_count(0)
    expect(page.get_by_text("The criteria can be used")).to_be_visible()

    page.keyboard.press("Tab")
    expect(editor).not_to_be_focused()
    page.get_by_role("radiogroup", name="How criteria are shown").get_by_role("radio", name="Rows").click()
    expect(page.get_by_role("textbox", name="Value of row 1")).to_have_value("stdev(close, 20)")
