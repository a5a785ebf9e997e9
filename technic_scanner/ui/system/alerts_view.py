"""Show the alerts on System: what they tell and to whom, and what became of their messages; add, edit, test, remove."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.alert import Alert, AlertWhen
from technic_scanner.errors import TechnicError
from technic_scanner.runs.alerts.requests import alert_from_dict
from technic_scanner.runs.alerts.service import AlertService
from technic_scanner.ui.app import moments, notices
from technic_scanner.ui.app.opened_once import is_wanted
from technic_scanner.ui.app.services import services
from technic_scanner.ui.style.wording import escape
from technic_scanner.ui.system import alert_form
from technic_scanner.ui.system.alert_form import WHEN
from technic_scanner.ui.system.guarded_button import guarded_button
from technic_scanner.ui.system.listing import listing

_SHOWN_MESSAGES = 20
_NEW = "a_new_"


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
    if not is_wanted(details, f"a_open_{alert.alert_id}"):
        return
    with details, notices.guarded():
        least = "" if alert.when is AlertWhen.ALWAYS else f", at least {alert.least}"
        among = f" among watchlist {escape(alert.watchlist)}" if alert.watchlist else ""
        st.caption(f"When {WHEN[alert.when]}{among}{least}{'; paused' if alert.paused else ''}.")
        with st.container(horizontal=True):
            guarded_button("Test", f"a_test_{alert.alert_id}", lambda: _test(alerts, alert.name))
            label = "Resume" if alert.paused else "Pause"
            guarded_button(label, f"a_pause_{alert.alert_id}", lambda: _pause(alerts, alert))
            remove = f"Remove alert {escape(alert.name)}"
            guarded_button(remove, f"a_remove_{alert.alert_id}", lambda: _remove(alerts, alert.name))
        _edit(alerts, alert)
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
        columns = ("Alert", "Session or time", "Channel", "Status", "Attempts", "Note")
        about = "The newest messages of alerts and what became of them, newest first"
        listing(rows, columns, about, {"Session or time": moments.KEY_OF_FIRING})


def _form(alerts: AlertService) -> None:
    details = st.expander("Tell a channel what is new…", key="a_new", on_change="rerun")
    if not is_wanted(details, "a_new"):
        return
    with details:
        missing = alert_form.what_is_missing(alerts)
        if missing is not None:
            st.caption(f"An alert needs {missing}.")
            return
        st.text_input("Name", key="a_name")
        alert_form.draw(alerts, _NEW)
        with st.container(horizontal=True):
            guarded_button("Add", "a_add", lambda: _add(alerts))
            shown = st.toggle("Preview", key="a_preview")
        if shown:
            with notices.guarded():
                _preview(alerts, _asked(st.session_state["a_name"].strip() or "preview", _NEW))


def _asked(name: str, prefix: str) -> Alert:
    return alert_from_dict(name, alert_form.payload(prefix))


def _add(alerts: AlertService) -> None:
    """Add what the form says now."""
    added = alerts.add(_asked(st.session_state["a_name"].strip(), _NEW))
    notices.keep_toast(f"Alert {escape(added.name)} tells {escape(added.channel)} about {escape(added.schedule)}.")


def _edit(alerts: AlertService, alert: Alert) -> None:
    details = st.expander("Edit", key=f"a_editing_{alert.alert_id}", on_change="rerun")
    if not is_wanted(details, f"a_editing_{alert.alert_id}"):
        return
    # The version is part of the keys, so that the widgets show what was saved last.
    prefix = f"a_edit_{alert.alert_id}_{alert.version}_"
    with details:
        alert_form.draw(alerts, prefix, alert)
        guarded_button("Save", f"a_save_{alert.alert_id}", lambda: _save(alerts, alert, prefix))


def _save(alerts: AlertService, alert: Alert, prefix: str) -> None:
    """Save what the form of a stored alert says now, unless it was changed meanwhile."""
    saved = alerts.replace(_asked(alert.name, prefix), alert.version)
    notices.keep_toast(f"Alert {escape(saved.name)} saved; it tells {escape(saved.channel)}.")


def _test(alerts: AlertService, name: str) -> None:
    alerts.test(name)
    notices.keep_toast(f"The channel took a test of alert {escape(name)}.")


def _pause(alerts: AlertService, alert: Alert) -> None:
    alerts.pause(alert.name, paused=not alert.paused)
    notices.keep_toast(f"Alert {escape(alert.name)} {'tells runs again' if alert.paused else 'is paused'}.")


def _remove(alerts: AlertService, name: str) -> None:
    alerts.remove(name)
    notices.keep_toast(f"Alert {escape(name)} is removed.")
