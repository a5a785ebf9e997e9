"""The fields of an alert as widgets: for a new one, and for a stored one that is edited."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st

from technic_scanner.domain.alert import Alert, AlertWhen
from technic_scanner.runs.alerts.message import NAMES
from technic_scanner.runs.alerts.service import MOST, AlertService
from technic_scanner.ui.app.services import services

WHEN = {
    AlertWhen.ENTERED: "symbols are new",
    AlertWhen.CHANGED: "symbols are new or have left",
    AlertWhen.ALWAYS: "always, after each run",
}
_BLANK = Alert("", "", "")
_FIELDS = ("schedule", "channel", "when", "least", "watchlist", "title", "body")


def what_is_missing(alerts: AlertService) -> str | None:
    """Say what must be there before an alert can be; None if nothing is missing."""
    if not services().schedules.all():
        return "a schedule"
    return None if alerts.channels() else "a channel: set the variable TECHNIC_CHANNEL_NAME and start the server again"


def draw(alerts: AlertService, prefix: str, stored: Alert | None = None) -> None:
    """Draw the widgets, whose keys begin with ``prefix``; they show what ``stored`` says."""
    shown = stored or _BLANK
    left, right = st.columns(2)
    with left:
        _choice(
            "Schedule", (schedule.name for schedule in services().schedules.all()), shown.schedule, f"{prefix}schedule"
        )
        when = list(WHEN)
        st.selectbox("When", when, when.index(shown.when), key=f"{prefix}when", format_func=WHEN.__getitem__)
    with right:
        _choice("Channel", (name for name, _ in alerts.channels()), shown.channel, f"{prefix}channel")
        always = st.session_state[f"{prefix}when"] == AlertWhen.ALWAYS
        st.number_input("At least", 1, MOST, shown.least, key=f"{prefix}least", disabled=always)
    # "" is an option of its own: a list that shows something cannot be emptied.
    _choice(
        "Watchlist", ("", *(item.name for item in services().watchlists.all())), shown.watchlist, f"{prefix}watchlist"
    )
    known = ", ".join(f"${name}" for name in NAMES)
    st.text_input("Title", shown.title, key=f"{prefix}title", help=f"May hold {known}.")
    st.text_area("Text", shown.body, key=f"{prefix}body", help=f"May hold {known}.")


def payload(prefix: str) -> dict[str, Any]:
    """Return what the widgets say now, as a request."""
    terms = {name: st.session_state[f"{prefix}{name}"] for name in _FIELDS}
    least = 1 if terms["when"] == AlertWhen.ALWAYS else terms["least"]
    return terms | {"least": least}


def _choice(label: str, options: Iterable[str], chosen: str, key: str) -> None:
    """Draw a list with the present value, also where that is gone; without one the first is chosen."""
    shown = list(options)
    if chosen and chosen not in shown:
        shown = [chosen, *shown]
    index = shown.index(chosen) if chosen else 0
    st.selectbox(label, shown, index=index, key=key, format_func=lambda name: name or "All symbols")
