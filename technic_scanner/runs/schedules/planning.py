"""Tell when a schedule fires: after the sessions of an exchange, or at times of the calendar; and say so in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from cronsim import CronSim

from technic_scanner.domain.schedule import AfterClose, PlannedTime, When
from technic_scanner.errors import CalendarError, FieldProblem
from technic_scanner.runs.schedule_ports import Calendars
from technic_scanner.runs.schedules import calendar_times

# No exchange has been closed for as long; without a session for that long its calendar has ended.
_BLOCK = timedelta(days=120)
_DAY = timedelta(days=1)
_SHORTEST_WAIT = timedelta(hours=4)
MAX_DELAY = timedelta(days=2)


def problems_of(when: When, calendars: Calendars) -> tuple[FieldProblem, ...]:
    """Return what is wrong with the times of a schedule."""
    if not isinstance(when, AfterClose):
        return calendar_times.problems_of(when)
    found = []
    if when.exchange not in calendars.exchanges():
        names = ", ".join(calendars.exchanges())
        found.append(FieldProblem("after_close", f"{when.exchange!r} is not one of {names}"))
    if not timedelta() <= when.delay <= MAX_DELAY:
        found.append(FieldProblem("delay", f"must be 0 to {delay_text(MAX_DELAY)}, not {delay_text(when.delay)}"))
    return tuple(found)


def planned_from(when: When, start: datetime, calendars: Calendars) -> Iterator[PlannedTime]:
    """Yield the times at or after ``start`` (aware), ascending; ends where the exchange's calendar does.

    Raises CalendarError if that begins later.
    """
    if isinstance(when, AfterClose):
        return _after_closes(when, start, calendars)
    return calendar_times.times_from(when, start)


def next_times(when: When, day: date, count: int, calendars: Calendars) -> tuple[PlannedTime, ...]:
    """Return the first ``count`` times from midnight of ``day`` in the exchange's or the named zone, inclusive."""
    zone = calendar_times.zone_of(zone_name(when, calendars))
    return tuple(islice(planned_from(when, calendar_times.midnight(day, zone), calendars), count))


def zone_name(when: When, calendars: Calendars) -> str:
    """Return the name of the zone in which the times are stated."""
    return calendars.zone(when.exchange) if isinstance(when, AfterClose) else when.zone


def next_open_after(when: AfterClose, session: date, calendars: Calendars) -> datetime:
    """Return when the data of ``session`` are no longer waited for: when the next session opens.

    Where that is less than four hours after the close, as for futures, it is four hours after the close. If no later
    session is known, it is a week after the session.
    """
    found = calendars.sessions(when.exchange, session, session + _BLOCK)
    closes = [entry.close for entry in found if entry.day == session]
    opens = [entry.open for entry in found if entry.day > session]
    zone = calendar_times.zone_of(calendars.zone(when.exchange))
    next_open = opens[0] if opens else calendar_times.midnight(session + 7 * _DAY, zone)
    # Added in real time, as delays are.
    shortest = [(close.astimezone(UTC) + _SHORTEST_WAIT).astimezone(zone) for close in closes]
    return max(next_open, *shortest)


def in_words(when: When) -> str:
    """Say when a schedule fires."""
    if isinstance(when, AfterClose):
        if not when.delay:
            return f"at the close of each {when.exchange} session"
        return f"{delay_text(when.delay)} after the close of each {when.exchange} session"
    text = CronSim(when.cron, datetime(2026, 1, 1)).explain()  # noqa: DTZ001 - local times have no zone
    return f"{text[:1].lower()}{text[1:]}, {when.zone} time"


def delay_text(delay: timedelta) -> str:
    """Return a delay as 1h30m, 20m or 45s; 0m for none."""
    seconds = round(delay.total_seconds())
    hours, minutes, seconds = seconds // 3600, seconds % 3600 // 60, seconds % 60
    parts = [f"{number}{unit}" for number, unit in ((hours, "h"), (minutes, "m"), (seconds, "s")) if number]
    return "".join(parts) or "0m"


def _after_closes(when: AfterClose, start: datetime, calendars: Calendars) -> Iterator[PlannedTime]:
    zone = calendar_times.zone_of(calendars.zone(when.exchange))
    start = start.astimezone(UTC)
    asked, first = start.astimezone(zone).date(), calendars.trust(when.exchange).first
    if asked < first:
        raise CalendarError(f"the calendar of {when.exchange} begins on {first}; {asked} is before that")
    # A day more, because some close at midnight, which is on the day after.
    day = max(first, (start - when.delay).astimezone(zone).date() - _DAY)
    while sessions := calendars.sessions(when.exchange, day, day + _BLOCK):
        for session in sessions:
            # Added in real time: after a close at 16:00 a delay of 12 hours ends 12 hours later, also as clocks change.
            at = (session.close.astimezone(UTC) + when.delay).astimezone(zone)
            if at >= start:
                yield PlannedTime(session.day, at)
        day += _BLOCK + _DAY
