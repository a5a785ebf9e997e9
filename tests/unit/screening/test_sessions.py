"""Groups of symbols that trade on the same days, their newest sessions, and the bars that are used of each symbol."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.screening.bars import Panel
from technic_scanner.screening.sessions import day_numbers, place, session_groups, used_bars

FIRST = np.datetime64("2023-01-02", "D")
DAYS = FIRST + np.arange(500)
WEEKDAY = (DAYS.astype(np.int64) + 3) % 7


def without_holidays(*holidays: str) -> np.ndarray:
    return (WEEKDAY < 5) & ~np.isin(DAYS, np.array(holidays, dtype="datetime64[D]"))


NEW_YORK = without_holidays(
    *("2023-01-16", "2023-02-20", "2023-05-29", "2023-07-04", "2023-09-04", "2023-11-23", "2023-12-25"),
    *("2024-01-01", "2024-01-15", "2024-02-19"),
)
TOKYO = without_holidays(
    *("2023-01-09", "2023-02-23", "2023-03-21", "2023-05-03", "2023-05-04", "2023-05-05", "2023-07-17", "2023-08-11"),
    *("2023-09-18", "2023-11-03", "2024-01-01", "2024-01-02", "2024-01-03", "2024-01-08", "2024-02-12", "2024-02-23"),
)
# Exchanges whose days hardly differ: what each is closed on beside the others.
LONDON = without_holidays(
    "2023-05-01", "2023-05-08", "2023-05-29", "2023-08-28", "2023-12-25", "2023-12-26", "2024-01-01"
)
FRANKFURT = without_holidays(
    "2023-05-01", "2023-10-03", "2023-12-25", "2023-12-26", "2023-12-29", "2024-01-01", "2024-02-12"
)
MILAN = without_holidays("2023-05-01", "2023-08-15", "2023-12-25", "2023-12-26", "2024-01-01", "2024-02-26")
ALWAYS = np.ones(len(DAYS), dtype=bool)


def panel(*present: np.ndarray, until: str = "2024-03-08") -> Panel:
    """Return a panel of rows that have bars where told, on the days up to ``until`` on which any of them has one."""
    rows = np.array(present) & (np.datetime64(until) >= DAYS)
    used = rows.any(axis=0)
    close = np.where(rows, 10.0, np.nan)[:, used]
    return Panel(tuple(f"S{i}" for i in range(len(rows))), DAYS[used], close, close, close, close, close)


def without(present: np.ndarray, *days: str) -> np.ndarray:
    return present & ~np.isin(DAYS, np.array(days, dtype="datetime64[D]"))


def alone(day: str) -> np.ndarray:
    return np.datetime64(day) == DAYS


def newest_of(made: Panel) -> list[str]:
    return [str(np.datetime64(group.newest, "D")) for group in session_groups(made)]


def test_one_exchange_is_one_group_whatever_halts_and_late_listings_there_are() -> None:
    rng = np.random.default_rng(1)
    rows = [NEW_YORK & (rng.random(len(DAYS)) > gaps) for gaps in np.linspace(0.0, 0.6, 30)]
    rows += [NEW_YORK & (np.datetime64(day) <= DAYS) for day in ("2023-06-01", "2024-01-15", "2024-03-01")]
    rows += [NEW_YORK & (np.datetime64("2023-10-02") > DAYS)]
    made = panel(*([NEW_YORK] * 40), *rows)
    assert newest_of(made) == ["2024-03-08"]
    assert (place(made, session_groups(made), 400).group == 0).all()


@pytest.mark.parametrize(("stocks", "coins"), [(500, 1), (40, 40), (3, 60)])
def test_coins_do_not_outdate_stocks_on_a_weekend(stocks: int, coins: int) -> None:
    made = panel(*([NEW_YORK] * stocks), *([ALWAYS] * coins), until="2024-03-10")
    placement = place(made, session_groups(made), 400)
    assert sorted(newest_of(made)) == ["2024-03-08", "2024-03-10"]
    assert (placement.lag == 0).all()
    assert len(set(placement.group[:stocks])) == len(set(placement.group[stocks:])) == 1


def test_tokyo_on_a_holiday_in_new_york_outdates_nobody() -> None:
    made = panel(*([NEW_YORK] * 30), *([TOKYO] * 30), until="2024-02-19")
    assert sorted(newest_of(made)) == ["2024-02-16", "2024-02-19"]
    assert (place(made, session_groups(made), 400).lag == 0).all()


@pytest.mark.parametrize("sizes", [(20, 15), (15, 20), (2, 2), (3, 400)])
def test_a_few_holidays_of_london_and_frankfurt_make_two_groups(sizes: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    gaps = 0.0 if min(sizes) < 5 else 0.01
    rows = [
        days & (rng.random(len(DAYS)) >= gaps)
        for days, count in ((LONDON, sizes[0]), (FRANKFURT, sizes[1]))
        for _ in range(count)
    ]
    rows += [LONDON & (np.datetime64("2023-12-18") <= DAYS), FRANKFURT & (np.datetime64("2023-12-18") <= DAYS)]
    made = panel(*(row | alone("2024-02-09") for row in rows), until="2024-02-12")
    assert sorted(newest_of(made)) == ["2024-02-09", "2024-02-12"]
    placed = place(made, session_groups(made), 400)
    assert len(set(placed.group[: sizes[0]].tolist())) == len(set(placed.group[sizes[0] : -2].tolist())) == 1
    assert placed.group[0] != placed.group[sizes[0]]
    assert placed.group[-2:].tolist() == [placed.group[0], placed.group[sizes[0]]]  # listed late
    assert (placed.lag[sizes[0] :] == 0).all()  # nobody in Frankfurt is late on its holiday


def test_three_exchanges_whose_days_hardly_differ_are_three_groups() -> None:
    milan = MILAN & ~alone("2023-08-14")
    made = panel(*([LONDON] * 9), *([FRANKFURT] * 7), *([milan] * 5), until="2024-02-26")
    assert sorted(newest_of(made)) == ["2024-02-23", "2024-02-26", "2024-02-26"]
    assert place(made, session_groups(made), 400).group.tolist() == [0] * 9 + [1] * 7 + [2] * 5


@pytest.mark.parametrize(
    "odd",
    [
        [without(NEW_YORK, *DAYS[300:310].astype(str))] * 5 + [without(NEW_YORK, *DAYS[330:336].astype(str))] * 5,
        [NEW_YORK | alone("2023-05-29") | alone("2023-07-04") | alone("2023-09-04")] * 5,  # written on holidays
        [without(NEW_YORK, "2023-11-01", "2023-11-07", "2024-01-09") | alone("2024-02-19") | alone("2024-01-15")],
        [without(NEW_YORK, "2023-11-01", "2023-11-07", "2024-01-09") | alone("2024-02-19")] * 5,
    ],
    ids=["two halts", "written holidays", "one symbol", "one day of its own"],
)
def test_gaps_and_stray_bars_make_no_group(odd: list[np.ndarray]) -> None:
    assert len(newest_of(panel(*([NEW_YORK] * 30), *odd))) == 1


@given(st.integers(0, 2**32), st.integers(3, 60), st.floats(0.0, 0.5), st.floats(0.0, 0.02))
def test_whatever_is_missing_at_random_one_exchange_is_one_group(
    seed: int, symbols: int, gaps: float, outages: float
) -> None:
    rng = np.random.default_rng(seed)
    share = gaps * rng.random(symbols)
    rows = rng.random((symbols, len(DAYS))) >= share[:, None]
    half = rng.random((symbols, len(DAYS))) < 0.5
    rows &= ~(half & (rng.random(len(DAYS)) < outages))  # a vendor's bad days, of other symbols each time
    assert len(newest_of(panel(*(rows & NEW_YORK), NEW_YORK))) == 1


def test_one_symbol_a_day_ahead_is_not_used_on_that_day() -> None:
    behind = NEW_YORK & (np.datetime64("2024-03-07") >= DAYS)
    made = panel(*([behind] * 60), NEW_YORK)
    placement = place(made, session_groups(made), 400)
    assert newest_of(made) == ["2024-03-07"]
    assert placement.ahead.tolist() == [False] * 60 + [True]
    assert (placement.lag == 0).all()
    used = used_bars(made, placement).panel
    assert np.isnan(used.close[60, -1])
    assert np.isfinite(made.close[60, -1])


@pytest.mark.parametrize(("updated", "newest"), [(0.49, "2024-03-07"), (0.5, "2024-03-08"), (0.9, "2024-03-08")])
def test_half_of_the_live_symbols_make_a_session_the_newest(updated: float, newest: str) -> None:
    dead = NEW_YORK & (np.datetime64("2023-11-01") >= DAYS)
    ahead = round(100 * updated)
    made = panel(*([NEW_YORK] * ahead), *([without(NEW_YORK, "2024-03-08")] * (100 - ahead)), *([dead] * 300))
    assert newest_of(made) == [newest]


def test_the_lag_counts_sessions_of_the_group() -> None:
    newest = DAYS[NEW_YORK & (np.datetime64("2024-03-08") >= DAYS)].astype(str)
    late = [without(NEW_YORK, *newest[len(newest) - missing :]) for missing in (0, 1, 3)]
    made = panel(*([NEW_YORK] * 30), *late)
    assert place(made, session_groups(made), 400).lag[30:].tolist() == [0, 1, 3]


def test_a_symbol_has_as_many_sessions_of_its_own_as_were_asked_for() -> None:
    made = panel(*([NEW_YORK] * 5), *([ALWAYS] * 5))
    used = used_bars(made, place(made, session_groups(made), 100)).panel
    assert np.isfinite(used.close).sum(axis=1).tolist() == [100] * 10


def test_what_trades_on_days_of_its_own_is_judged_by_itself() -> None:
    groups = session_groups(panel(*([NEW_YORK] * 30), until="2024-03-08"))
    listed = panel(NEW_YORK, ALWAYS, ALWAYS & (np.datetime64("2023-06-01") >= DAYS), until="2024-03-10")
    placement = place(listed, groups, 100)
    assert placement.group.tolist() == [0, -1, -1]
    assert [str(listed.sessions[k]) for k in placement.last[:2]] == ["2024-03-08", "2024-03-10"]
    assert placement.lag[:2].tolist() == [0, 0]
    assert placement.lag[2] > 200


def test_bars_from_before_the_reference_are_those_of_a_symbol_that_ended() -> None:
    groups = session_groups(panel(*([NEW_YORK & (np.datetime64("2023-12-01") <= DAYS)] * 30)))
    ended = panel(NEW_YORK & (np.datetime64("2023-10-02") >= DAYS))
    placement = place(ended, groups, 400)
    assert placement.group.tolist() == [0]
    assert not np.isfinite(used_bars(ended, placement).panel.close).any()


def test_nothing_and_little() -> None:
    empty = Panel.empty()
    assert session_groups(empty) == ()
    assert len(place(empty, (), 400).lag) == 0
    few = panel(NEW_YORK & (np.datetime64("2024-03-01") <= DAYS), alone("2024-03-05"))
    placement = place(few, session_groups(few), 400)
    assert newest_of(few) == ["2024-03-08"]
    assert placement.lag.tolist() == [0, 3]


@given(st.lists(st.sampled_from(range(48)), min_size=1, max_size=8, unique=True), st.integers(5, 250))
def test_a_placement_depends_on_the_symbol_and_the_groups_alone(rows: list[int], lookback: int) -> None:
    groups = session_groups(WHOLE)
    some = WHOLE.take(rows)
    all_used = used_bars(WHOLE, place(WHOLE, groups, lookback))
    used = used_bars(some, place(some, groups, lookback))
    np.testing.assert_array_equal(used.panel.close, all_used.panel.close[rows])
    for name in ("group", "first", "last", "lag", "ahead"):
        np.testing.assert_array_equal(getattr(used.placement, name), getattr(all_used.placement, name)[rows])


def _whole() -> Panel:
    rng = np.random.default_rng(7)
    calendars = [(NEW_YORK, TOKYO, ALWAYS)[k % 3] & (rng.random(len(DAYS)) > rng.choice([0.0, 0.02, 0.3]))
                 for k in range(48)]  # fmt: skip
    return panel(*calendars, until="2024-03-10")


WHOLE = _whole()
assert (np.diff(day_numbers(WHOLE.sessions)) > 0).all()


def calendar(days: np.ndarray, until: str = "2024-12-31") -> np.ndarray:
    return day_numbers(DAYS[days & (np.datetime64(until) >= DAYS)])


def test_few_bars_that_tell_no_exchange_apart_are_told_apart_by_their_calendars() -> None:
    short = np.datetime64("2024-01-16") <= DAYS
    made = panel(*([NEW_YORK & short] * 4), *([TOKYO & short] * 3), until="2024-02-19")
    assert newest_of(made) == ["2024-02-16"]  # one group: in five weeks their days hardly differ
    listed = {f"S{i}": "XNYS" if i < 4 else "XTKS" for i in range(7)}
    known = {"XNYS": calendar(NEW_YORK), "XTKS": calendar(TOKYO)}
    groups = session_groups(made, listed, known.get)
    newest = {group.exchange: str(np.datetime64(group.newest, "D")) for group in groups}
    assert newest == {"XNYS": "2024-02-16", "XTKS": "2024-02-19"}
    placed = place(made, groups, 400, listed)
    assert [groups[number].exchange for number in placed.group.tolist()] == ["XNYS"] * 4 + ["XTKS"] * 3
    assert placed.lag.tolist() == [0] * 7


def test_a_calendar_is_a_hint_that_bars_may_contradict() -> None:
    made = panel(*([NEW_YORK] * 6), *([TOKYO] * 6))
    wrong = {f"S{i}": "XTKS" if i < 6 else "XNYS" for i in range(12)}
    known = {"XNYS": calendar(NEW_YORK), "XTKS": calendar(TOKYO)}
    for listed, calendars in ((wrong, known.get), ({"S0": "XXXX"}, known.get)):
        groups = session_groups(made, listed, calendars)
        assert [group.exchange for group in groups] == ["", ""]
        assert place(made, groups, 400, listed).group.tolist() == place(made, session_groups(made), 400).group.tolist()
    one = session_groups(made, {"S0": "XNYS", "S1": "XTKS"}, known.get)
    placed = place(made, one, 400, {"S0": "XNYS", "S1": "XTKS"})
    assert one[placed.group[0]].exchange == "XNYS"
    assert one[placed.group[1]].exchange != "XTKS"


def test_days_after_the_end_of_a_calendar_are_judged_by_attendance() -> None:
    made = panel(*([NEW_YORK] * 6))
    listed = dict.fromkeys(made.symbols, "XNYS")
    (group,) = session_groups(made, listed, {"XNYS": calendar(NEW_YORK, "2023-12-31")}.get)
    assert (group.exchange, str(np.datetime64(group.newest, "D"))) == ("XNYS", "2024-03-08")
    (found,) = session_groups(made)
    assert group.days.tolist() == found.days.tolist()
