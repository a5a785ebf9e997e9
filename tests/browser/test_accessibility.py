"""axe-core finds no serious fault on any page and in any state, in the light and in the dark theme."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from technic_scanner.bootstrap import Services
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord

from .conftest import Scheme, Watched, wait_until
from .pages import AnyPage, RunPage

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
STATES: dict[str, Callable[[str, str, str], str]] = {
    "scan": lambda _run, _empty, _symbol: "/",
    "run": lambda run, _empty, _symbol: f"/?run={run}",
    "results": lambda run, _empty, _symbol: f"/results?run={run}",
    "symbol": lambda run, _empty, symbol: f"/results?run={run}&symbol={symbol}&r_market=true",
    "charts": lambda run, _empty, _symbol: f"/results?run={run}&r_as=Charts",
    "nothing found": lambda _run, empty, _symbol: f"/results?run={empty}",
    "no such run": lambda _run, _empty, _symbol: "/results?run=01WRONG",
    "history": lambda _run, _empty, _symbol: "/history",
    "stage grid": lambda _run, _empty, _symbol: "/history?h_tab=Runs+%C3%97+stages",
    "no run passes": lambda _run, _empty, _symbol: "/history?h_text=nosuchrun",
    "compare": lambda _run, _empty, _symbol: "/compare",
    "two runs": lambda run, empty, _symbol: f"/compare?runs={run},{empty}",
    "outcomes": lambda _run, _empty, _symbol: "/outcomes",
    "studies": lambda _run, _empty, _symbol: "/studies",
    "watchlists": lambda _run, _empty, _symbol: "/watchlists",
    "data": lambda _run, _empty, _symbol: "/data",
    "language": lambda _run, _empty, _symbol: "/reference",
    "system": lambda _run, _empty, _symbol: "/system",
}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


def serious_faults(page: Page) -> list[str]:
    """Return what axe calls serious or critical: the rule, how often, and the first element."""
    found: list[dict[str, Any]] = page.evaluate(
        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
    )
    return [
        f"{rule['id']} ({len(rule['nodes'])} ×): {rule['nodes'][0]['html'][:200]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ]


def faults_in_both_themes(page: Page) -> dict[Scheme, list[str]]:
    """Return the faults of a page in each theme, which follows the wish of the visitor's system."""
    page.evaluate(AXE)
    found: dict[Scheme, list[str]] = {}
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(IN_SCHEME, arg=scheme)
        found[scheme] = serious_faults(page)
    return found


IN_SCHEME = """scheme => {
    const ground = getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor
    const changing = document.getAnimations().some(one => one instanceof CSSTransition)
    return !changing && (parseInt(ground.match(/\\d+/)[0]) > 200) === (scheme === "light")
}"""


@pytest.fixture(scope="module")
def empty(services: Services) -> RunRecord:
    """A scan that finds nothing."""
    run = services.service.submit(ScanConfig(symbols=("NOSUCH",)), RunOptions(), label="Finds nothing")
    wait_until(lambda: services.service.get(run.run_id).status.is_terminal, "the scan did not end")
    return services.service.get(run.run_id)


@pytest.mark.parametrize("name", STATES)
def test_a_page_has_no_serious_fault(
    tabs: Watched, services: Services, finished: RunRecord, empty: RunRecord, name: str
) -> None:
    best = str(services.service.result(finished.run_id).table.column("Symbol")[0])
    page = AnyPage(tabs.open(STATES[name](finished.run_id, empty.run_id, best)))
    expect(page.tab.locator("h1").first).to_be_visible()
    page.settle()
    assert faults_in_both_themes(page.tab) == {"light": [], "dark": []}


def test_a_scan_under_way_has_no_serious_fault(tabs: Watched, running: RunRecord) -> None:
    page = RunPage.of(tabs, running.run_id)
    expect(page.cancel).to_be_visible()
    expect(page.text("Stage timeline")).to_be_visible()
    assert faults_in_both_themes(page.tab) == {"light": [], "dark": []}


@pytest.mark.parametrize(
    ("path", "opens"),
    [
        ("/results", ("Change columns…", "Export these rows…", "Filter runs…")),
        ("/history", ("Change columns…",)),
        ("/", ("Save…",)),
    ],
)
def test_what_opens_on_a_page_has_no_serious_fault(
    tabs: Watched, finished: RunRecord, path: str, opens: tuple[str, ...]
) -> None:
    # Without a run in its address, Results shows the newest one with a result, which may have found nothing.
    page = AnyPage(tabs.open(f"{path}?run={finished.run_id}" if path == "/results" else path))
    expect(page.tab.locator("h1").first).to_be_visible()
    page.settle()
    for name in opens:
        page.tab.get_by_role("button", name=name).click()
        expect(page.tab.get_by_test_id("stPopoverBody")).to_be_visible()
        assert faults_in_both_themes(page.tab) == {"light": [], "dark": []}
        page.tab.keyboard.press("Escape")
        expect(page.tab.get_by_test_id("stPopoverBody")).to_have_count(0)
