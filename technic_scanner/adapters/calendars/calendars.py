"""Answers for the sessions of any exchange, from the package where it agrees with the carried table, else from that."""

from __future__ import annotations

import logging
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from technic_scanner.adapters.calendars.corrections import CLOSED, CLOSES, OPENED, OPENS
from technic_scanner.adapters.calendars.known_sessions import KnownCalendar, exchanges, known_calendar, local_time
from technic_scanner.adapters.calendars.package_calendar import (
    Closes,
    checked_since,
    disagreement,
    package_closes,
    versions,
)
from technic_scanner.domain.sessions import CalendarTrust, Session
from technic_scanner.errors import CalendarError, ConfigError, FieldProblem

_log = logging.getLogger(__name__)

_AHEAD = timedelta(days=366)

# Gives the closes of an exchange's sessions in a range of days; raises anything if it cannot.
PackageCloses = Callable[[KnownCalendar, date, date], Closes]


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The sessions of one exchange in start..end, ascending, and whose they are."""

    start: date
    end: date
    days: tuple[date, ...]
    sessions: tuple[Session, ...]
    trust: CalendarTrust


class ExchangeCalendars:
    """``runs.schedule_ports.Calendars``; each exchange is checked once per process, when it is first asked for.

    Thread-safe. A calendar of the package that cannot be built or that disagrees with the table is not used.
    """

    def __init__(self, package: PackageCloses = package_closes) -> None:
        self._package = package
        self._loaded: dict[str, _Loaded] = {}
        self._lock = threading.Lock()

    def exchanges(self) -> tuple[str, ...]:
        """Return the names of all exchanges."""
        return exchanges()

    def zone(self, exchange: str) -> str:
        """Return the time zone of an exchange; ConfigError if it is not known."""
        return _known(exchange).zone

    def sessions(self, exchange: str, start: date, end: date) -> tuple[Session, ...]:
        """Return the sessions in start..end, both included, ascending; those after ``trust(exchange).last`` are not.

        Raises ConfigError for an exchange that is not known, CalendarError for days before its calendar begins.
        """
        known = _known(exchange)
        if start < known.first:
            raise CalendarError(f"the calendar of {exchange} begins on {known.first}; {start} is before that")
        loaded = self._covering(known, start, end)
        return loaded.sessions[bisect_left(loaded.days, start) : bisect_right(loaded.days, end)]

    def trust(self, exchange: str) -> CalendarTrust:
        """Say whose sessions are used for an exchange, and why; ConfigError if it is not known."""
        known = _known(exchange)
        return self._covering(known, checked_since(known), known.last).trust

    def _covering(self, known: KnownCalendar, start: date, end: date) -> _Loaded:
        with self._lock:
            loaded = self._loaded.get(known.exchange)
            if loaded is None or start < loaded.start or end > loaded.end:
                start = min(start, checked_since(known), start if loaded is None else loaded.start)
                # Beyond what is announced by more than was asked, so that who reads on does not build it each time.
                end = end + _AHEAD if end > known.last else known.last
                end = end if loaded is None else max(end, loaded.end)
                loaded = self._loaded[known.exchange] = _load(known, start, end, self._package)
            return loaded


def _known(exchange: str) -> KnownCalendar:
    try:
        return known_calendar(exchange)
    except KeyError:
        names = ", ".join(exchanges())
        raise ConfigError([FieldProblem("exchange", f"{exchange!r} is not one of {names}")]) from None


def _load(known: KnownCalendar, start: date, end: date, package: PackageCloses) -> _Loaded:
    closes, fault = _checked(known, start, end, package)
    carried = closes is None
    if closes is None:
        _log.info("calendar %s: the carried table is used: %s", known.exchange, fault)
        closes = {day: known.close_of(day) for day in known.closes if start <= day <= end}
        last = known.last
        detail = f"the carried table up to {last} is used, because {fault}"
    else:
        last = max(closes, default=known.last)
        detail = f"{versions()} agrees with the carried table"
    corrected = _corrected(known, closes, start, end)
    days = tuple(sorted(corrected))
    return _Loaded(
        start,
        end,
        days,
        tuple(Session(day, _open(known, day), corrected[day]) for day in days),
        CalendarTrust(known.exchange, carried, detail, known.first, last),
    )


def _checked(known: KnownCalendar, start: date, end: date, package: PackageCloses) -> tuple[Closes | None, str]:
    """Return the package's closes, or None and why they are not used."""
    try:
        closes = package(known, start, end)
    except Exception as error:  # noqa: BLE001 - a broken calendar raises anything; the table takes its place, and says so
        return None, f"{versions()} cannot build it ({type(error).__name__}: {str(error)[:80]}…)"
    fault = disagreement(known, closes)
    return (closes, "") if fault is None else (None, fault)


def _corrected(known: KnownCalendar, closes: Closes, start: date, end: date) -> dict[date, datetime]:
    """Apply what is known to be wrong in the package and therefore in the table too."""
    closed = CLOSED.get(known.exchange, frozenset())
    opened = {day: at for day, at in OPENED.get(known.exchange, {}).items() if start <= day <= end}
    moved = opened | {day: at for day, at in CLOSES.get(known.exchange, {}).items() if day in closes}
    kept = {day: close for day, close in closes.items() if day not in closed}
    return kept | {day: local_time(day, at, known.zone) for day, at in moved.items()}


def _open(known: KnownCalendar, day: date) -> datetime:
    """Return when a session opens, which the table says, as far as that is not known to be wrong."""
    moved = OPENS.get(known.exchange, {}).get(day)
    return known.open_of(day) if moved is None else local_time(day, moved, known.zone)
