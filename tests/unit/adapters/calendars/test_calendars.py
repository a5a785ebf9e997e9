"""Sessions are those of the package only where it agrees with the carried table; a broken calendar never is used."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from technic_scanner.adapters.calendars import ExchangeCalendars
from technic_scanner.adapters.calendars.known_sessions import KnownCalendar, exchanges, known_calendar
from technic_scanner.adapters.calendars.package_calendar import Closes
from technic_scanner.adapters.calendars.verdicts import checked_trust, kept_trust, verdicts_file
from technic_scanner.errors import CalendarError, ConfigError

NEW_YORK = ZoneInfo("America/New_York")


def as_known(known: KnownCalendar, start: date, end: date) -> Closes:
    """A package that is right: the table's own sessions."""
    return {day: known.close_of(day) for day in known.closes if start <= day <= end}


@pytest.fixture(scope="module")
def real() -> ExchangeCalendars:
    return ExchangeCalendars()


def test_new_york_closes_early_after_thanksgiving_and_has_no_session_on_it(real: ExchangeCalendars) -> None:
    sessions = real.sessions("XNYS", date(2026, 11, 25), date(2026, 11, 30))
    assert [session.day.day for session in sessions] == [25, 27, 30]
    assert [session.close.hour for session in sessions] == [16, 13, 16]
    assert not real.trust("XNYS").carried


@pytest.mark.parametrize(
    ("exchange", "day", "opens"),
    [
        ("XNYS", date(2026, 11, 27), "2026-11-27T09:30-05:00"),
        ("XNYS", date(2001, 12, 31), "2001-12-31T09:30-05:00"),
        ("XTAE", date(2026, 1, 9), "2026-01-09T09:59+02:00"),
        ("XTKS", date(2026, 5, 7), "2026-05-07T09:00+09:00"),
        ("CMES", date(2026, 11, 30), "2026-11-29T17:00-06:00"),  # futures open on the evening before
        ("XLON", date(2027, 3, 30), "2027-03-30T08:00+01:00"),
    ],
)
def test_sessions_open_when_they_do(exchange: str, day: date, opens: str) -> None:
    [session] = ExchangeCalendars(as_known).sessions(exchange, day, day)
    assert session.open == datetime.fromisoformat(opens)
    assert session.open < session.close


@pytest.mark.parametrize(
    ("exchange", "closed", "open_day", "close"),
    [
        # The first five are broken in the package with pandas 3.1.
        ("XTAE", date(2026, 9, 21), date(2026, 1, 9), "13:50"),  # Yom Kippur; Fridays since January 2026
        ("XMOS", date(2026, 1, 7), date(2024, 4, 27), "18:45"),  # Orthodox Christmas; a working Saturday
        ("XBOM", date(2026, 1, 26), date(2025, 2, 1), "15:30"),  # Republic Day; the Saturday of the budget
        ("XBOM", date(2026, 1, 31), date(2026, 2, 1), "15:30"),  # the Sunday of the budget, which the package lacks
        ("ASEX", date(2026, 4, 10), date(2026, 4, 14), "17:20"),  # Orthodox Good Friday
        ("XBSE", date(2026, 4, 10), date(2026, 4, 14), "17:45"),
        ("XTKS", date(2026, 5, 4), date(2024, 11, 5), "15:30"),  # Greenery Day; the first day of the later close
        ("XLON", date(2026, 12, 25), date(2026, 12, 24), "12:30"),
        ("XSAU", date(2026, 9, 23), date(2026, 9, 20), "15:00"),  # National Day; a Sunday
        ("XHKG", date(2026, 2, 17), date(2026, 2, 16), "12:00"),  # Lunar New Year and its eve
        ("XJSE", date(2024, 5, 29), date(2024, 5, 30), "17:00"),  # an election, which the package has as a session
        ("XTAI", date(2023, 1, 18), date(2023, 1, 17), "13:30"),  # before the lunar new year, for settlement only
        ("XTAI", date(2022, 2, 4), date(2022, 2, 7), "13:30"),
        ("XKRX", date(2026, 7, 17), date(2026, 7, 16), "15:30"),  # Constitution Day, a holiday again since 2026
        ("XIDX", date(2026, 3, 19), date(2026, 3, 25), "15:50"),  # Nyepi; after the end of Ramadan
        ("XKAR", date(2026, 6, 25), date(2026, 6, 24), "15:30"),  # Ashura
        ("XKRX", date(2026, 9, 24), date(2026, 11, 19), "16:30"),  # Chuseok; the university entrance exam
    ],
)
def test_published_sessions_are_known(
    real: ExchangeCalendars, exchange: str, closed: date, open_day: date, close: str
) -> None:
    assert real.sessions(exchange, closed, closed) == ()
    (session,) = real.sessions(exchange, open_day, open_day)
    assert f"{session.close:%H:%M}" == close
    assert str(session.close.tzinfo) == real.zone(exchange)


def test_jakarta_has_as_many_sessions_in_2026_as_its_exchange_announced(real: ExchangeCalendars) -> None:
    assert len(real.sessions("XIDX", date(2026, 1, 1), date(2026, 12, 31))) == 239


