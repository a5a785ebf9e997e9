"""The fields of a schedule as widgets: for a new one, and for a stored one that is edited."""

from __future__ import annotations

from typing import Any

import streamlit as st

from technic_scanner.domain.schedule import AfterClose, AtTimes, Schedule
from technic_scanner.runs.schedules.planning import delay_text
from technic_scanner.runs.schedules.service import MAX_CATCH_UP, ScheduleService
from technic_scanner.ui.app.services import run_service

_AFTER_CLOSE, _AT_TIMES = "After a session's close", "At calendar times"
_OWN_CONFIG = "Its own configuration, unchanged"
_LATE_RULES: dict[str, str] = {"partial": "run with what is there, and say so", "late": "do not run, and say late"}
_BLANK = Schedule("", AfterClose("XNYS"))


def draw(schedules: ScheduleService, prefix: str, stored: Schedule | None = None) -> None:
    """Draw the widgets, whose keys begin with ``prefix``; they show what ``stored`` says."""
    shown = stored or _BLANK
    presets = [preset.name for preset in run_service().presets()]
    if shown.config is not None:
        presets = [_OWN_CONFIG, *presets]
    if shown.preset is not None and shown.preset not in presets:
        presets = [shown.preset, *presets]
    st.selectbox("Preset", presets, index=presets.index(shown.preset) if shown.preset else 0, key=f"{prefix}preset")
    default = _AFTER_CLOSE if isinstance(shown.when, AfterClose) else _AT_TIMES
    kinds = (_AFTER_CLOSE, _AT_TIMES)
    kind = st.segmented_control("When", kinds, key=f"{prefix}kind", default=default, required=True)
    if kind == _AFTER_CLOSE:
        _after_close(schedules, prefix, shown)
    else:
        _at_times(prefix, shown)


def payload(prefix: str, stored: Schedule | None = None) -> dict[str, Any]:
    """Return what the widgets say now, as a request."""
    held = {str(name): value for name, value in st.session_state.items()}
    state = {name.removeprefix(prefix): value for name, value in held.items() if name.startswith(prefix)}
    terms: dict[str, Any] = {"preset": state["preset"]}
    if stored is not None and stored.config is not None and state["preset"] == _OWN_CONFIG:
        terms = {}
    if state["kind"] == _AT_TIMES:
        return terms | {"at": state["at"], "zone": state["zone"]}
    return terms | {
        "after_close": state["exchange"],
        "delay": state["delay"],
        "late_rule": state["late"],
        "min_data_fraction": state["share"] / 100,
        "catch_up_sessions": state["catch_up"],
    }


def _after_close(schedules: ScheduleService, prefix: str, shown: Schedule) -> None:
    exchanges = schedules.exchanges()
    when = shown.when if isinstance(shown.when, AfterClose) else AfterClose("XNYS")
    at = exchanges.index(when.exchange) if when.exchange in exchanges else None
    left, right = st.columns(2)
    left.selectbox("Exchange", exchanges, index=at, key=f"{prefix}exchange")
    right.text_input("Delay after the close", delay_text(when.delay), key=f"{prefix}delay", help="Such as 20m, 1h30m.")
    rules = tuple(_LATE_RULES)
    left.number_input(
        "Symbols that must have data, %",
        0.0,
        100.0,
        100 * shown.min_data_fraction,
        key=f"{prefix}share",
        help="The share of symbols whose bar of the session the source must have before the scan runs.",
    )
    right.number_input(
        "Missed sessions to make up for, at most", 1, MAX_CATCH_UP, shown.catch_up_sessions, key=f"{prefix}catch_up"
    )
    st.selectbox(
        "If its data do not come until the next open",
        rules,
        index=rules.index(shown.late_rule.value),
        key=f"{prefix}late",
        format_func=lambda rule: _LATE_RULES[rule],
    )


def _at_times(prefix: str, shown: Schedule) -> None:
    when = shown.when if isinstance(shown.when, AtTimes) else AtTimes("0 8 * * mon", "America/New_York")
    left, right = st.columns(2)
    left.text_input("Times", when.cron, key=f"{prefix}at", help="A cron expression: minute, hour, day, month, weekday.")
    right.text_input("Time zone", when.zone, key=f"{prefix}zone")
