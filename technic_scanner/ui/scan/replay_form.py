"""Draw the form that runs the same scan at past dates."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.errors import TechnicError
from technic_scanner.progress.text import seconds_text
from technic_scanner.runs.performance.replay import expected_seconds, queue_replay, replay_dates
from technic_scanner.ui.app import notices, url_state
from technic_scanner.ui.app.opened_once import is_wanted
from technic_scanner.ui.app.services import run_service, services
from technic_scanner.ui.scan import form_state
from technic_scanner.ui.style.wording import count_text, escape

_FIRST, _LAST, _EVERY, _STEP, _PRESET = "replay_from", "replay_to", "replay_every", "replay_step", "replay_preset"
_MONTH, _WEEK, _SESSIONS = "Every month", "Every week", "Every N sessions"
_CODES = {_MONTH: "month", _WEEK: "week"}
_YEAR = timedelta(days=365)
_FIRST_DATE, _LAST_DATE = date(1900, 1, 1), date(2099, 12, 31)


def draw() -> None:
    """Draw the form, closed; its content is computed only when it is open."""
    details = st.expander("Replay past dates", key="replay", on_change="rerun")
    if not is_wanted(details, "replay"):
        return
    with details, notices.guarded():
        st.caption(
            "Runs the same scan as if it were each of these dates: nothing after a date is used. History lists the "
            "runs, Outcomes says what their picks did. The dates are those of the exchange."
        )
        _dates_and_preset()
        _end()


def _dates_and_preset() -> None:
    first, last = _bounds()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.date_input("From", first, key=_FIRST, min_value=_FIRST_DATE, max_value=_LAST_DATE, width=150)
        st.date_input("To", last, key=_LAST, min_value=_FIRST_DATE, max_value=_LAST_DATE, width=150)
        st.selectbox("How often", (_MONTH, _WEEK, _SESSIONS), key=_EVERY, width=170)
        if st.session_state[_EVERY] == _SESSIONS:
            st.number_input("N", min_value=1, max_value=500, value=5, key=_STEP, width=110)
        st.selectbox(
            "What to scan",
            [preset.name for preset in run_service().presets()],
            index=None,
            key=_PRESET,
            placeholder="the form below",
            width=240,
        )


def _bounds() -> tuple[date, date]:
    """Return the dates to begin with: the last year that the source of the form has."""
    name = form_state.config_of(st.session_state).source
    info = next((source for source in run_service().sources() if source.name == name), None)
    today = services().clock.now().date()
    last = today if info is None or info.last_session is None else min(info.last_session, today)
    first = last - _YEAR
    return (first if info is None or info.first_session is None else max(first, info.first_session)), last


def _end() -> None:
    """Draw how many runs it will be, how long they take, and the button."""
    try:
        dates, config, options = _asked()
        seconds = expected_seconds(run_service(), config, options, len(dates))
    except TechnicError as error:
        notices.show_error(error)
        return
    takes = "unknown, because no comparable run has finished yet" if seconds is None else seconds_text(seconds)
    st.markdown(f"**{count_text(len(dates), 'run')}**, {dates[0]} to {dates[-1]}; expected: {takes}.")
    st.button(f"Queue {count_text(len(dates), 'run')}", key="replay_start", on_click=_start)
    url_state.link(url_state.HISTORY_PAGE, "Runs of replays", h_text="replay")


def _asked() -> tuple[tuple[date, ...], ScanConfig, RunOptions]:
    """Return the dates and what to scan. Raises ConfigError, PresetNotFoundError."""
    state = st.session_state
    every = _CODES.get(state[_EVERY]) or str(state[_STEP])
    dates = replay_dates(state[_FIRST], state[_LAST], every, services().clock.now().date())
    if state[_PRESET] is None:
        return dates, form_state.config_of(state), form_state.options_of(state)
    preset = run_service().usable_preset(state[_PRESET])
    return dates, preset.config, preset.options


def _start() -> None:
    try:
        dates, config, options = _asked()
        plan = queue_replay(run_service(), config, options, dates, services().catalog.cache_key(config))
    except TechnicError as error:
        notices.keep_error(error)
        return
    resumed = f", {plan.resumed} of them continued" if plan.resumed else ""
    notices.keep_toast(escape(f"{count_text(len(plan.runs), 'run')} queued{resumed}."))
