"""Schedules on the System page: added by the form, shown with their next times, run now, paused, resumed, removed."""

from __future__ import annotations

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.schedule import AfterClose, FiringStatus, Schedule
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
    app.text_input(key="s_delay").set_value("soon")
    app.button(key="s_add").click().run()
    assert "delay" in app.error[0].value
    assert empty.services.schedules.all() == ()
    app.text_input(key="s_delay").set_value("20m").run()
    app.button(key="s_add").click().run()
    assert not app.exception
    (added,) = empty.services.schedules.all()
    assert (added.name, added.preset) == ("nightly", app.selectbox(key="s_preset").value)
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


def test_a_schedule_that_cannot_fire_is_said(empty, open_page) -> None:
    empty.services.service.save_preset(Preset("mine", ScanConfig()))
    empty.services.schedules.add(Schedule("nightly", AfterClose("XNYS"), preset="mine"))
    empty.services.service.delete_preset("mine")
    app = open_page("system")
    assert any("there is no preset 'mine'" in warning.value for warning in app.warning)
