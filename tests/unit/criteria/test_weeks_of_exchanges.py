"""Weeks of exchanges whose weeks, holidays and special sessions differ, against pandas' resampling."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from technic_scanner.adapters.calendars import ExchangeCalendars
from technic_scanner.adapters.calendars.session_days import exchange_sessions
from technic_scanner.criteria import Panel
from tests.unit.criteria.test_values import number

LAST = date(2026, 12, 31)
CALENDARS = ExchangeCalendars()


def sessions_of(exchange: str, first: date = date(2023, 10, 1), last: date = LAST) -> pd.DatetimeIndex:
    return pd.DatetimeIndex([session.day for session in CALENDARS.sessions(exchange, first, last)]).as_unit("s")


def frame_of(days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return bars whose values tell their session."""
    close = np.arange(len(days)) + 10.0
    swing = np.arange(len(days)) * 7 % 11
    return pd.DataFrame({"close": close, "high": close + swing, "low": close - swing, "volume": 1.0 + swing}, days)


def weekly_bars(frame: pd.DataFrame, ends_on: str) -> pd.DataFrame:
    """Return the last finished week of each session, by pandas' weeks that end on ``ends_on``."""
    week = frame.index.to_period(f"W-{ends_on}")
    bars = frame.groupby(week).agg({"close": "last", "high": "max", "low": "min", "volume": "sum"})
    over = pd.Series(week, frame.index) != pd.Series(week, frame.index).shift(-1)
    rows = [bars.index.get_loc(w) - (0 if done else 1) for w, done in zip(week, over, strict=True)]
    return pd.DataFrame([bars.iloc[row] if row >= 0 else bars.iloc[0] * np.nan for row in rows], frame.index)


@pytest.mark.parametrize("with_calendar", [True, False])
@pytest.mark.parametrize(
    ("exchange", "ends_on", "weekend"),
    [
        ("XSAU", "SAT", "2024-06-09"),  # Sunday to Thursday; the week before Eid al-Adha, which ends on a Wednesday
        ("XTAE", "SAT", "2025-10-05"),  # Sunday to Thursday until 2025, Monday to Friday since
        ("XBOM", "SUN", "2025-02-01"),  # the Saturday of the budget belongs to the days before it
        ("XBOM", "SUN", "2026-02-01"),  # and so does the Sunday of the next one
        ("XTKS", "SUN", ""),  # Golden Week
        ("XNYS", "SUN", ""),
    ],
)
def test_weeks_are_those_of_the_exchange(exchange: str, ends_on: str, weekend: str, with_calendar: bool) -> None:
    days = sessions_of(exchange)
    assert not weekend or pd.Timestamp(weekend) in days
    frame = frame_of(days)
    kept = frame if with_calendar else frame.iloc[:-30]
    found_in = Panel.from_frame(kept, calendar=days.to_numpy() if with_calendar else None)
    wanted = weekly_bars(frame, ends_on)
    # Without a calendar a week is over with the first session of the next one. The first weeks may be cut.
    ends = np.flatnonzero(np.diff(days.to_period(f"W-{ends_on}").astype("int64")))[2:]
    ends = ends[ends < len(kept) - 1]
    for name in wanted:
        values = number(f"weekly.{name}", found_in, len(kept))[0]
        np.testing.assert_array_equal(values[ends + (not with_calendar)], wanted[name].to_numpy()[ends])
        if with_calendar:
            np.testing.assert_array_equal(values[10:-10], wanted[name].to_numpy()[10:-10])


@pytest.mark.parametrize("exchange", ["XNYS", "XLON", "XTKS"])
@pytest.mark.parametrize("year", range(2018, 2031))
def test_the_week_across_the_new_year_is_one_week(exchange: str, year: int) -> None:
    """An ISO year may give its last days of December to week 1 of the next year, or the first of January to week 53."""
    days = sessions_of(exchange, date(year - 1, 11, 1), date(year, 2, 28))
    frame = frame_of(days)
    panel = Panel.from_frame(frame, calendar=days.to_numpy())
    around = (days >= f"{year - 1}-12-15") & (days <= f"{year}-01-20")
    wanted = weekly_bars(frame, "SUN")
    for name in wanted:
        values = number(f"weekly.{name}", panel, len(days))[0]
        np.testing.assert_array_equal(values[around], wanted[name].to_numpy()[around])
    monday = pd.Timestamp(year, 1, 1) - pd.Timedelta(days=pd.Timestamp(year, 1, 1).weekday())
    week = frame[monday : monday + pd.Timedelta(days=6)]
    volume = number("weekly.volume", panel, len(days))[0]
    assert volume[days.get_loc(week.index[-1])] == week["volume"].sum()


def test_golden_week_is_one_week_of_two_sessions() -> None:
    days = sessions_of("XTKS")
    panel = Panel.from_frame(frame_of(days), calendar=days.to_numpy())
    at = days.get_loc(pd.Timestamp("2026-05-08"))
    assert number("weekly.volume", panel, len(days))[0, at] == frame_of(days)["volume"]["2026-05-07":"2026-05-08"].sum()


@pytest.mark.parametrize(
    ("exchange", "stray", "known"), [("XNYS", "", True), ("XNYS", "2026-04-03", True), ("XTKS", "", False)]
)
def test_only_panels_of_new_york_end_their_weeks_by_its_holidays(exchange: str, stray: str, known: bool) -> None:
    days = sessions_of(exchange)
    days = days[(days > "2025-06-30") & (days < "2026-07-03")]
    days = days.union(pd.DatetimeIndex([stray])) if stray else days
    assert (exchange_sessions(days.to_numpy()) is not None) == known
