"""A person who starts a scan in Chromium and waits until its picks can be seen, in this version or an earlier one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.latency.server import Version
from tools.ensure_chromium import find

_PATIENCE_MS = 60_000
_CELLS_BELOW = "[class*=st-key-picks_] td"
_CELLS = "[data-testid=stDataFrame] td"
_QUIET = "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
_FLAGS = ("--no-sandbox", "--disable-gpu")


@dataclass(frozen=True, slots=True)
class Clicks:
    """The dashboard at ``url``, and a Chromium that is closed between two scans and keeps its ``profile`` and cache.

    ``below``: whether the dashboard shows picks where a scan was started.
    """

    url: str
    profile: Path
    below: bool

    def seconds_to_picks(self) -> float:
        """Open the form, press Start, and return the seconds until the cells of the table of picks are there."""
        path = find()
        if path is None:
            raise SystemExit("no Chromium on this machine: python -m tools.ensure_chromium")
        with sync_playwright() as playwright:
            window = playwright.chromium.launch_persistent_context(
                self.profile, executable_path=path, args=_FLAGS, viewport={"width": 1280, "height": 900}
            )
            window.set_default_timeout(_PATIENCE_MS)
            seconds = self._measured(window.pages[0])
            window.close()
        return seconds

    def _measured(self, page: Page) -> float:
        page.goto(self.url)
        start = page.get_by_role("button", name="Start scan", exact=True)
        start.wait_for()
        page.wait_for_function(_QUIET)
        begun = time.perf_counter()
        start.click()
        if self.below:
            page.locator(_CELLS_BELOW).first.wait_for(state="attached")
        else:
            page.get_by_role("button", name="Open results", exact=True).click()
            page.wait_for_url("**/results*")
            page.locator(_CELLS).first.wait_for(state="attached")
        return time.perf_counter() - begun


def clicks(version: Version, url: str) -> Clicks:
    """Return the dashboard of a version at ``url``, for a Chromium that has not been there."""
    below = (version.tree / "technic_scanner" / "ui" / "results" / "picks_below.py").is_file()
    return Clicks(url, version.home.parent / f"{version.home.name}-chromium", below)
