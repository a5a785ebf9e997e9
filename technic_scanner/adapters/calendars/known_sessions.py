"""Reads the carried table of sessions, which was made where every calendar is right (tools/calendar_table.py)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

_TABLE = Path(__file__).parent / "known_sessions.json"


@dataclass(frozen=True, slots=True)
class KnownCalendar:
    """The sessions of one exchange from ``first`` to ``last`` with their closes; those after ``made`` were announced.

    ``closes`` gives minutes after midnight of the session's day, in the time zone ``zone``; so do ``usual_opens`` by
    year, and ``other_opens`` for days of another open than is usual. An open on the evening before is negative.
    """

    exchange: str
    zone: str
    made: date
    first: date
    last: date
    closes: Mapping[date, int]
    usual_opens: Mapping[int, int]
    other_opens: Mapping[date, int]

    def open_of(self, day: date) -> datetime:
        """Return when a session on ``day`` opens, with the zone's offset; as usual if the table does not know it."""
        years = self.usual_opens
        usual = years[min(max(day.year, min(years)), max(years))]
        return local_time(day, self.other_opens.get(day, usual), self.zone)

    def close_of(self, day: date) -> datetime:
        """Return when the session of ``day`` closes, with the zone's offset. Raises KeyError if it is no session."""
        return local_time(day, self.closes[day], self.zone)


def local_time(day: date, minutes: int, zone: str) -> datetime:
    """Return the time ``minutes`` after midnight of ``day`` on the clocks of ``zone``."""
    there = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return there + timedelta(minutes=minutes)


@lru_cache(maxsize=1)
def exchanges() -> tuple[str, ...]:
    """Return the names (ISO 10383 codes, some of another kind) of all exchanges in the table."""
    return tuple(_table()["calendars"])


@lru_cache(maxsize=128)
def known_calendar(exchange: str) -> KnownCalendar:
    """Return what the table holds of one exchange. Raises KeyError for one that it does not have."""
    entry = _table()["calendars"][exchange]
    first, last = date.fromisoformat(entry["first"]), date.fromisoformat(entry["last"])
    closes: dict[date, int] = {}
    usual_opens: dict[int, int] = {}
    other_opens: dict[date, int] = {}
    week: list[str] = []
    open_time = ""
    for name, row in entry["years"].items():
        week = row.get("week", week)
        closes |= _year(int(name), row, week, first, last)
        other_opens |= _days(int(name), row.get("opens", {}))
        open_time = row.get("open", open_time)
        usual_opens[int(name)] = _minutes(open_time)
    made = date.fromisoformat(_table()["made"])
    return KnownCalendar(exchange, entry["zone"], made, first, last, closes, usual_opens, other_opens)


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return read


def _year(year: int, row: Mapping[str, Any], week: list[str], first: date, last: date) -> dict[date, int]:
    """Return the sessions of one year: its usual week without the closed days, and with the days of another close."""
    closed = set(row.get("closed", "").split())
    start, end = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
    days = (start + timedelta(days=number) for number in range((end - start).days + 1))
    found = {day: week[day.weekday()] for day in days if week[day.weekday()] and f"{day:%m%d}" not in closed}
    usual = {day: _minutes(close) for day, close in found.items()}
    return dict(sorted((usual | _days(year, row.get("closes", {}))).items()))


def _days(year: int, times: Mapping[str, str]) -> dict[date, int]:
    """Return the days that are listed under each time, with that time in minutes after midnight."""
    return {
        date(year, int(name[:2]), int(name[2:])): _minutes(time)
        for time, names in times.items()
        for name in names.split()
    }


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
