"""Show the schedules on System: when each runs next and what became of it; add, pause, run now, remove."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.config import RunOptions
from technic_scanner.domain.schedule import PlannedTime, Schedule
from technic_scanner.runs.schedules.planning import in_words
from technic_scanner.runs.schedules.requests import schedule_from_dict
from technic_scanner.runs.schedules.service import ScheduleService
from technic_scanner.ui.app import moments, notices
from technic_scanner.ui.app.opened_once import is_wanted
from technic_scanner.ui.app.services import services
from technic_scanner.ui.style.wording import escape, sentence
from technic_scanner.ui.system import schedule_form
from technic_scanner.ui.system.guarded_button import guarded_button
from technic_scanner.ui.system.listing import listing

_SHOWN_TIMES = 5
_SHOWN_FIRINGS = 20
_NAME = "s_name"
_NEW = "s_new_"


def show() -> None:
    """Show the schedules and the form that adds one."""
    schedules = services().schedules
    st.markdown("**Schedules**")
    st.caption("Scans that run by themselves, each session once, while a worker or a server is alive.")
    found = schedules.all()
    for schedule in found:
        if problem := schedules.problem(schedule):
            st.warning(escape(sentence(problem)), title=f"Schedule {escape(schedule.name)}")
    if paused := ", ".join(escape(schedule.name) for schedule in found if schedule.paused):
        st.caption(f"Paused: {paused}.")
    for schedule in found:
        _one(schedules, schedule)
    _form(schedules)


def times_text(times: tuple[PlannedTime, ...]) -> str:
    """Return planned times as a line of text, on the clocks of their own zone."""
    return " · ".join(f"{planned.at:%a %Y-%m-%d %H:%M %Z}" for planned in times) or "no further time is known"


def _one(schedules: ScheduleService, schedule: Schedule) -> None:
    # The title says nothing that a button changes: with another title the expander would close.
    title = f"{escape(schedule.name)}: {escape(in_words(schedule.when))}"
    key = schedule.schedule_id
    details = st.expander(title, key=f"s_open_{key}", on_change="rerun")
    if not is_wanted(details, f"s_open_{key}"):
        return
    with details, notices.guarded():
        what = f"preset {schedule.preset}" if schedule.preset else "its own configuration"
        st.caption(f"Scans {escape(what)}. Next: {times_text(schedules.next_times(schedule.name, _SHOWN_TIMES))}")
        with st.container(horizontal=True):
            guarded_button("Run now", f"s_fire_{key}", lambda: _fire(schedules, schedule.name))
            if schedule.paused:
                guarded_button(
                    "Resume", f"s_resume_{key}", lambda: _say(schedules.resume(schedule.name).name, "fires again")
                )
            else:
                guarded_button(
                    "Pause", f"s_pause_{key}", lambda: _say(schedules.pause(schedule.name).name, "is paused")
                )
            remove = f"Remove schedule {escape(schedule.name)}"
            guarded_button(remove, f"s_remove_{key}", lambda: _remove(schedules, schedule.name))
        _edit(schedules, schedule)
        _firings(schedules, schedule)


def _firings(schedules: ScheduleService, schedule: Schedule) -> None:
    rows = [
        (firing.key, firing.status.value, firing.run_id, firing.note)
        for firing in schedules.firings(schedule.name, _SHOWN_FIRINGS)
    ]
    if not rows:
        st.caption("It has not fired yet.")
        return
    columns = ("Session or time", "Status", "Run", "Note")
    about = f"Firings of schedule {schedule.name}, newest first"
    listing(rows, columns, about, {"Session or time": moments.KEY_OF_FIRING})


def _form(schedules: ScheduleService) -> None:
    details = st.expander("Run a preset by itself…", key="s_new", on_change="rerun")
    if not is_wanted(details, "s_new"):
        return
    with details:
        st.text_input("Name", key=_NAME)
        schedule_form.draw(schedules, _NEW)
        guarded_button("Add", "s_add", lambda: _add(schedules))


def _add(schedules: ScheduleService) -> None:
    """Add what the form says now: a callback runs before the form is drawn with what was typed last."""
    name = st.session_state[_NAME].strip()
    added = schedules.add(schedule_from_dict(name, schedule_form.payload(_NEW), faults=schedules.every_fault))
    _say_next(schedules, added)


def _edit(schedules: ScheduleService, schedule: Schedule) -> None:
    details = st.expander("Edit", key=f"s_editing_{schedule.schedule_id}", on_change="rerun")
    if not is_wanted(details, f"s_editing_{schedule.schedule_id}"):
        return
    # The version is part of the keys, so that the widgets show what was saved last.
    prefix = f"s_edit_{schedule.schedule_id}_{schedule.version}_"
    with details:
        schedule_form.draw(schedules, prefix, schedule)
        guarded_button("Save", f"s_save_{schedule.schedule_id}", lambda: _save(schedules, schedule, prefix))


def _save(schedules: ScheduleService, schedule: Schedule, prefix: str) -> None:
    """Save what the form of a stored schedule says now, unless it was changed meanwhile."""
    own = None if schedule.config is None else (schedule.config, schedule.options or RunOptions())
    terms = schedule_form.payload(prefix, schedule)
    asked = None if "preset" in terms else own
    saved = schedules.replace(
        schedule_from_dict(schedule.name, terms, None, asked, schedules.every_fault), schedule.version
    )
    _say_next(schedules, saved)


def _say_next(schedules: ScheduleService, schedule: Schedule) -> None:
    following = times_text(schedules.next_times(schedule.name, _SHOWN_TIMES))
    _say(schedule.name, f"fires {in_words(schedule.when)}. Next: {following}")


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
