"""Show the schedules on System: when each runs next and what became of it; add, pause, run now, remove."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from technic_scanner.domain.schedule import PlannedTime, Schedule
from technic_scanner.errors import TechnicError
from technic_scanner.runs.schedules.planning import in_words
from technic_scanner.runs.schedules.requests import schedule_from_dict
from technic_scanner.runs.schedules.service import ScheduleService
from technic_scanner.ui.app import notices
from technic_scanner.ui.app.services import run_service, services
from technic_scanner.ui.style.wording import escape

_SHOWN_TIMES = 5
_SHOWN_FIRINGS = 20
_AFTER_CLOSE, _AT_TIMES = "After a session's close", "At calendar times"
_LATE_RULES: dict[str, str] = {"partial": "run with what is there, and say so", "late": "do not run, and say late"}


def show() -> None:
    """Show the schedules and the form that adds one."""
    schedules = services().schedules
    st.markdown("**Schedules**")
    st.caption("Scans that run by themselves, each session once, while a worker or a server is alive.")
    found = schedules.all()
    for schedule in found:
        if problem := schedules.problem(schedule):
            st.warning(escape(problem), title=f"Schedule {escape(schedule.name)}")
    if paused := ", ".join(escape(schedule.name) for schedule in found if schedule.paused):
        st.caption(f"Paused: {paused}.")
    for schedule in found:
        _one(schedules, schedule)
    _form(schedules)


def times_text(times: tuple[PlannedTime, ...]) -> str:
    """Return planned times as a line of text, on the clocks of their own zone."""
    return " · ".join(f"{planned.at:%a %Y-%m-%d %H:%M}" for planned in times) or "no further time is known"


def _one(schedules: ScheduleService, schedule: Schedule) -> None:
    # The title says nothing that a button changes: with another title the expander would close.
    title = f"{escape(schedule.name)}: {escape(in_words(schedule.when))}"
    key = schedule.schedule_id
    details = st.expander(title, key=f"s_open_{key}", on_change="rerun")
    if not details.open:
        return
    with details, notices.guarded():
        what = f"preset {schedule.preset}" if schedule.preset else "its own configuration"
        st.caption(f"Scans {escape(what)}. Next: {times_text(schedules.next_times(schedule.name, _SHOWN_TIMES))}")
        with st.container(horizontal=True):
            _button("Run now", f"s_fire_{key}", lambda: _fire(schedules, schedule.name))
            if schedule.paused:
                _button("Resume", f"s_resume_{key}", lambda: _say(schedules.resume(schedule.name).name, "fires again"))
            else:
                _button("Pause", f"s_pause_{key}", lambda: _say(schedules.pause(schedule.name).name, "is paused"))
            _button("Remove", f"s_remove_{key}", lambda: _remove(schedules, schedule.name))
        _firings(schedules, schedule)


def _button(label: str, key: str, act: Callable[[], None]) -> None:
    st.button(label, key=key, on_click=_guarded, args=(act,))


def _guarded(act: Callable[[], None]) -> None:
    try:
        act()
    except TechnicError as error:
        notices.keep_error(error)


def _firings(schedules: ScheduleService, schedule: Schedule) -> None:
    rows = [
        (firing.key, firing.status.value, firing.run_id, firing.note)
        for firing in schedules.firings(schedule.name, _SHOWN_FIRINGS)
    ]
    if not rows:
        st.caption("It has not fired yet.")
        return
    st.dataframe(
        pd.DataFrame(rows, columns=["Session or time", "Status", "Run", "Note"]),
        hide_index=True,
        height="content",
        placeholder="–",
        alt=f"Firings of schedule {schedule.name}, newest first",
    )


def _form(schedules: ScheduleService) -> None:
    details = st.expander("Run a preset by itself…", key="s_new", on_change="rerun")
    if not details.open:
        return
    with details:
        st.text_input("Name", key="s_name")
        st.selectbox("Preset", [preset.name for preset in run_service().presets()], key="s_preset")
        kinds = (_AFTER_CLOSE, _AT_TIMES)
        kind = st.segmented_control("When", kinds, key="s_kind", default=_AFTER_CLOSE, required=True)
        if kind == _AFTER_CLOSE:
            exchanges = schedules.exchanges()
            st.selectbox("Exchange", exchanges, index=exchanges.index("XNYS"), key="s_exchange")
            st.text_input("Delay after the close", "30m", key="s_delay", help="Such as 20m or 1h30m.")
            rules = tuple(_LATE_RULES)
            st.selectbox("If its data do not come", rules, key="s_late", format_func=lambda rule: _LATE_RULES[rule])
        else:
            text = "A cron expression: minute, hour, day, month, weekday."
            st.text_input("Times", "0 8 * * mon", key="s_at", help=text)
            st.text_input("Time zone", "America/New_York", key="s_zone")
        _button("Add", "s_add", lambda: _add(schedules))


def _add(schedules: ScheduleService) -> None:
    """Add what the form says now: a callback runs before the form is drawn with what was typed last."""
    state = st.session_state
    times = (
        {"after_close": state.s_exchange, "delay": state.s_delay, "late_rule": state.s_late}
        if state.s_kind == _AFTER_CLOSE
        else {"at": state.s_at, "zone": state.s_zone}
    )
    added = schedules.add(schedule_from_dict(state.s_name.strip(), {"preset": state.s_preset, **times}))
    following = times_text(schedules.next_times(added.name, _SHOWN_TIMES))
    _say(added.name, f"fires {in_words(added.when)}. Next: {following}")


def _fire(schedules: ScheduleService, name: str) -> None:
    fired = schedules.fire(name)
    firing = fired.firing
    said = f"queued run {firing.run_id} for {firing.key}" if fired.new else f"has run {firing.key} already"
    _say(name, said)


def _remove(schedules: ScheduleService, name: str) -> None:
    schedules.remove(name)
    _say(name, "is removed; its runs stay")


def _say(name: str, text: str) -> None:
    notices.keep_toast(f"Schedule {escape(name)} {escape(text)}.")
