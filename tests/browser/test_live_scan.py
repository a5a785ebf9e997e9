"""A scan belongs to nobody's browser: reloads, tabs, other widgets, cleared caches, a killed server do not end it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from technic_scanner.bootstrap import Services
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.progress.text import format_percent

from .conftest import HELD_AT, HELD_LATER_AT, Site, Watched, wait_until
from .pages import ResultsPage, RunPage, ScanPage

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

OVERALL = re.compile(r"^(\d+\.\d)% · ")


def shown_while_held(page: Page, site: Site, services: Services, run_id: str, share: float = HELD_AT) -> str:
    """Wait until the run is held and the page, without being touched, shows where; return what it shows."""
    wait_until(lambda: site.holds(services, run_id, share), "the scan did not get to where it is held")
    newest = services.store.latest_event(run_id)
    assert newest is not None
    shown = format_percent(newest.time_fraction)
    expect(page.get_by_text(re.compile(rf"^{re.escape(shown)} · ")).first).to_be_visible()
    return shown


def test_first_visit_of_a_fresh_server_may_be_a_deep_link(tabs: Watched, site: Site) -> None:
    site.restart()
    page = ResultsPage(tabs.open(ResultsPage.path)).tab
    expect(page.get_by_role("heading", name="Results")).to_be_visible()
    expect(page.get_by_role("link", name="History")).to_be_visible()
    expect(page.get_by_text("dashboard", exact=True)).to_have_count(0)


@pytest.mark.parametrize("plain_site", [{"TECHNIC_REQUIRE_SIGN_IN": "true"}], indirect=True)
def test_a_deep_link_to_a_fresh_server_does_not_pass_by_the_sign_in(plain_site: Site, page: Page) -> None:
    page.goto(f"{plain_site.url}/results")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_role("heading", name="Results")).to_have_count(0)


def test_start_reload_and_the_same_scan_goes_on(tabs: Watched, services: Services, site: Site, held: None) -> None:
    known = services.service.count_by_status()
    page = tabs.open()
    ScanPage(page).start.click()
    expect(page).to_have_url(re.compile(r"\?run="))
    run_id = RunPage(page).run_id
    before = shown_while_held(page, site, services, run_id)
    page.reload()
    assert shown_while_held(page, site, services, run_id) == before
    assert page.url.endswith(run_id)
    site.release()
    RunPage(page).expect_success()
    assert sum(services.service.count_by_status().values()) == sum(known.values()) + 1
    assert services.service.get(run_id).attempt == 1


def test_a_second_tab_sees_it_and_cancel_there_is_seen_here(
    tabs: Watched, services: Services, running: RunRecord, site: Site
) -> None:
    here = RunPage.of(tabs, running.run_id).tab
    shown = shown_while_held(here, site, services, running.run_id)
    there = tabs.open("/")
    there.locator(f".st-key-open_{running.run_id} button").click()
    expect(RunPage(there).cancel).to_be_visible()
    assert shown_while_held(there, site, services, running.run_id) == shown
    RunPage(there).cancel.click()
    expect(here.get_by_text("■ Cancelled").first).to_be_visible()
    expect(here.get_by_role("button", name="Resume")).to_be_visible()
    assert services.service.get(running.run_id).status is RunStatus.CANCELLED
    here.get_by_text(re.compile(r"^Stopped in symbol scanning, [\d,]+ of [\d,]+ symbols · ")).first.wait_for()
    assert here.get_by_text(OVERALL).count() == 0, "no share of time of a scan that stopped"


def test_a_cancelled_scan_is_resumed_from_the_page_and_watched_to_its_end(
    tabs: Watched, services: Services, running: RunRecord, site: Site
) -> None:
    page = RunPage.of(tabs, running.run_id).tab
    RunPage(page).cancel.click()
    page.get_by_role("button", name="Resume").click()
    site.release()
    RunPage(page).expect_success()
    assert services.service.get(running.run_id).attempt == 2


def test_other_widgets_do_not_disturb_it(tabs: Watched, services: Services, running: RunRecord, site: Site) -> None:
    page = RunPage.of(tabs, running.run_id).tab
    shown_while_held(page, site, services, running.run_id)
    page.get_by_text("Configure another scan").click()
    price = page.get_by_label("Minimum closing price", exact=True)
    price.fill("12.375")
    price.press("Enter")
    page.get_by_text("Both", exact=True).click()
    page.get_by_text("Advanced: history").click()
    page.get_by_label("Lookback (sessions)", exact=True).fill("300")
    page.get_by_label("Lookback (sessions)", exact=True).press("Enter")
    site.hold(HELD_LATER_AT)
    shown_while_held(page, site, services, running.run_id, HELD_LATER_AT)
    expect(price).to_have_value("12.375")
    site.release()
    RunPage(page).expect_success()
    expect(price).to_have_value("12.375")
    record = services.service.get(running.run_id)
    assert (record.status, record.attempt) == (RunStatus.SUCCEEDED, 1)


def test_clearing_the_caches_loses_nothing(tabs: Watched, services: Services, running: RunRecord, site: Site) -> None:
    page = RunPage.of(tabs, running.run_id).tab
    shown_while_held(page, site, services, running.run_id)
    page.keyboard.press("c")
    page.get_by_role("dialog").get_by_role("button", name="Clear caches").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    site.hold(HELD_LATER_AT)
    shown_while_held(page, site, services, running.run_id, HELD_LATER_AT)
    site.release()
    RunPage(page).expect_success()
    assert services.service.get(running.run_id).attempt == 1


def test_a_killed_and_restarted_server_shows_the_scan_still_advancing(
    tabs: Watched, services: Services, running: RunRecord, site: Site
) -> None:
    page = RunPage.of(tabs, running.run_id).tab
    shown_while_held(page, site, services, running.run_id)
    site.kill()
    site.hold(HELD_LATER_AT)
    later = lambda: site.holds(services, running.run_id, HELD_LATER_AT)
    wait_until(later, "the scan stopped with the server")
    site.start()
    page.reload()
    shown_while_held(page, site, services, running.run_id, HELD_LATER_AT)
    site.release()
    RunPage(page).expect_success()
    assert services.service.get(running.run_id).attempt == 1
    # A server that is gone is something to complain of.
    tabs.complaints.clear()


def test_the_keyboard_alone_starts_and_cancels_a_scan(tabs: Watched, services: Services, held: None) -> None:
    page = tabs.open()
    expect(ScanPage(page).start).to_be_visible()
    tab_to(page, "Start scan")
    page.keyboard.press("Enter")
    cancel = RunPage(page).cancel
    expect(cancel).to_be_visible()
    tab_to(page, "Cancel")
    page.keyboard.press("Enter")
    expect(page.get_by_text("■ Cancelled").first).to_be_visible()
    assert services.service.list().records[0].status is RunStatus.CANCELLED


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the button of this name has the focus."""
    for _ in range(120):
        if page.evaluate("document.activeElement.innerText") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached {name!r}")


