"""Alerts on the System page: added by the form with a preview, tested, paused, removed, and their messages shown."""

from __future__ import annotations

import pytest

from technic_scanner.domain.alert import Alert, AlertWhen, DeliveryStatus
from technic_scanner.domain.schedule import AfterClose, Schedule
from technic_scanner.domain.watchlist import Watchlist, WatchlistEntry


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
    app.text_input(key="a_new_title").set_value("$session for ann")
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


def test_an_alert_is_edited_with_a_watchlist_unless_somebody_was_first(empty, schedules, open_page) -> None:
    alerts = empty.services.alerts
    empty.services.watchlists.save(Watchlist("mine", (WatchlistEntry("AAPL"),)))
    added = alerts.add(Alert("to ann", "nightly", "desk", least=3, title="$session!"))
    alerts.pause("to ann")
    app = opened(opened(open_page("system"), f"a_open_{added.alert_id}"), f"a_editing_{added.alert_id}")
    assert not app.exception
    prefix = f"a_edit_{added.alert_id}_2_"
    assert app.text_input(key=f"{prefix}title").value == "$session!"
    app.selectbox(key=f"{prefix}watchlist").set_value("mine")
    app.selectbox(key=f"{prefix}when").set_value(AlertWhen.CHANGED).run()
    app.button(key=f"a_save_{added.alert_id}").click().run()
    assert not app.exception
    saved = alerts.get("to ann")
    assert (saved.watchlist, saved.when, saved.least, saved.paused) == ("mine", AlertWhen.CHANGED, 3, True)
    assert "among watchlist mine, at least 3; paused" in "".join(caption.value for caption in app.caption)
    again = f"a_edit_{added.alert_id}_3_"
    app.selectbox(key=f"{again}watchlist").set_value("")
    app.text_input(key=f"{again}title").set_value("$nope")
    app.button(key=f"a_save_{added.alert_id}").click().run()
    assert "title" in app.error[0].value
    app.text_input(key=f"{again}title").set_value("$session?")
    alerts.pause("to ann", paused=False)
    app.button(key=f"a_save_{added.alert_id}").click().run()
    assert "is at version 4, not 3" in app.error[0].value
    assert alerts.get("to ann").title == "$session!"
    final = f"a_edit_{added.alert_id}_4_"
    app.run()
    app.selectbox(key=f"{final}watchlist").set_value("").run()
    app.button(key=f"a_save_{added.alert_id}").click().run()
    assert alerts.get("to ann").watchlist == "", "all symbols again"
