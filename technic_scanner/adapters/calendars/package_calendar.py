"""Takes sessions and closes from the package exchange_calendars, and compares them with the carried table."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

from technic_scanner.adapters.calendars.known_sessions import KnownCalendar

# The years before the table was made that are compared: damage by another pandas is found in any of them.
_CHECKED = timedelta(days=5 * 366)

Closes = dict[date, datetime]


def package_closes(known: KnownCalendar, start: date, end: date) -> Closes:
    """Return the closes of the sessions in start..end as the package gives them; raises whatever a broken one raises.

    Sessions before the package's first or after its last are not there.
    """
    import exchange_calendars  # noqa: PLC0415 - takes 0.6 s, and few processes need it

    with warnings.catch_warnings():
        # exchange_calendars 4.13 uses functions that pandas 3.1 has deprecated.
        warnings.simplefilter("ignore")
        last = _bound(exchange_calendars, known.exchange)
        until = end if last is None else min(end, last)
        calendar = exchange_calendars.get_calendar(known.exchange, start=str(start), end=str(until))
        zone = ZoneInfo(known.zone)
        return {session.date(): close.to_pydatetime().astimezone(zone) for session, close in calendar.closes.items()}


def checked_since(known: KnownCalendar) -> date:
    """Return the first day that is compared."""
    return max(known.first, known.made - _CHECKED)


def disagreement(known: KnownCalendar, closes: Mapping[date, datetime]) -> str | None:
    """Say where the package's sessions differ from the table's up to the day that it was made; None if nowhere."""
    since = checked_since(known)
    theirs = {day: close for day, close in closes.items() if since <= day <= known.made}
    ours = {day: known.close_of(day) for day in known.closes if since <= day <= known.made}
    days = sorted(day for day in ours.keys() | theirs.keys() if ours.get(day) != theirs.get(day))
    if not days:
        return None
    return f"{versions()} has other sessions than the carried table on {len(days)} days, the first {days[0]}"


def versions() -> str:
    """Name the releases that the calendars depend on."""
    return f"exchange_calendars {version('exchange_calendars')} with pandas {version('pandas')}"


def _bound(package: Any, exchange: str) -> date | None:
    """Return the last day for which the package can build a calendar, None if there is no such day."""
    factories = package.calendar_utils._default_calendar_factories  # noqa: SLF001 - it has no public way
    bound = factories[exchange].bound_max()
    found: date | None = None if bound is None else bound.date()
    return found
