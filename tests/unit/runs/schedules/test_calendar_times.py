"""Each local time is run once: the first of two, the next that exists; held against a count of every local minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.domain.schedule import AtTimes
from technic_scanner.runs.schedules.calendar_times import midnight, problems_of, times_from

# Zones of every kind of change: an hour, half an hour, at midnight, at noon's other side, and a whole day left out.
ZONES = ("America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Beirut", "Asia/Jerusalem", "Pacific/Apia")


def first(cron: str, zone: str, day: date, count: int = 3) -> list[str]:
    when = AtTimes(cron, zone)
    return [planned.at.isoformat() for planned in islice(times_from(when, midnight(day, ZoneInfo(zone))), count)]


def test_a_time_that_comes_twice_is_run_at_the_first() -> None:
    assert first("30 1 * * *", "America/New_York", date(2026, 10, 31)) == [
        "2026-10-31T01:30:00-04:00",
        "2026-11-01T01:30:00-04:00",
        "2026-11-02T01:30:00-05:00",
    ]


def test_a_time_that_does_not_exist_is_run_at_the_next_minute_that_does() -> None:
    assert first("30 2 * * *", "America/New_York", date(2026, 3, 7)) == [
        "2026-03-07T02:30:00-05:00",
        "2026-03-08T03:00:00-04:00",
        "2026-03-09T02:30:00-04:00",
    ]
    assert first("15 2 * * *", "Australia/Lord_Howe", date(2026, 10, 4), 1) == ["2026-10-04T02:30:00+11:00"]
    assert first("0 0 * * *", "Asia/Beirut", date(2026, 3, 29), 2) == [
        "2026-03-29T01:00:00+03:00",
        "2026-03-30T00:00:00+03:00",
    ]


def test_a_day_that_was_left_out_is_run_when_the_next_one_begins() -> None:
    assert first("0 12 * * *", "Pacific/Apia", date(2011, 12, 29)) == [
        "2011-12-29T12:00:00-10:00",
        "2011-12-31T00:00:00+14:00",
        "2011-12-31T12:00:00+14:00",
    ]
    assert first("0 12 * * *", "Pacific/Apia", date(2011, 12, 31), 1) == ["2011-12-31T00:00:00+14:00"]


def test_midnight_on_the_day_after_the_clocks_change_is_run() -> None:
    assert first("0 0 * * *", "America/New_York", date(2026, 3, 8)) == [
        "2026-03-08T00:00:00-05:00",
        "2026-03-09T00:00:00-04:00",
        "2026-03-10T00:00:00-04:00",
    ]


def test_midnight_of_the_first_day_belongs_to_it() -> None:
    assert first("0 0 * * mon", "UTC", date(2026, 11, 30), 1) == ["2026-11-30T00:00:00+00:00"]


def existing_minutes(zone: ZoneInfo, start: datetime, minutes: int) -> list[datetime]:
    """Every instant of those minutes, counted in UTC, on the clocks of the zone."""
    return [(start + timedelta(minutes=number)).astimezone(zone) for number in range(minutes)]


@given(
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    day=st.dates(date(2009, 1, 1), date(2030, 12, 1)),
)
def test_of_a_daily_time_there_is_one_a_day(zone: str, hour: int, minute: int, day: date) -> None:
    where = ZoneInfo(zone)
    start = midnight(day, where)
    end = start.astimezone(UTC) + timedelta(days=4)
    planned = times_from(AtTimes(f"{minute} {hour} * * *", zone), start)
    found = [time.at.astimezone(UTC) for time in takewhile(lambda time: time.at.astimezone(UTC) < end, planned)]

    # The oracle walks through all minutes that there are and takes, for each date, the first whose clock is that far.
    expected: list[datetime] = []
    reached: set[date] = set()
    before = day - timedelta(days=1)
    for at in existing_minutes(where, start.astimezone(UTC), 4 * 24 * 60):
        local = at.replace(tzinfo=None)
        for wanted in (local.date() - timedelta(days=1), local.date()):
            moment = datetime(wanted.year, wanted.month, wanted.day, hour, minute)
            if wanted in reached or local < moment or wanted < before:
                continue
            reached.add(wanted)
            if wanted < day and (at - timedelta(minutes=1)).astimezone(where).replace(tzinfo=None) >= moment:
                continue
            if not (wanted < day and not _left_out(where, moment)):
                expected.append(at.astimezone(UTC))
    assert found == sorted(set(expected))


def _left_out(zone: ZoneInfo, local: datetime) -> bool:
    back = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return back.replace(tzinfo=None) != local


@pytest.mark.parametrize(
    ("cron", "zone", "fields"),
    [
        ("", "UTC", {"at"}),
        ("* * * *", "UTC", {"at"}),
        ("0 * * * * *", "UTC", {"at"}),
        ("61 * * * *", "UTC", {"at"}),
        ("0 0 30 2 *", "UTC", {"at"}),
        ("0 8 * * mon", "Berlin", {"zone"}),
        ("x", "../etc/passwd", {"at", "zone"}),
        ("15 8 * * mon", "America/New_York", set()),
    ],
)
def test_bad_times_are_named(cron: str, zone: str, fields: set[str]) -> None:
    assert {problem.field for problem in problems_of(AtTimes(cron, zone))} == fields
