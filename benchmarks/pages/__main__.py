"""Run ``python -m benchmarks.pages``: seconds until each page is drawn, opened by its address in a new tab.

A page is drawn when the app's script has run, no skeleton is left, every figure is there and a text of the page's end
is. The first visit finds none of the server's caches filled; the first of all fills the browser's cache as well.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.contest import machine
from benchmarks.pages.browser import Browser, browsing, installed
from benchmarks.pages.home import Seeded, forget_settings, seeded_home
from benchmarks.pages.pages import PAGES, Page
from benchmarks.pages.served import served

GOAL_SECONDS = 2.0


def main() -> None:
    """Seed, serve, open, print."""
    options = _options()
    chromium = installed()
    forget_settings()
    with _folders(options.home) as (home, log):
        seeded = seeded_home(home, options.runs, options.rows)
        print(f"{options.runs:,} runs, results of {options.rows:,} rows; {machine(('streamlit', 'plotly'))}\n")
        with served(home, log) as server, browsing(chromium) as browser:
            print(
                f"{'page':14} {'first visit s':>14} {'median s':>9} {'worst s':>9}  goal {GOAL_SECONDS:g} s", flush=True
            )
            for page in PAGES:
                if options.only is None or page.name in options.only:
                    print(_row(page.name, _times(browser, page, server.url, seeded, options.loads)), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure how long pages take to be drawn.")
    parser.add_argument("--runs", type=int, default=100_000, help="how many runs history holds, at least 1,000")
    parser.add_argument("--rows", type=int, default=8_000, help="rows of the two large results")
    parser.add_argument("--loads", type=int, default=8, help="how often each page is opened, at least twice")
    parser.add_argument("--home", type=Path, help="a folder to fill and keep, or one that was filled before")
    parser.add_argument("--only", nargs="+", choices=[page.name for page in PAGES], help="these pages alone")
    options = parser.parse_args()
    if options.runs < 1_000:
        parser.error("--runs: below 1,000 the charts of history are other ones")
    if options.loads < 2:
        parser.error("--loads: the first visit is counted apart, so there must be two")
    return options


@contextmanager
def _folders(kept: Path | None) -> Iterator[tuple[Path, Path]]:
    """Give a home, which is temporary unless it is to be kept, and the path of the server's log."""
    with tempfile.TemporaryDirectory(prefix="technic-pages-home-") as folder:
        yield (kept or Path(folder) / "home").absolute(), Path(folder) / "server.log"


def _times(browser: Browser, page: Page, url: str, seeded: Seeded, loads: int) -> list[float]:
    address = page.address(url, seeded)
    return [browser.seconds(page.name, address, page.text) for _ in range(loads)]


def _row(name: str, times: list[float]) -> str:
    first, *further = times
    median = statistics.median(further)
    verdict = "met" if median <= GOAL_SECONDS else "NOT met"
    return f"{name:14} {first:14.2f} {median:9.2f} {max(further):9.2f}  {verdict}"


if __name__ == "__main__":
    main()
