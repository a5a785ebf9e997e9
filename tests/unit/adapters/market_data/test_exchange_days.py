"""Which sessions are over, in New York's time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import exchange_calendars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.adapters.market_data.exchange_days import last_final_day, last_session, last_weekday, weekdays


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 7, 1, 20, 29, tzinfo=UTC), date(2026, 6, 30)),  # 16:29 in summer time
        (datetime(2026, 7, 1, 20, 30, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 1, 5, 21, 29, tzinfo=UTC), date(2026, 1, 4)),  # 16:29 in winter time
        (datetime(2026, 1, 5, 21, 30, tzinfo=UTC), date(2026, 1, 5)),
        (datetime(2026, 1, 6, 2, 0, tzinfo=UTC), date(2026, 1, 5)),  # still the 5th in New York
    ],
)
def test_a_day_is_final_half_an_hour_after_the_close(now: datetime, day: date) -> None:
    assert last_final_day(now) == day


@pytest.mark.parametrize(
    ("day", "session"),
    [
        (date(2026, 11, 26), date(2026, 11, 25)),  # Thanksgiving
        (date(2026, 11, 27), date(2026, 11, 27)),  # a half day is a session
        (date(2026, 1, 1), date(2025, 12, 31)),
        (date(2026, 12, 31), date(2026, 12, 31)),
        (date(2001, 9, 15), date(2001, 9, 10)),  # the exchange was closed
    ],
)
def test_the_last_session_knows_holidays(day: date, session: date) -> None:
    assert last_session(day) == session


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # exchange_calendars 4.13 with pandas 3.1
def test_sessions_equal_the_exchange_calendar() -> None:
    calendar = exchange_calendars.get_calendar("XNYS", start="2024-11-01", end="2026-03-01")
    sessions = {stamp.date() for stamp in calendar.sessions}
    for offset in range(90):
        day = date(2025, 11, 15) + timedelta(days=offset)
        assert last_session(day) == max(session for session in sessions if session <= day)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 60))
def test_weekdays_are_counted(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    inside = [start + timedelta(days=i) for i in range(days + 1)]
    assert weekdays(start, end) == sum(day.weekday() < 5 for day in inside)
    assert last_weekday(end) == max(
        end - timedelta(days=i) for i in range(7) if (end - timedelta(days=i)).weekday() < 5
    )


def test_no_days_hold_no_weekday() -> None:
    assert weekdays(date(2026, 1, 6), date(2026, 1, 5)) == 0
