"""Schedules on the System page: added by the form, shown with their next times, run now, paused, resumed, removed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from technic_scanner.domain.alert import Alert
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.schedule import AfterClose, AtTimes, FiringStatus, Schedule
from technic_scanner.runs.model import Preset


def opened(app, key: str):
    """Open an expander, as a click does."""
    app.session_state[key] = True
    return app.run()


def labels(app) -> list[str]:
    return [item.label for item in app.expander]


def test_the_form_adds_a_schedule_and_bad_fields_are_named(empty, open_page) -> None:
    app = opened(open_page("system"), "s_new")
    assert not app.exception
    app.text_input(key="s_name").set_value("nightly")
    app.text_input(key="s_new_delay").set_value("soon")
    app.button(key="s_add").click().run()
    assert "delay" in app.error[0].value
    assert empty.services.schedules.all() == ()
    app.text_input(key="s_new_delay").set_value("20m").run()
    app.button(key="s_add").click().run()
    assert not app.exception
    (added,) = empty.services.schedules.all()
    assert (added.name, added.preset) == ("nightly", app.selectbox(key="s_new_preset").value)
    assert isinstance(added.when, AfterClose)
    assert "nightly: 20m after the close of each XNYS session" in labels(app)


def test_a_schedule_is_run_now_paused_resumed_and_removed(empty, open_page) -> None:
    schedules = empty.services.schedules
    added = schedules.add(Schedule("nightly", AfterClose("XNYS"), preset="Quick look"))
    app = opened(open_page("system"), f"s_open_{added.schedule_id}")
    assert not app.exception
    assert any("Next: " in caption.value for caption in app.caption)
    app.button(key=f"s_fire_{added.schedule_id}").click().run()
    (firing,) = schedules.firings("nightly")
    assert firing.status is FiringStatus.QUEUED
    (shown,) = [frame.value for frame in app.dataframe if "Session or time" in frame.value]
    assert shown["Run"].tolist() == [firing.run_id]
    app.button(key=f"s_pause_{added.schedule_id}").click().run()
    assert schedules.get("nightly").paused
    assert "Paused: nightly." in [caption.value for caption in app.caption]
    app.button(key=f"s_resume_{added.schedule_id}").click().run()
    assert not schedules.get("nightly").paused
    app.button(key=f"s_remove_{added.schedule_id}").click().run()
    assert schedules.all() == ()


def test_each_button_that_removes_says_what(empty, open_page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TECHNIC_CHANNEL_DESK", "http://127.0.0.1:9/")
    schedules = [
        empty.services.schedules.add(Schedule(name, AfterClose("XNYS"), preset="Quick look"))
        for name in ("nightly", "*weekly*")
    ]
    alert = empty.services.alerts.add(Alert("nightly", "nightly", "desk"))
    app = open_page("system")
    for key in (*(f"s_open_{item.schedule_id}" for item in schedules), f"a_open_{alert.alert_id}"):
        app.session_state[key] = True
    app.run()
    removing = [button.label for button in app.button if button.label.startswith("Remove")]
    assert sorted(removing) == ["Remove alert nightly", "Remove schedule \\*weekly\\*", "Remove schedule nightly"]


def test_a_schedule_that_cannot_fire_is_said(empty, open_page) -> None:
    empty.services.service.save_preset(Preset("mine", ScanConfig()))
    empty.services.schedules.add(Schedule("nightly", AfterClose("XNYS"), preset="mine"))
    empty.services.service.delete_preset("mine")
    app = open_page("system")
    assert any("there is no preset 'mine'" in warning.value.lower() for warning in app.warning)


def test_a_schedule_is_edited_and_keeps_its_own_configuration(empty, open_page) -> None:
    schedules = empty.services.schedules
    own = schedules.add(Schedule("own", AtTimes("0 8 * * mon", "Asia/Tokyo"), config=ScanConfig(top_n=3)))
    app = opened(open_page("system"), f"s_open_{own.schedule_id}")
    app = opened(app, f"s_editing_{own.schedule_id}")
    assert not app.exception
    prefix = f"s_edit_{own.schedule_id}_1_"
    assert app.text_input(key=f"{prefix}zone").value == "Asia/Tokyo"
    app.text_input(key=f"{prefix}at").set_value("30 9 * * tue").run()
    app.button(key=f"s_save_{own.schedule_id}").click().run()
    assert not app.exception
    saved = schedules.get("own")
    assert (saved.when, saved.config, saved.version) == (AtTimes("30 9 * * tue", "Asia/Tokyo"), own.config, 2)
    # The title says when it fires; with another title it is another expander, and closed.
    app = opened(opened(app, f"s_open_{own.schedule_id}"), f"s_editing_{own.schedule_id}")
    prefix = f"s_edit_{own.schedule_id}_2_"
    app.selectbox(key=f"{prefix}preset").set_value("Quick look").run()
    app.segmented_control(key=f"{prefix}kind").set_value("After a session's close").run()
    app.text_input(key=f"{prefix}delay").set_value("1h30m").run()
    app.button(key=f"s_save_{own.schedule_id}").click().run()
    assert not app.exception
    saved = schedules.get("own")
    assert (saved.when, saved.preset) == (AfterClose("XNYS", timedelta(minutes=90)), "Quick look")
    assert (saved.config, saved.min_data_fraction) == (None, 0.97)
