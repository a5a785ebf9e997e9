"""Words can be read in both themes, as the browser computes their colours: WCAG 2.2 asks 4.5:1 of text."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from technic_scanner.domain.run import RunRecord

from .conftest import Scheme, Watched, wait_until
from .pages import ResultsPage, ScanPage

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CONTRAST = """element => {
    const channels = colour => colour.match(/[\\d.]+/g).map(Number)
    const over = (front, back, alpha) => front.slice(0, 3).map((value, i) => value * alpha + back[i] * (1 - alpha))
    const luminance = colour => colour.map(value => value / 255)
        .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
        .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0)
    const layers = []
    for (let node = element; node; node = node.parentElement)
        layers.unshift(channels(getComputedStyle(node).backgroundColor))
    const ground = layers.reduce((below, layer) => over(layer, below, layer[3] ?? 1), [255, 255, 255])
    const letters = channels(getComputedStyle(element).color)
    const [dark, light] = [ground, over(letters, ground, letters[3] ?? 1)].map(luminance).sort((a, b) => a - b)
    return (light + 0.05) / (dark + 0.05)
}"""


def contrast(words: Locator) -> float:
    """Return the ratio of the words' computed colour to all that is painted below them."""
    return float(words.evaluate(CONTRAST))


def expect_readable(words: Locator) -> None:
    """Wait for a contrast of 4.5:1: the pages' own style arrives after the widgets that it colours."""
    expect(words).to_be_visible()
    wait_until(lambda: contrast(words) >= 4.5, "the words stay too faint", seconds=20.0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_chosen_and_what_is_pressed_can_be_read(tabs: Watched, finished: RunRecord, scheme: Scheme) -> None:
    scan = ScanPage(tabs.open(scheme=scheme))
    expect_readable(scan.start.get_by_text("Start scan"))
    for name in ("Long", "Short"):
        expect_readable(scan.tab.get_by_role("radio", name=name).get_by_text(name))
    results = ResultsPage(tabs.open(ResultsPage.address(run=finished.run_id), scheme=scheme))
    for name in ("Sectors and scores", "Portfolio"):
        expect_readable(results.tab.get_by_role("tab", name=name).get_by_text(name))
