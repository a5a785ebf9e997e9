"""The page of docs/tracker.md, served by Streamlit as its reader would, shows a tracker beside a widget in Chromium."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.docs.test_tracker_page import ON_A_PAGE
from tests.support.ports import ReservedPort

from .conftest import ROOT, patient_context, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Serve the page of the documentation from a folder of its own."""
    (code,) = ON_A_PAGE
    (tmp_path / "page.py").write_text(code)
    port = ReservedPort()
    command = [sys.executable, "-m", "streamlit", "run", "page.py", "--server.port", str(port.number)]
    flags = ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    with (tmp_path / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, *flags], cwd=tmp_path, stdout=log, stderr=log, env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
    url = f"http://127.0.0.1:{port.number}"
    try:
        wait_until(lambda: answers(server, url), f"the server did not start; see {tmp_path / 'server.log'}")
        yield url
    finally:
        server.kill()
        server.wait()
        port.close()


def answers(server: subprocess.Popen[bytes], url: str) -> bool:
    assert server.poll() is None, "the server ended"
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=20) as answer:
            return bool(answer.status == 200)
    except urllib.error.URLError:
        return False


def test_the_page_of_the_documentation_shows_the_bar_and_runs_again(
    chromium: Browser, address: str, tmp_path: Path
) -> None:
    context = patient_context(chromium)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    expect(page.get_by_text("Overall: 100.0% - Complete in")).to_be_visible()
    bar = page.get_by_test_id("stProgress")
    expect(bar).to_contain_text("100.0% done after")
    assert bar.get_by_role("progressbar").get_attribute("aria-valuenow") == "100"
    assert len((tmp_path / "runs.json").read_text().splitlines()) == 1
    page.get_by_role("slider").press("ArrowRight")
    wait_until(lambda: len((tmp_path / "runs.json").read_text().splitlines()) == 2, "the page did not run again")
    expect(bar).to_contain_text("100.0% done after")
    page.screenshot(path=tmp_path / "page.png")
    assert errors == []
    context.close()