def test_two_clicks_in_a_row_change_nothing_in_the_form(tabs: Watched, finished: RunRecord) -> None:
    run_page = RunPage.of(tabs, finished.run_id)
    page = run_page.tab
    form = page.get_by_text("Configure another scan")
    form.click()
    page.get_by_text("Advanced: history").click()
    fields = [page.get_by_label(name, exact=True) for name in ("Maximum symbols", "Lookback (sessions)")]
    run_page.settle()
    for field in fields:
        expect(field).to_be_visible()
    shown = [field.input_value() for field in fields]
    assert shown == ["20000", "400"]
    for pause_ms in (0, 50, 100, 150):
        form.click()
        page.wait_for_timeout(pause_ms)
        form.click()
        run_page.settle()
        assert [field.input_value() for field in fields] == shown, pause_ms


def test_the_form_stays_open_where_a_notice_moves_it(tabs: Watched, finished: RunRecord) -> None:
    run_page = RunPage.of(tabs, finished.run_id)
    page = run_page.tab
    page.get_by_text("Configure another scan").click()
    page.get_by_text("Advanced: history").click()
    history = page.get_by_label("Lookback (sessions)", exact=True)
    expect(history).to_be_visible()
    run_page.choose("Preset")
    # A shipped preset describes itself above the form.
    expect(page.get_by_role("button", name="Export")).to_be_visible()
    run_page.settle()
    expect(history).to_be_visible()
    page.get_by_role("button", name="Save…").click()
    page.get_by_role("button", name="Save the form as preset").click()
    expect(page.get_by_text("One field has an invalid value")).to_be_visible()
    run_page.settle()
    expect(history).to_be_visible()
