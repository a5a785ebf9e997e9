"""Show the alerts on System: what they tell and to whom, what became of their messages; add, preview, test, remove."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from technic_scanner.domain.alert import DEFAULT_BODY, DEFAULT_TITLE, Alert, AlertWhen
from technic_scanner.errors import TechnicError
from technic_scanner.runs.alerts.message import NAMES
from technic_scanner.runs.alerts.requests import alert_from_dict
from technic_scanner.runs.alerts.service import MOST, AlertService
from technic_scanner.ui.app import notices
from technic_scanner.ui.app.services import services
from technic_scanner.ui.style.wording import escape
from technic_scanner.ui.system.guarded_button import guarded_button

_SHOWN_MESSAGES = 20
_WHEN = {
    AlertWhen.ENTERED: "symbols are new",
    AlertWhen.CHANGED: "symbols are new or have left",
    AlertWhen.ALWAYS: "always, after each run",
}


def show() -> None:
    """Show the alerts and the form that adds one."""
    alerts = services().alerts
    st.markdown("**Alerts**")
    st.caption(
        "What is new in the runs of a schedule is told to channels. Where those lead is set where the server is."
    )
    for problem in alerts.problems():
        st.warning(escape(problem))
    for alert in alerts.all():
        _one(alerts, alert)
    _messages(alerts)
    _form(alerts)


def _one(alerts: AlertService, alert: Alert) -> None:
    title = f"{escape(alert.name)}: {escape(alert.schedule)} → {escape(alert.channel)}"
    details = st.expander(title, key=f"a_open_{alert.alert_id}", on_change="rerun")
    if not details.open:
        return
    with details, notices.guarded():
        least = "" if alert.when is AlertWhen.ALWAYS else f", at least {alert.least}"
        st.caption(f"When {_WHEN[alert.when]}{least}{'; paused' if alert.paused else ''}.")
        with st.container(horizontal=True):
            guarded_button("Test", f"a_test_{alert.alert_id}", lambda: _test(alerts, alert.name))
            label = "Resume" if alert.paused else "Pause"
            guarded_button(label, f"a_pause_{alert.alert_id}", lambda: _pause(alerts, alert))
            guarded_button("Remove", f"a_remove_{alert.alert_id}", lambda: _remove(alerts, alert.name))
        _preview(alerts, alert)


def _preview(alerts: AlertService, alert: Alert) -> None:
    try:
        message = alerts.preview(alert)
    except TechnicError as error:
        st.caption(f"No preview: {escape(str(error))}.")
        return
    st.caption("Of the newest run it would say:")
    st.code(f"{message.title}\n\n{message.text}", language=None, wrap_lines=True)


def _messages(alerts: AlertService) -> None:
    names = {alert.alert_id: alert.name for alert in alerts.all()}
    rows = [
        (names.get(item.alert_id), item.key, item.channel, item.status.value, item.attempts, item.note)
        for item in alerts.deliveries(_SHOWN_MESSAGES)
    ]
    if rows:
        columns = ["Alert", "Session or time", "Channel", "Status", "Attempts", "Note"]
        st.dataframe(
            pd.DataFrame(rows, columns=columns),
            hide_index=True,
            height="content",
            placeholder="–",
            alt="The newest messages of alerts and what became of them, newest first",
        )


def _form(alerts: AlertService) -> None:
    details = st.expander("Tell a channel what is new…", key="a_new", on_change="rerun")
    if not details.open:
        return
    with details:
        channels = [name for name, _ in alerts.channels()]
        schedules = [schedule.name for schedule in services().schedules.all()]
        if not channels or not schedules:
            missing = "a schedule" if not schedules else "a channel: the variable TECHNIC_CHANNEL_NAME sets one"
            st.caption(f"An alert needs {missing}.")
            return
        st.text_input("Name", key="a_name")
        left, right = st.columns(2)
        left.selectbox("Schedule", schedules, key="a_schedule")
        right.selectbox("Channel", channels, key="a_channel")
        left.selectbox("When", list(_WHEN), key="a_when", format_func=lambda when: _WHEN[when])
        right.number_input("At least", 1, MOST, 1, key="a_least")
        names = ", ".join(f"${name}" for name in NAMES)
        st.text_input("Title", DEFAULT_TITLE, key="a_title", help=f"May hold {names}.")
        st.text_area("Text", DEFAULT_BODY, key="a_body", help=f"May hold {names}.")
        with st.container(horizontal=True):
            guarded_button("Add", "a_add", lambda: _add(alerts))
            shown = st.toggle("Preview", key="a_preview")
        if shown:
            with notices.guarded():
                _preview(alerts, _asked())


def _asked() -> Alert:
    state = st.session_state
    terms = {name: state[f"a_{name}"] for name in ("schedule", "channel", "when", "title", "body")}
    least = 1 if terms["when"] == AlertWhen.ALWAYS else state["a_least"]
    return alert_from_dict(state["a_name"].strip() or "preview", {**terms, "least": least})


def _add(alerts: AlertService) -> None:
    """Add what the form says now."""
    asked = _asked()
    if not st.session_state["a_name"].strip():
        asked = alert_from_dict("", {"schedule": asked.schedule, "channel": asked.channel})
    added = alerts.add(asked)
    notices.keep_toast(f"Alert {escape(added.name)} tells {escape(added.channel)} about {escape(added.schedule)}.")


def _test(alerts: AlertService, name: str) -> None:
    alerts.test(name)
    notices.keep_toast(f"The channel took a test of alert {escape(name)}.")


def _pause(alerts: AlertService, alert: Alert) -> None:
    alerts.pause(alert.name, paused=not alert.paused)
    notices.keep_toast(f"Alert {escape(alert.name)} {'tells runs again' if alert.paused else 'is paused'}.")


def _remove(alerts: AlertService, name: str) -> None:
    alerts.remove(name)
    notices.keep_toast(f"Alert {escape(name)} is removed.")
