"""Make technic_scanner/adapters/calendars/known_sessions.json from exchange_calendars: python -m tools.calendar_table.

Run it with a pandas under which every calendar is right (3.0.5 is; with 3.1.1 seven are not), in an environment of its
own: `pip install exchange_calendars==4.13.2 pandas==3.0.5`, then `python tools/calendar_table.py`. It refuses to write
if a calendar cannot be built.
"""

from __future__ import annotations

import json
import warnings
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import exchange_calendars
import pandas as pd

FIRST = date(2000, 1, 1)
TABLE = Path(__file__).parent.parent / "technic_scanner/adapters/calendars/known_sessions.json"
# They are no exchanges whose session closes.
NOT_OFFERED = ("24/5", "24/7")


def main() -> None:
    """Write the table."""
    names = [name for name in exchange_calendars.get_calendar_names(include_aliases=False) if name not in NOT_OFFERED]
    table = {
        "format": "technic-scanner/known-sessions",
        "format_version": 1,
        "made": datetime.now(UTC).date().isoformat(),
        "from": f"exchange_calendars {exchange_calendars.__version__} (Apache-2.0), pandas {pd.__version__}",
        "calendars": {name: _calendar(name) for name in sorted(names)},
    }
    text = json.dumps(table, separators=(",", ":")).replace('},"', '},\n"').replace("]},\n", "]},\n") + "\n"
    TABLE.write_text(text, encoding="utf-8")


def _calendar(name: str) -> dict[str, Any]:
    bound = exchange_calendars.get_calendar(name).bound_min()
    start = FIRST if bound is None else max(FIRST, bound.date())
    calendar = exchange_calendars.get_calendar(name, start=str(start))
    years = _years(_local(calendar.closes, calendar.tz))
    _add_opens(years, _local(calendar.opens, calendar.tz))
    return {
        "zone": str(calendar.tz),
        "first": calendar.first_session.date().isoformat(),
        "last": calendar.last_session.date().isoformat(),
        "years": years,
    }


def _local(times: Any, zone: Any) -> dict[date, str]:
    """Return the local times of sessions as hours and minutes after midnight of the session's day; -1 is before it."""
    found = {}
    for session, time in times.items():
        local = time.tz_localize("UTC").tz_convert(zone) if time.tzinfo is None else time.tz_convert(zone)
        day = session.date()
        hours = (local.date() - day).days * 24 + local.hour
        found[day] = f"{hours:02d}:{local.minute:02d}"
    return found


def _add_opens(years: dict[str, dict[str, Any]], opens: dict[date, str]) -> None:
    """Add the usual open of each year to its row where it is another than the year before's, and the unusual ones."""
    before = None
    for year, row in years.items():
        days = {day: open_ for day, open_ in opens.items() if day.year == int(year)}
        usual = Counter(days.values()).most_common(1)[0][0]
        if usual != before:
            row["open"] = before = usual
        others = defaultdict(list)
        for day, open_ in days.items():
            if open_ != usual:
                others[open_].append(f"{day:%m%d}")
        if others:
            row["opens"] = {open_: " ".join(names) for open_, names in sorted(others.items())}


def _years(closes: dict[date, str]) -> dict[str, dict[str, Any]]:
    by_year: dict[int, dict[date, str]] = defaultdict(dict)
    for day, close in closes.items():
        by_year[day.year][day] = close
    years, week = {}, None
    for year, days in sorted(by_year.items()):
        row, own_week = _year(days, min(closes), max(closes))
        if own_week != week:
            row["week"] = own_week
        years[str(year)], week = row, own_week
    return years


def _year(days: dict[date, str], first: date, last: date) -> tuple[dict[str, Any], list[str]]:
    """Return one year's differences from its usual week, and that week: the usual close by weekday, '' for none."""
    year = next(iter(days)).year
    start, end = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
    every = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    week = []
    for weekday in range(7):
        own = [day for day in every if day.weekday() == weekday]
        usual = Counter(days[day] for day in own if day in days).most_common(1)
        open_days = sum(day in days for day in own)
        week.append(usual[0][0] if usual and open_days * 2 > len(own) else "")
    closed = [f"{day:%m%d}" for day in every if week[day.weekday()] and day not in days]
    others = defaultdict(list)
    for day, close in days.items():
        if close != week[day.weekday()]:
            others[close].append(f"{day:%m%d}")
    row: dict[str, Any] = {}
    if closed:
        row["closed"] = " ".join(closed)
    if others:
        row["closes"] = {close: " ".join(names) for close, names in sorted(others.items())}
    return row, week


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
