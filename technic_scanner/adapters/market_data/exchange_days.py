"""Determine which New York sessions have ended, so that bars of a current session are not requested or stored."""

from __future__ import annotations

import warnings
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
# Vendors have the official closing prices half an hour after the close.
_FINAL_AFTER = time(16, 30)
_SATURDAY = 5


def last_final_day(now: datetime) -> date:
    """Return the newest calendar day, trading day or not, whose bars are final at ``now`` (aware)."""
    local = now.astimezone(NEW_YORK)
    return local.date() if local.time() >= _FINAL_AFTER else local.date() - timedelta(days=1)


def last_weekday(day: date) -> date:
    """Return the newest Monday-to-Friday on or before ``day``; no session is later than that."""
    return day - timedelta(days=max(0, day.weekday() - _SATURDAY + 1))


def last_session(day: date) -> date:
    """Return the newest session of the New York exchange on or before ``day``.

    Loads the exchange calendar (0.6 s once per process); call it only if the weekday is not sufficient.
    """
    sessions = _calendar(day.year).sessions_in_range(str(day - timedelta(days=14)), str(day))
    found: date = sessions[-1].date()
    return found


def weekdays(start: date, end: date) -> int:
    """Return the number of weekdays in start..end, both included, which is at least the number of sessions."""
    days = (end - start).days + 1
    if days <= 0:
        return 0
    weeks, rest = divmod(days, 7)
    return weeks * 5 + sum((start.weekday() + i) % 7 < _SATURDAY for i in range(rest))


@lru_cache(maxsize=4)
def _calendar(year: int) -> Any:
    import exchange_calendars  # noqa: PLC0415 - takes 0.6 s, and few runs need it

    with warnings.catch_warnings():
        # exchange_calendars 4.13 uses functions that pandas 3.1 has deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        # The bounds keep the calendar small; the requested day may be the first or the last of its year.
        return exchange_calendars.get_calendar("XNYS", start=f"{year - 1}-12-01", end=f"{year + 1}-01-31")
