"""The System page in a real browser: it says what happens while somebody looks at it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from technic_scanner.bootstrap import Services
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunStatus

from .conftest import Watched, wait_until
from .pages import SystemPage

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_scan_that_ends_is_counted_without_a_reload(tabs: Watched, services: Services) -> None:
    before = services.service.count_by_status()[RunStatus.SUCCEEDED]
    page = SystemPage(tabs.open(SystemPage.path))
    page.expect_count("Succeeded", before)
    run = services.service.submit(ScanConfig(max_symbols=20), RunOptions(), label="Seen from System")
    wait_until(lambda: services.service.get(run.run_id).status.is_terminal, "the scan did not end")
    page.expect_count("Succeeded", before + 1)
    expect(page.tab.locator("strong", has_text="Price cache")).to_be_visible()
