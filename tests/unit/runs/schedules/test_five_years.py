"""Five years of sessions and clock changes in virtual time, held against the calendars and against counted days."""

from __future__ import annotations

import warnings
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest

from technic_scanner.adapters.calendars import ExchangeCalendars
from technic_scanner.adapters.calendars.known_sessions import known_calendar
from technic_scanner.domain.schedule import AfterClose, AtTimes, PlannedTime
from technic_scanner.runs.schedules.planning import next_times, planned_from

START, END = date(2022, 1, 1), date(2026, 12, 31)
DELAY = timedelta(minutes=20)


@pytest.fixture(scope="module")
def calendars() -> ExchangeCalendars:
    return ExchangeCalendars()


def five_years(calendars: ExchangeCalendars, exchange: str) -> list[PlannedTime]:
    """All planned times of an exchange, found as a process does: from one to the next."""
    when, found = AfterClose(exchange, DELAY), []
    now = datetime(START.year, START.month, START.day, tzinfo=UTC)
    while True:
        coming = next(planned_from(when, now, calendars))
        if coming.session is None or coming.session > END:
            return found
        found.append(coming)
        now = coming.at.astimezone(UTC) + timedelta(microseconds=1)


@pytest.mark.parametrize("exchange", ["XNYS", "XTKS", "XLON", "XSAU"])
def test_each_session_of_the_package_is_planned_once_after_its_close(
    calendars: ExchangeCalendars, exchange: str
) -> None:
    import exchange_calendars

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        oracle = exchange_calendars.get_calendar(exchange, start=str(START), end=str(END)).closes
    found = five_years(calendars, exchange)
    assert [planned.session for planned in found] == [session.date() for session in oracle.index]
    assert [planned.at.astimezone(UTC) for planned in found] == [
        (close + DELAY).to_pydatetime().astimezone(UTC) for close in oracle
    ]


def test_tel_aviv_moves_its_week_and_its_fridays_close_early(calendars: ExchangeCalendars) -> None:
    # The package is broken for Tel Aviv with pandas 3.1: its days are counted by hand, from the exchange's holidays.
    found = five_years(calendars, "XTAE")
    weekdays = {year: Counter(f"{p.session:%a}" for p in found if p.session and p.session.year == year)
                for year in range(2022, 2027)}  # fmt: skip
    for year in range(2022, 2026):
        assert weekdays[year]["Fri"] == 0
        assert weekdays[year]["Sun"] > 40
    assert weekdays[2026]["Sun"] == 1  # 4 January
    assert weekdays[2026]["Fri"] > 40
    days = {planned.session for planned in found}
    holidays = (  # Yom Kippur's eve and day, by year
        *(date(2022, 10, 4), date(2022, 10, 5), date(2023, 9, 24), date(2023, 9, 25), date(2024, 10, 11)),
        *(date(2025, 10, 1), date(2025, 10, 2), date(2026, 9, 20), date(2026, 9, 21)),
    )
    assert not days & set(holidays)
    at = {planned.session: f"{planned.at:%H:%M%z}" for planned in found}
    assert at[date(2026, 1, 9)] == "14:10+0200"
    assert at[date(2026, 7, 6)] == "17:35+0300"


def test_half_days_fire_after_their_own_close(calendars: ExchangeCalendars) -> None:
    found = {planned.session: f"{planned.at:%H:%M}" for planned in five_years(calendars, "XNYS")}
    early = sorted(str(day) for day, at in found.items() if at == "13:20")
    assert early == [
        *("2022-11-25", "2023-07-03", "2023-11-24", "2024-07-03", "2024-11-29", "2024-12-24"),
        *("2025-07-03", "2025-11-28", "2025-12-24", "2026-11-27", "2026-12-24"),
    ]
    assert set(found.values()) == {"13:20", "16:20"}
    assert date(2025, 1, 9) not in found  # a day of mourning


@pytest.mark.parametrize(
    ("zone", "hour"),
    [("America/New_York", 0), ("America/New_York", 1), ("America/New_York", 2), ("Europe/London", 1),
     ("Asia/Jerusalem", 1), ("Asia/Jerusalem", 2), ("Asia/Tokyo", 0), ("Asia/Riyadh", 8)],
)  # fmt: skip
def test_a_daily_time_is_run_on_each_of_1826_days(calendars: ExchangeCalendars, zone: str, hour: int) -> None:
    start = datetime(2022, 1, 1, tzinfo=ZoneInfo(zone))
    planned = planned_from(AtTimes(f"30 {hour} * * *", zone), start, calendars)
    found = list(takewhile(lambda time: time.at.date() <= END, planned))
    assert [time.at.date() for time in found] == [START + timedelta(days=number) for number in range(1826)]
    instants = [time.at.astimezone(UTC) for time in found]
    assert instants == sorted(set(instants))


def test_the_document_of_next_begins_at_midnight_of_the_exchange(calendars: ExchangeCalendars) -> None:
    tokyo = next_times(AfterClose("XTKS", DELAY), date(2026, 11, 27), 2, calendars)
    assert [planned.at.isoformat() for planned in tokyo] == ["2026-11-27T15:50:00+09:00", "2026-11-30T15:50:00+09:00"]
    # The run of Wednesday's session is due after midnight, so it belongs to Thursday, the holiday.
    late = next_times(AfterClose("XNYS", timedelta(hours=10)), date(2026, 11, 26), 2, calendars)
    assert [str(planned.session) for planned in late] == ["2026-11-25", "2026-11-27"]


def test_the_end_of_a_calendar_ends_the_times(calendars: ExchangeCalendars) -> None:
    last = known_calendar("XSHG").last
    found = next_times(AfterClose("XSHG", DELAY), last - timedelta(days=2), 10, calendars)
    assert 0 < len(found) < 10
    assert found[-1].session <= calendars.trust("XSHG").last
