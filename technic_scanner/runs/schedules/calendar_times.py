"""Compute the times of a cron expression in a named zone, one for each local time, whatever the clocks do.

The expression is evaluated on local times alone, and each local time becomes one instant: one that comes twice is the
first, one that does not exist is the next minute that does. So no time is run twice or left out when clocks change,
which cron libraries that step in real time do not guarantee.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from technic_scanner.domain.schedule import AtTimes, PlannedTime
from technic_scanner.errors import ConfigError, FieldProblem

# The longest time that clocks have ever left out: Samoa had no 30 December 2011.
_LONGEST_GAP = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


def problems_of(when: AtTimes) -> tuple[FieldProblem, ...]:
    """Return what is wrong with an expression and its zone."""
    found = []
    try:
        CronSim(when.cron, datetime(2026, 1, 1))  # noqa: DTZ001 - local times, as everywhere in this module
    except CronSimError as error:
        found.append(
            FieldProblem("at", f"{when.cron!r} is no cron expression of minute, hour, day, month, weekday: {error}")
        )
    else:
        if len(when.cron.split()) != 5:
            found.append(FieldProblem("at", f"{when.cron!r} must have five fields: minute, hour, day, month, weekday"))
    try:
        zone_of(when.zone)
    except ConfigError as error:
        found += error.problems
    return tuple(found)


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name; ConfigError if there is none of this name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problem = FieldProblem("zone", f"{name!r} is not a time zone such as America/New_York")
        raise ConfigError([problem]) from None


def times_from(when: AtTimes, start: datetime) -> Iterator[PlannedTime]:
    """Yield the times at or after ``start`` (aware), ascending, without end unless the expression has one."""
    zone, start = zone_of(when.zone), start.astimezone(UTC)
    # Earlier by the longest gap: a local time that did not exist may have moved to ``start`` or later.
    local = start.astimezone(zone).replace(tzinfo=None) - _LONGEST_GAP - _MINUTE
    before: datetime | None = None
    for wanted in _local_times(when.cron, local):
        at = _instant(wanted, zone)
        if at >= start and at != before:
            yield PlannedTime(None, at)
            before = at


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return when ``day`` begins in a zone."""
    return _instant(datetime.combine(day, time()), zone)


def _local_times(cron: str, after: datetime) -> Iterator[datetime]:
    try:
        yield from CronSim(cron, after)
    except (OverflowError, ValueError):
        return  # the year 9999 has been passed


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of a local time: the first of two, or the next minute that exists."""
    there = local.replace(tzinfo=zone, fold=0)
    back = there.astimezone(UTC).astimezone(zone)
    if back.replace(tzinfo=None, fold=0) == local:
        return there
    return _end_of_gap(local, zone)


def _end_of_gap(local: datetime, zone: ZoneInfo) -> datetime:
    low = (local - _LONGEST_GAP).replace(tzinfo=zone).astimezone(UTC)
    high = (local + _LONGEST_GAP + _MINUTE).replace(tzinfo=zone).astimezone(UTC)
    # The first minute whose local time is at or after the one that was wanted.
    while high - low > _MINUTE:
        middle = low + (high - low) // _MINUTE // 2 * _MINUTE
        reached = middle.astimezone(zone).replace(tzinfo=None) >= local
        low, high = (low, middle) if reached else (middle, high)
    return high.astimezone(zone)
