"""Makes docs/images from a seeded dashboard: real scans of the sample, a real server, a real Chromium."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from technic_scanner.bootstrap import Services, build, warm_up
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.settings import load_settings
from tests.browser.paced_worker import held_file, hold_file
from tests.support.quiet import without_workers
from tools.ensure_chromium import find

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
PATIENCE_MS = 120_000
WIDTH, LEAST_HEIGHT, MOST_HEIGHT = 1280, 700, 1500
PAST_MONTHS = (date(2010, 2, 26), date(2010, 3, 31), date(2010, 4, 30), date(2010, 5, 28))
HISTORY: tuple[tuple[str, ScanConfig], ...] = (
    *((f"Replay of {day:%B %Y}", ScanConfig(as_of_date=day)) for day in PAST_MONTHS),
    *((f"Daily scan {day}", ScanConfig()) for day in range(1, 13)),
    ("Energy and utilities", ScanConfig(sectors=("Energy", "Utilities"))),
    ("Breakouts, both ways", ScanConfig(direction="both", strategy_profile_name="breakout")),
    ("Daily scan 13", ScanConfig()),
)
HELD_AT = 0.6  # of the weighted work: half-way through the symbols
SLOW = RunOptions(chunk_size=12, fetch_batch_size=60, event_interval_seconds=0.0)


def main() -> int:
    """Seed, serve, look, and write one PNG per page and theme."""
    chromium = find()
    if chromium is None:
        print("no Chromium: python -m tools.ensure_chromium")
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="technic-screenshots-") as folder, sync_playwright() as playwright:
        # For the workers and the server, which this process starts, as well as for itself.
        os.environ |= {"TECHNIC_HOME": str(Path(folder) / "technic"), "TECHNIC_MAX_CONCURRENT_RUNS": "1"}
        os.environ["TECHNIC_STANDBY_WORKERS"] = "0"  # it would take the run that is shown slowly
        with build(load_settings()) as services, _server() as url:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            with _slow_worker():
                _running(browser, services, url)
            runs = _seed(services.settings.home)
            for scheme in ("light", "dark"):
                for name, path in _pages(services, runs).items():
                    _shoot(browser, f"{url}{path}", scheme, name, _settled)
            browser.close()
    return 0


def _seed(home: Path) -> list[str]:
    """Run the history in this process: a worker process a run would start Python nineteen times."""
    warm_up()
    ids = []
    with without_workers(home) as services:
        for label, config in HISTORY:
            ids.append(services.service.submit(config, label=label).run_id)
            services.worker().run()
    return ids


def _pages(services: Services, runs: list[str]) -> dict[str, str]:
    best = services.service.result(runs[-1]).table.column("Symbol").to_pylist()[0]
    return {
        "scan": "/",
        "results": f"/results?run={runs[-1]}",
        "symbol": f"/results?run={runs[-1]}&symbol={best}",
        "history": "/history",
        "compare": f"/compare?runs={runs[len(PAST_MONTHS) - 1]},{runs[-1]}",
        "outcomes": "/outcomes",
    }


def _running(browser: Browser, services: Services, url: str) -> None:
    """Show a scan half-way through its symbols, with an ETA that comparable runs have taught."""
    _until(lambda: bool(services.service.workers()))
    done = [_slow_scan(services) for _ in range(3)]
    for run_id in done:
        _until(lambda run_id=run_id: services.service.get(run_id).status.is_terminal)  # type: ignore[misc]
    hold = hold_file(services.settings.home)
    for scheme in ("light", "dark"):
        hold.write_text(str(HELD_AT))  # however slow this machine is, the scan is still under way in its picture
        run_id = _slow_scan(services)

        def half_way(page: Page) -> None:
            _until(held_file(services.settings.home).exists)
            page.locator(".js-plotly-plot").last.wait_for()
            page.wait_for_timeout(3_000)

        _shoot(browser, f"{url}/?run={run_id}", scheme, "running", half_way)
        hold.unlink()
        _until(lambda run_id=run_id: services.service.get(run_id).status.is_terminal)  # type: ignore[misc]
        done.append(run_id)
    for run_id in done:
        services.service.delete(run_id)


def _slow_scan(services: Services) -> str:
    return services.service.submit(ScanConfig(), SLOW, label="Daily scan").run_id


def _shoot(browser: Browser, address: str, scheme: str, name: str, ready: Callable[[Page], None]) -> None:
    context = browser.new_context(viewport={"width": WIDTH, "height": LEAST_HEIGHT}, color_scheme=scheme)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(address)
    page.locator("[data-testid=stApp][data-test-connection-state=CONNECTED]").wait_for()
    ready(page)
    tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": WIDTH, "height": max(LEAST_HEIGHT, min(int(tall), MOST_HEIGHT))})
    page.wait_for_timeout(800)
    path = IMAGES / f"{name}-{scheme}-{WIDTH}.png"
    page.screenshot(path=path)
    context.close()
    # All colours are kept: 256 of them turn one line of a figure into another's colour.
    Image.open(path).convert("RGB").save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


def _settled(page: Page) -> None:
    page.locator("h1").first.wait_for()
    page.wait_for_function(
        """() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'
            && document.querySelectorAll('[data-testid=stSkeleton]').length === 0"""
    )
    page.wait_for_timeout(1_500)


@contextmanager
def _server() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    with _process("-m", "streamlit", "run", "dashboard.py", "--server.port", port):
        _until(lambda: _answers(url))
        yield url


@contextmanager
def _slow_worker() -> Iterator[None]:
    """Run the tests' worker that pauses after each step: a scan of the sample is over before a picture is taken."""
    with _process("-m", "tests.browser.paced_worker"):
        yield


@contextmanager
def _process(*arguments: str) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PACE_SECONDS": "0.25"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _until(true: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("the dashboard did not get there")
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
