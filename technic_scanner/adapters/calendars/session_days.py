"""The exchange's sessions as days around those of a panel: by them a week or a month is known to be over."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from technic_scanner.adapters.calendars.calendars import ExchangeCalendars
from technic_scanner.errors import CalendarError
from technic_scanner.screening.bars import DateArray

EXCHANGE = "XNYS"
# What is covered beside the panel's own sessions: the month before and the whole month of the last one.
_BEFORE, _AFTER = timedelta(days=40), timedelta(days=60)
_CALENDARS = ExchangeCalendars()


def exchange_sessions(sessions: DateArray) -> DateArray | None:
    """Return New York's sessions around those of a panel (datetime64[D], not empty); None where they are unknown."""
    first, last = _day(sessions[0]), _day(sessions[-1])
    try:
        found = _CALENDARS.sessions(EXCHANGE, first - _BEFORE, last + _AFTER)
    except CalendarError:
        return None
    return np.array([session.day for session in found], dtype="datetime64[D]")


def _day(session: np.datetime64) -> date:
    day: date = session.astype("datetime64[D]").item()
    return day
