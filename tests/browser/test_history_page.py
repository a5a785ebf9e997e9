"""History in a real browser: what is chosen there is in the address."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.timings.comparability import config_hash_of

from .conftest import Watched, settle
from .test_result_page import click_row

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_the_moment_of_a_promise_and_the_config_of_a_run_get_into_the_address(
    tabs: Watched, finished: RunRecord
) -> None:
    page = tabs.open(f"/history?h_key={finished.run_id}&h_tab=ETA+accuracy")
    moments = page.locator(".st-key-h_moment")
    moments.get_by_role("radio", name="50").click()
    expect(page).to_have_url(re.compile(r"h_moment=50(&|$)"))
    settle(page)
    click_row(page.locator("[class*=st-key-runs_] [data-testid=stDataFrame]"), 0)
    page.get_by_role("button", name="Same config", exact=True).click()
    expect(page).to_have_url(re.compile(f"h_key={config_hash_of(finished.comparability_key or '')}(&|$)"))
    expect(page).to_have_url(re.compile(r"h_moment=50(&|$)"))
