"""Run ``python -m benchmarks.pages.tick``: the server's processor time for one tick of the page of a running scan.

The scan runs in a process of its own, slowed down so that something is new at every tick. What the server spends with
no page open is taken off; the rest, while that number of tabs watches, is shared by the ticks that fell due in them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

from benchmarks.contest import machine
from benchmarks.pages.browser import installed
from benchmarks.pages.home import forget_settings
from benchmarks.pages.served import end, served
from technic_scanner.bootstrap import build, warm_up
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.settings import load_settings
from technic_scanner.ui.run.pace import TICK_SECONDS

GOAL_MS = 50.0
TABS = (1, 4)
WATCH_SECONDS = 20.0
PACE_SECONDS = "0.25"  # after each of the scan's steps, of which there are some six hundred
STEPS = RunOptions(chunk_size=1, fetch_batch_size=10, event_interval_seconds=0.0)


def main() -> None:
    """Serve, scan slowly, watch, print."""
    chromium = installed()
    forget_settings()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="technic-tick-")))
        run_id = stack.enter_context(_slow_scan(folder / "home"))
        server = stack.enter_context(served(folder / "home", folder / "server.log"))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        print(f"A tick every {TICK_SECONDS:g} s; {machine(('streamlit', 'plotly'))}\n")
        process = psutil.Process(server.process.pid)
        idle = _processor_seconds(process)
        print(
            f"{'tabs':>4} {'ms a tick':>10}  goal {GOAL_MS:g} ms; {1e3 * idle / WATCH_SECONDS:.1f} ms/s with none open"
        )
        for tabs in TABS:
            _watch(browser, f"{server.url}/?run={run_id}", tabs, process, idle)
        browser.close()


@contextmanager
def _slow_scan(home: Path) -> Iterator[str]:
    """Scan the sample in a worker that pauses after each step; give the run's id."""
    os.environ |= {"TECHNIC_HOME": str(home), "TECHNIC_MAX_CONCURRENT_RUNS": "1", "PACE_SECONDS": PACE_SECONDS}
    os.environ["TECHNIC_STANDBY_WORKERS"] = "0"  # the paced worker is to take the run
    warm_up()
    with build(load_settings()) as services:
        worker = subprocess.Popen([sys.executable, "-m", "tests.browser.paced_worker"])
        try:
            while not services.service.workers():
                time.sleep(0.1)
            yield services.service.submit(ScanConfig(), STEPS, label="Slow scan").run_id
        finally:
            end(worker)


def _watch(browser: Browser, address: str, tabs: int, server: psutil.Process, idle: float) -> None:
    """Print what a tick costs while ``tabs`` pages of the run are open."""
    context = browser.new_context()
    for _ in range(tabs):
        page = context.new_page()
        page.goto(address)
        page.get_by_text("Stage timeline").wait_for()
    time.sleep(2.0)  # what a first visit costs is none of a tick's
    spent = _processor_seconds(server) - idle
    if context.pages[0].get_by_role("button", name="Open results").count():
        raise SystemExit("the scan ended while it was watched")
    context.close()
    each = 1e3 * spent / (tabs * WATCH_SECONDS / TICK_SECONDS)
    print(f"{tabs:4} {each:10.1f}  {'met' if each <= GOAL_MS else 'NOT met'}", flush=True)


def _processor_seconds(server: psutil.Process) -> float:
    """Return how long the server computes in ``WATCH_SECONDS``."""
    before = server.cpu_times()
    time.sleep(WATCH_SECONDS)
    after = server.cpu_times()
    return (after.user - before.user) + (after.system - before.system)


if __name__ == "__main__":
    main()
