"""A person who starts a scan in Chromium and waits until its picks can be seen, in this version or an earlier one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tools.ensure_chromium import find

_PATIENCE_MS = 60_000
_CELLS_BELOW = "[class*=st-key-picks_] td"
_CELLS = "[data-testid=stDataFrame] td"
_QUIET = "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
_FLAGS = ("--no-sandbox", "--disable-gpu")


@dataclass(frozen=True, slots=True)
class Clicks:
    """A tab of the dashboard at ``url``; ``below``: whether it shows picks where a scan was started."""

    page: Page
    url: str
    below: bool

    def seconds_to_picks(self) -> float:
        """Open the form, press Start, and return the seconds until the cells of the table of picks are there."""
        self.page.goto(self.url)
        start = self.page.get_by_role("button", name="Start scan", exact=True)
        start.wait_for()
        self.page.wait_for_function(_QUIET)
        begun = time.perf_counter()
        start.click()
        if self.below:
            self.page.locator(_CELLS_BELOW).first.wait_for(state="attached")
        else:
            self.page.get_by_role("button", name="Open results", exact=True).click()
            self.page.wait_for_url("**/results*")
            self.page.locator(_CELLS).first.wait_for(state="attached")
        return time.perf_counter() - begun


@contextmanager
def clicking(tree: Path, url: str) -> Iterator[Clicks]:
    """Open a tab of the dashboard of the version in ``tree`` until the block ends."""
    path = find()
    if path is None:
        raise SystemExit("no Chromium on this machine: python -m tools.ensure_chromium")
    below = (tree / "technic_scanner" / "ui" / "results" / "picks_below.py").is_file()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(_PATIENCE_MS)
        yield Clicks(page, url, below)
        browser.close()
