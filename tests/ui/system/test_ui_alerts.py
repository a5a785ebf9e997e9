"""Alerts on the System page: added by the form with a preview, tested, paused, removed, and their messages shown."""

from __future__ import annotations

import pytest

from technic_scanner.domain.alert import Alert, AlertWhen, DeliveryStatus
from technic_scanner.domain.schedule import AfterClose, Schedule


@pytest.fixture(autouse=True)
def channel(monkeypatch: pytest.MonkeyPatch) -> None:
    """One channel, at an address inside the host's network, to which nothing is sent."""
    monkeypatch.setenv("TECHNIC_CHANNEL_DESK", "http://127.0.0.1:9/")


@pytest.fixture
def schedules(empty):
    empty.services.schedules.add(Schedule("nightly", AfterClose("XNYS"), preset="Quick look"))
    return empty.services.schedules


def opened(app, key: str):
    """Open an expander, as a click does."""
    app.session_state[key] = True
    return app.run()


def test_an_alert_needs_a_schedule(empty, open_page) -> None:
    app = opened(open_page("system"), "a_new")
    assert not app.exception
    assert "An alert needs a schedule." in [caption.value for caption in app.caption]
    assert empty.services.alerts.all() == ()


def test_the_form_previews_and_adds_an_alert_and_names_bad_fields(empty, schedules, open_page) -> None:
    schedules.fire("nightly")
    empty.services.worker().run()
    app = opened(open_page("system"), "a_new")
    assert not app.exception
    app.text_input(key="a_title").set_value("$session for ann")
    app.toggle(key="a_preview").set_value(True).run()
    (session,) = [firing.key for firing in schedules.firings("nightly")]
    assert any(code.value.startswith(f"{session} for ann") for code in app.code)
    app.button(key="a_add").click().run()
    assert "name" in app.error[0].value
    app.text_input(key="a_name").set_value("to ann").run()
    app.button(key="a_add").click().run()
    assert not app.exception
    (added,) = empty.services.alerts.all()
    assert (added.name, added.channel, added.when) == ("to ann", "desk", AlertWhen.ENTERED)
    assert "to ann: nightly → desk" in [item.label for item in app.expander]


def test_an_alert_is_tested_paused_and_removed_and_what_is_not_sent_is_said(empty, schedules, open_page) -> None:
    alerts = empty.services.alerts
    added = alerts.add(Alert("to ann", "nightly", "desk", AlertWhen.ALWAYS))
    schedules.fire("nightly")
    empty.services.worker().run()
    alerts.send_due()
    assert alerts.deliveries()[0].status is DeliveryStatus.PENDING
    app = opened(open_page("system"), f"a_open_{added.alert_id}")
    assert not app.exception
    assert any("is not sent" in warning.value for warning in app.warning)
    (shown,) = [frame.value for frame in app.dataframe if "Channel" in frame.value]
    assert shown["Status"].tolist() == ["pending"]
    app.button(key=f"a_test_{added.alert_id}").click().run()
    assert "inside the host's network" in app.error[0].value.replace("\\", "")
    app.button(key=f"a_pause_{added.alert_id}").click().run()
    assert alerts.get("to ann").paused
    app.button(key=f"a_remove_{added.alert_id}").click().run()
    assert not app.exception
    assert alerts.all() == ()
