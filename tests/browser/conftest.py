"""A real server, a real worker that can be held, and a real Chromium that is watched for errors and requests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from technic_scanner.bootstrap import Services
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord
from tests.support.ports import ReservedPort
from tests.support.quiet import without_workers
from tools.ensure_chromium import find

from .paced_worker import held_file, hold_file

ROOT = Path(__file__).parents[2]
# Small steps, so that a scan can be held at many moments.
STEPS = RunOptions(chunk_size=20, fetch_batch_size=60, event_interval_seconds=0.0)
# Where scans are held, as weighted fractions: soon after the first symbols are scanned, and near the end of them.
HELD_AT, HELD_LATER_AT = 0.33, 0.8
PATIENCE_MS = 60_000
Scheme = Literal["light", "dark"]

expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Site:
    """The dashboard and the API in a process of their own, over a data folder of their own."""

    home: Path
    log: Path
    process: subprocess.Popen[bytes] | None = None
    settings: dict[str, str] = field(default_factory=dict)
    port: ReservedPort = field(default_factory=ReservedPort)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port.number}"

    def environment(self) -> dict[str, str]:
        port = str(self.port.number)
        here = {"TECHNIC_HOME": str(self.home), "TECHNIC_MAX_CONCURRENT_RUNS": "1", "TECHNIC_PORT": port}
        here["TECHNIC_STANDBY_WORKERS"] = "0"  # it would take the runs of the worker that the tests hold
        return os.environ | here | self.settings | {"PYTHONPATH": str(ROOT), "PYTHONFAULTHANDLER": "1"}

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", "technic_scanner/asgi.py"]
        # The developer's menu is what offers "Clear caches"; the shipped setting hides it.
        flags = ["--server.port", str(self.port.number), "--client.toolbarMode", "developer"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *flags], cwd=ROOT, env=self.environment(), stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        wait_until(self.answers, f"the server did not start; see {self.log}")

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=20) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def restart(self) -> None:
        """Kill the server and start it again."""
        self.kill()
        self.start()

    def hold(self, share: float) -> None:
        """Make scans wait once so much of their weighted work is done."""
        (self.home / "hold.new").write_text(str(share))
        (self.home / "hold.new").replace(hold_file(self.home))

    def release(self) -> None:
        """Let scans go on."""
        hold_file(self.home).unlink(missing_ok=True)

    def holds(self, services: Services, run_id: str, share: float) -> bool:
        """Whether the run waits at ``share`` or beyond, and the journal has the event at which it does."""
        try:
            at = float(held_file(self.home).read_text())
        except FileNotFoundError:
            return False
        newest = services.store.latest_event(run_id)
        return at >= share and newest is not None and newest.overall_fraction == pytest.approx(at, abs=1e-9)

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def close(self) -> None:
        """End it for good; it must not have ended by itself."""
        ended = None if self.process is None else self.process.poll()
        self.kill()
        self.port.close()
        assert ended is None, f"the server ended with code {ended}: {self.log.read_text()}"


def wait_until(true: Callable[[], bool], otherwise: str, seconds: float = 90.0) -> None:
    """Ask again until it is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, otherwise
        time.sleep(0.05)


# Not longer than these tests: while Playwright is open its event loop runs in this thread, and no other can.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    path = find()
    if path is None:
        assert not os.environ.get("CI"), "no Chromium: python -m tools.ensure_chromium"
        pytest.skip("no Chromium on this machine: python -m tools.ensure_chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


# Colours and places are read at one moment: none of them may be on its way to another.
STILL = """addEventListener('DOMContentLoaded', () => {
    const style = document.createElement('style')
    style.textContent = '*, *::before, *::after { transition: none !important }'
    document.head.append(style)
})"""


def patient_context(chromium: Browser, **settings: Any) -> BrowserContext:
    """Return a context of its own, without transitions, that waits for a slow machine as long as ``expect`` does."""
    context = chromium.new_context(**{"viewport": {"width": 1280, "height": 1000}, "accept_downloads": True} | settings)
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(STILL)
    return context


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page that nobody watches, for servers that are killed under it."""
    context = patient_context(chromium)
    yield context.new_page()
    context.close()


# One for all tests of this package: to start a server and a worker takes as long as several tests. So a test meets runs
# of others, and looks for its own by their ids.
@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose scans are done by one paced worker."""
    folder = tmp_path_factory.mktemp("site")
    site = Site(folder / "home", folder / "server.log")
    site.home.mkdir()
    with (folder / "worker.log").open("ab") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.paced_worker"],
            cwd=ROOT,
            env=site.environment(),
            stdout=log,
            stderr=log,
        )
    try:
        site.start()
        yield site
    finally:
        worker.terminate()
        worker.wait()
        site.close()


@pytest.fixture
def plain_site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    """A server that starts its workers itself, as it does for people; a parameter has its settings."""
    site = Site(tmp_path / "home", tmp_path / "server.log", settings=getattr(request, "param", {}))
    site.home.mkdir()
    try:
        site.start()
        yield site
    finally:
        site.close()


@pytest.fixture(scope="package")
def services(site: Site) -> Iterator[Services]:
    """The same store, read from the test's own process; starts no workers of its own."""
    services = without_workers(site.home, stale_after_seconds=20.0)
    wait_until(lambda: bool(services.service.workers()), "the paced worker did not come up")
    yield services
    services.close()


@dataclass
class Watched:
    """Pages of one browser context, with what they complained of and whom they asked."""

    context: BrowserContext
    url: str
    complaints: list[str] = field(default_factory=list)
    strangers: set[str] = field(default_factory=set)
    pages: list[Page] = field(default_factory=list)

    def open(self, path: str = "/", *, scheme: Scheme = "light", width: int = 1280, height: int = 1000) -> Page:
        """Open a path in a new tab of this theme and size, in px of CSS."""
        page = self.context.new_page()
        self.pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._meet(request.url))
        page.goto(self.url + path)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location.get('url')})")

    def _meet(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in ("127.0.0.1", "localhost"):
            self.strangers.add(url)


@pytest.fixture(scope="package")
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """One for all tests, so that the dashboard's scripts are fetched and compiled once; each tab is its own session."""
    context = patient_context(chromium)
    yield context
    context.close()


@pytest.fixture
def tabs(context: BrowserContext, site: Site) -> Iterator[Watched]:
    """Open pages of the site; afterwards none may have logged an error or asked another machine."""
    watched = Watched(context, site.url)
    yield watched
    for page in watched.pages:
        page.close()
    assert watched.strangers == set()
    assert watched.complaints == []


@pytest.fixture
def held(site: Site) -> Iterator[None]:
    """Scans wait when a third of their weighted work is done, until the test lets them go on."""
    site.hold(HELD_AT)
    yield
    site.release()


@pytest.fixture
def running(site: Site, services: Services, held: None) -> Iterator[RunRecord]:
    """A scan of the sample that is under way, and waits."""
    run = services.service.submit(ScanConfig(), STEPS, label="Watched scan")
    wait_until(lambda: site.holds(services, run.run_id, HELD_AT), "the scan did not get to where it is held")
    yield run
    services.service.cancel(run.run_id)
    wait_until(lambda: services.service.get(run.run_id).status.is_terminal, "the scan did not end")


@pytest.fixture(scope="package")
def finished(site: Site, services: Services) -> RunRecord:
    """A finished scan of the whole sample."""
    run = services.service.submit(ScanConfig(), RunOptions(), label="Finished scan")
    wait_until(lambda: services.service.get(run.run_id).status.is_terminal, "the scan did not end")
    return services.service.get(run.run_id)