def lost(known: KnownCalendar, start: date, end: date) -> Closes:
    closes = as_known(known, start, end)
    del closes[date(2024, 3, 5)]
    return closes


def later(known: KnownCalendar, start: date, end: date) -> Closes:
    closes = as_known(known, start, end)
    return closes | {date(2025, 7, 3): closes[date(2025, 7, 3)] + timedelta(hours=3)}


def refusing(*_: object) -> Closes:
    raise NotImplementedError("implemented by subclasses")


@pytest.mark.parametrize(
    ("package", "said"),
    [(lost, "1 days, the first 2024-03-05"), (later, "1 days, the first 2025-07-03"), (refusing, "cannot build it")],
)
def test_a_broken_calendar_is_replaced_by_the_table_and_said(package: object, said: str) -> None:
    calendars = ExchangeCalendars(package)  # type: ignore[arg-type]
    right = ExchangeCalendars(as_known)
    start, end = date(2024, 1, 1), date(2026, 12, 31)
    assert calendars.sessions("XNYS", start, end) == right.sessions("XNYS", start, end)
    assert calendars.trust("XNYS").carried
    assert said in calendars.trust("XNYS").detail
    assert not right.trust("XNYS").carried


def test_news_after_the_table_was_made_are_taken_from_the_package() -> None:
    def with_news(known: KnownCalendar, start: date, end: date) -> Closes:
        return {day: close for day, close in as_known(known, start, end).items() if day != date(2027, 3, 10)}

    calendars = ExchangeCalendars(with_news)
    assert not calendars.trust("XNYS").carried
    assert calendars.sessions("XNYS", date(2027, 3, 10), date(2027, 3, 10)) == ()


def test_the_calendar_is_extended_when_somebody_asks_further() -> None:
    calendars = ExchangeCalendars(as_known)
    assert calendars.sessions("XNYS", date(2026, 1, 1), date(2026, 1, 2))[0].day == date(2026, 1, 2)
    early = calendars.sessions("XNYS", date(2001, 9, 10), date(2001, 9, 18))
    assert [session.day.day for session in early] == [10, 17, 18]
    assert calendars.sessions("XNYS", date(2026, 1, 2), date(2026, 1, 2))[0].close == datetime(
        2026, 1, 2, 16, tzinfo=NEW_YORK
    )


def test_what_is_not_known_is_said() -> None:
    calendars = ExchangeCalendars(as_known)
    with pytest.raises(ConfigError, match=r"'XXXX' is not one of .*XNYS"):
        calendars.sessions("XXXX", date(2026, 1, 1), date(2026, 1, 2))
    with pytest.raises(CalendarError, match="XSAU begins on 2021-01-03"):
        calendars.sessions("XSAU", date(2019, 1, 1), date(2026, 1, 2))


def test_the_table_is_whole() -> None:
    assert len(exchanges()) > 60
    for exchange in exchanges():
        known = known_calendar(exchange)
        days = sorted(known.closes)
        assert days[0] >= known.first
        assert days[-1] <= known.last
        assert known.last > known.made
        longest = max((after - before).days for before, after in itertools.pairwise(days))
        # Athens was closed for five weeks in 2015.
        assert longest <= 38, exchange


def test_verdicts_are_kept_until_a_release_changes(tmp_path: Path) -> None:
    file = tmp_path / "calendars.json"
    assert kept_trust(file) is None
    found = checked_trust(file, lambda: ExchangeCalendars(as_known))
    assert [trust.exchange for trust in found] == list(exchanges())
    assert kept_trust(file) == found
    assert checked_trust(file, lambda: ExchangeCalendars(refusing)) == found
    file.write_text(file.read_text().replace('"of": "', '"of": "older '))
    assert kept_trust(file) is None
    assert all(trust.carried for trust in checked_trust(file, lambda: ExchangeCalendars(refusing)))
    file.write_text("{")
    assert kept_trust(file) is None


def test_verdicts_that_cannot_be_kept_are_given_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = checked_trust(tmp_path / "file" / "calendars.json", lambda: ExchangeCalendars(refusing))
    assert [trust.exchange for trust in found] == list(exchanges())


def test_all_homes_of_a_user_share_the_verdicts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert verdicts_file() == tmp_path / "technic-scanner" / "calendars.json"


@pytest.mark.parametrize("day", [date(2020, 12, 3), date(2021, 11, 18), date(2025, 11, 13), date(2026, 11, 19)])
def test_on_the_day_of_its_exam_seoul_opens_and_closes_an_hour_later(day: date) -> None:
    (session,) = ExchangeCalendars().sessions("XKRX", day, day)
    assert f"{session.open:%H:%M}–{session.close:%H:%M}" == "10:00–16:30"
    ((before, after),) = [ExchangeCalendars().sessions("XKRX", day - timedelta(days=1), day + timedelta(days=1))[::2]]
    assert {f"{other.open:%H:%M}–{other.close:%H:%M}" for other in (before, after)} == {"09:00–15:30"}
