"""Define exchange sessions, and how far the calendar of an exchange can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One trading day of an exchange: when its regular trading begins and ends, with the offset of its zone.

    ``open`` can be on the evening before ``day``.
    """

    day: date
    open: datetime
    close: datetime


@dataclass(frozen=True, slots=True)
class CalendarTrust:
    """Whose sessions an exchange's calendar has.

    ``carried`` is False for those that the calendar package gives here, which agree with the table that this project
    carries; True if they do not agree, so that the table is used instead. ``detail`` says in a sentence why.
    ``first`` and ``last`` are the first and the last day that is known.
    """

    exchange: str
    carried: bool
    detail: str
    first: date
    last: date
