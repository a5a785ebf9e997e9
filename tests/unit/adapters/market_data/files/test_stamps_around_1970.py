"""Seconds since 1970 that are small or negative: told by the rest of their column, in CSV as in Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from tests.unit.adapters.market_data.files.reading import checked, written

EPOCH = date(1970, 1, 1)


def sessions(first: date, last: date) -> list[date]:
    return [day for n in range((last - first).days + 1) if (day := first + timedelta(days=n)).weekday() < 5]


def seconds(days: Sequence[date], clock: int = 0, unit: int = 1) -> list[int]:
    return [((day - EPOCH).days * 86_400 + clock) * unit for day in days]


def report_of(folder: Path, stamps: Sequence[object], kind: str) -> dict:
    """Return what is said of one file whose dates are ``stamps``; each bar has the price of its row."""
    rows = [(stamp, 10 + n, 12 + n, 9 + n, 11 + n, 1500) for n, stamp in enumerate(stamps)]
    frame = pd.DataFrame(rows, columns=["time", "open", "high", "low", "close", "volume"])
    if kind == "parquet":
        frame.to_parquet(folder / "KRND.parquet", index=False)
    else:
        written(folder, {"KRND.csv": frame.to_csv(index=False)})
    return checked(folder)


def ends(report: dict) -> tuple[str, str, int]:
    entry = report["symbols"]["KRND"]
    return entry["first"], entry["last"], entry["bars"]


SPANS = [
    (date(1962, 1, 2), date(2025, 3, 5)),
    (date(1969, 12, 1), date(1975, 12, 31)),
    (date(1967, 1, 2), date(1971, 12, 31)),
    (date(1969, 3, 3), date(1969, 6, 30)),
    (date(1970, 7, 27), date(1970, 9, 15)),
    (date(1970, 1, 2), date(1970, 1, 30)),
    (date(1950, 1, 2), date(1951, 12, 31)),
]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("clock", [0, 52_200, 32_400])
@pytest.mark.parametrize(("first", "last"), SPANS)
def test_seconds_of_every_year(tmp_path: Path, first: date, last: date, clock: int, kind: str) -> None:
    days = sessions(first, last)
    report = report_of(tmp_path, seconds(days, clock), kind)
    assert ends(report) == (days[0].isoformat(), days[-1].isoformat(), len(days))
    assert report["files"][0]["left_out"] == 0


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("turned", [False, True])
def test_two_parts_years_apart(tmp_path: Path, kind: str, turned: bool) -> None:
    days = sessions(date(1970, 7, 27), date(1970, 8, 21)) + sessions(date(1975, 7, 28), date(1975, 9, 19))
    stamps = seconds(days)
    report = report_of(tmp_path, stamps[::-1] if turned else stamps, kind)
    assert ends(report) == ("1970-07-27", "1975-09-19", 60)


def test_hours_that_summer_time_moves(tmp_path: Path) -> None:
    zone = ZoneInfo("America/New_York")
    days = sessions(date(1967, 1, 2), date(1971, 12, 31))
    stamps = [int(datetime(d.year, d.month, d.day, 9, 30, tzinfo=zone).astimezone(UTC).timestamp()) for d in days]
    assert ends(report_of(tmp_path, stamps, "csv")) == ("1967-01-02", "1971-12-31", len(days))


@pytest.mark.parametrize("unit", [10**3, 10**6, 10**9])
@pytest.mark.parametrize(("first", "last"), [SPANS[0], SPANS[1], SPANS[2], SPANS[4]])
def test_other_units_of_the_same_years(tmp_path: Path, first: date, last: date, unit: int) -> None:
    days = sessions(first, last)
    assert ends(report_of(tmp_path, seconds(days, 0, unit), "csv")) == (
        days[0].isoformat(),
        days[-1].isoformat(),
        len(days),
    )


def test_a_small_number_among_seconds_is_no_day_of_excel(tmp_path: Path) -> None:
    days = sessions(date(1970, 1, 1), date(1974, 3, 29))
    stamps = seconds(days, 32_400)
    assert stamps[0] == 32_400
    assert ends(report_of(tmp_path, stamps, "csv"))[0] == "1970-01-01"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("before", ["figures", "excel"])
def test_another_unit_before_seconds_stays_what_it_is(tmp_path: Path, kind: str, before: str) -> None:
    old, new = sessions(date(2024, 12, 2), date(2024, 12, 31)), sessions(date(2025, 1, 2), date(2025, 3, 5))
    numbers = [int(f"{day:%Y%m%d}") if before == "figures" else (day - EPOCH).days + 25_569 for day in old]
    report = report_of(tmp_path, [*numbers, *seconds(new)], kind)
    assert ends(report) == ("2024-12-02", "2025-03-05", len(old) + len(new))


def test_what_cannot_be_told_is_said(tmp_path: Path) -> None:
    old, new = sessions(date(2024, 12, 2), date(2024, 12, 31)), sessions(date(2025, 1, 2), date(2025, 3, 5))
    numbers = [int(f"{day:%Y%m%d}") for day in old]
    report = report_of(tmp_path, [*numbers[:4], 20_241_242, *numbers[4:], *seconds(new)], "csv")
    assert ends(report) == ("2024-12-02", "2025-03-05", len(old) + len(new))
    assert "KRND: 1 row without a readable date left out." in report["notes"]


@pytest.mark.parametrize("numbers", [range(12), range(0, 12_000, 1000), [19_900_101, 20_000_101, 20_100_101]])
def test_other_small_numbers_are_no_seconds(tmp_path: Path, numbers: Sequence[int]) -> None:
    report = report_of(tmp_path, list(numbers), "csv")
    assert not any(entry["first"].startswith("1970") for entry in report["symbols"].values())
