"""The worker that the dashboard starts is a process of its own: it finishes its scan though the server is killed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from technic_scanner.domain.run import RunStatus
from tests.support.quiet import without_workers

from .conftest import ROOT, Site, wait_until
from .pages import ResultsPage, RunPage, ScanPage

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_scan_started_from_the_page_ends_without_the_server(page: Page, plain_site: Site) -> None:
    page.goto(plain_site.url)
    ScanPage(page).start.click()
    expect(page).to_have_url(re.compile(r"\?run="))
    run_id = RunPage(page).run_id
    services = without_workers(plain_site.home)
    wait_until(lambda: services.service.get(run_id).status is not RunStatus.QUEUED, "no worker took the scan")
    plain_site.kill()
    wait_until(lambda: services.service.get(run_id).status.is_terminal, "the scan did not end")
    assert services.service.get(run_id).status is RunStatus.SUCCEEDED
    services.close()
    plain_site.start()
    page.reload()
    RunPage(page).expect_success()
    RunPage(page).button("Open results").click()
    expect(page).to_have_url(re.compile(rf"/results\?.*run={run_id}"))
    expect(page.get_by_role("heading", name="Results")).to_be_visible()


def test_the_whole_sample_scanned_from_the_page_is_the_command_lines_export_byte_for_byte(
    page: Page, plain_site: Site
) -> None:
    page.goto(plain_site.url)
    expect(page.get_by_text("524 symbols to scan.").first).to_be_visible()
    ScanPage(page).start.click()
    RunPage(page).button("Open results").click()
    expect(page).to_have_url(re.compile(r"/results\?.*run="))
    run_id = RunPage(page).run_id
    from_page = ResultsPage(page).download("CSV")
    command = [str(Path(sys.executable).with_name("technic-scanner")), "export", run_id, "--csv"]
    exported = subprocess.run(command, cwd=ROOT, env=plain_site.environment(), check=True, capture_output=True)
    assert exported.stdout == from_page
    assert from_page.count(b"\n") == 51
