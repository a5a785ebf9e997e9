"""Sessions of exchanges as days: by them a week is known to be over, and symbols of one exchange form a group."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np

from technic_scanner.adapters.calendars.calendars import ExchangeCalendars
from technic_scanner.adapters.calendars.corrections import CLOSED
from technic_scanner.adapters.calendars.known_sessions import known_calendar
from technic_scanner.errors import CalendarError
from technic_scanner.screening.bars import DateArray
from technic_scanner.screening.matrix import IntArray

EXCHANGE = "XNYS"
# What is covered beside the panel's own sessions: the month before and the whole month of the last one.
_BEFORE, _AFTER = timedelta(days=40), timedelta(days=60)
# Of a panel's sessions, how many may be none of New York's: days that a vendor's files have by mistake.
_STRAY_SHARE = 0.01
_CALENDARS = ExchangeCalendars()


def exchange_sessions(sessions: DateArray) -> DateArray | None:
    """Return New York's sessions around those of a panel (datetime64[D], not empty).

    None where they are unknown, and for a panel of another exchange: by New York's holidays a week of Tokyo's would be
    over on a Thursday.
    """
    first, last = _day(sessions[0]), _day(sessions[-1])
    try:
        found = _CALENDARS.sessions(EXCHANGE, first - _BEFORE, last + _AFTER)
    except CalendarError:
        return None
    days = np.array([session.day for session in found], dtype="datetime64[D]")
    strays = int((~np.isin(sessions.astype("datetime64[D]"), days)).sum())
    return None if strays > max(1.0, _STRAY_SHARE * len(sessions)) else days


@cache
def listed_sessions(exchange: str) -> IntArray | None:
    """Return the sessions of an exchange by the carried table, as days since 1970; None if that does not have it.

    The array is read-only: it is made once in a process, of which a replay would make it for every date.
    """
    try:
        known = known_calendar(exchange)
    except KeyError:
        return None
    closed = CLOSED.get(exchange, frozenset())
    days = [day for day in known.closes if day not in closed]
    numbers = np.array(days, dtype="datetime64[D]").astype(np.int64)
    numbers.flags.writeable = False
    return numbers


def _day(session: np.datetime64) -> date:
    day: date = session.astype("datetime64[D]").item()
    return day
