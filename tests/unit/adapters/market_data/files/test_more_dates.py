"""Dates with zones, decimal commas and powers of ten are read; months and weeks are refused as what they are."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from tests.unit.adapters.market_data.files.reading import checked, written

DAYS = [date(2025, 3, 3) + timedelta(days=n) for n in range(3)]
NOON = [int(pd.Timestamp(day).timestamp()) + 52_200 for day in DAYS]
MIDNIGHT = [second - 52_200 for second in NOON]


def table(dates: list[str], mark: str = ",", point: str = ".") -> str:
    rows = [[cell, *(f"{price + n}{point}5" for price in (10, 12, 9, 11)), "1500"] for n, cell in enumerate(dates)]
    return "\n".join(mark.join(row) for row in [["Date", "Open", "High", "Low", "Close", "Volume"], *rows]) + "\n"


def is_read(folder: Path, text: str) -> bool:
    entry = checked(written(folder, {"ORBX.csv": text}))["symbols"]["ORBX"]
    return (entry["first"], entry["last"], entry["bars"]) == ("2025-03-03", "2025-03-05", 3)


@pytest.mark.parametrize(
    "form",
    [
        "%Y%m%d  00:00:00",
        "%Y%m%d 09:30:00",
        "%Y%m%d   09:30:00",
        "%Y%m%d 09:30:00 US/Eastern",
        "%Y%m%d  09:30:00 America/New_York",
        "%Y%m%d 09:30:00 EST",
        "%Y%m%d 09:30:00 UTC",
        "%Y%m%d-09:30:00",
        "%Y%m%dT093000Z",
        "%Y%m%d 09:30:00.000",
    ],
)
def test_compact_dates_with_a_time_and_a_zone(tmp_path: Path, form: str) -> None:
    assert is_read(tmp_path, table([f"{day:{form}}" for day in DAYS]))


@pytest.mark.parametrize("numbers", [["45719,0", "45720,0", "45721,0"], ["45719,6667", "45720,6667", "45721"]])
def test_day_numbers_of_excel_with_a_decimal_comma(tmp_path: Path, numbers: list[str]) -> None:
    assert is_read(tmp_path, table(numbers, mark=";", point=","))


@pytest.mark.parametrize("seconds", [NOON, MIDNIGHT])
@pytest.mark.parametrize("power", [9, 12, 15, 18])
def test_stamps_with_a_power_of_ten(tmp_path: Path, seconds: list[int], power: int) -> None:
    assert is_read(tmp_path, table([repr(second / 10**9) + f"e+{power:02d}" for second in seconds]))


def test_stamps_with_and_without_a_power_of_ten(tmp_path: Path) -> None:
    assert is_read(tmp_path, table([f"{MIDNIGHT[0]}000000000", "1.7410464e+18", f"{MIDNIGHT[2]}000000000"]))
    assert is_read(tmp_path, table(["1.74096e+18", *(f"{second}000000000" for second in MIDNIGHT[1:])]))


def test_stamps_that_a_spreadsheet_has_cut_are_not_misread(tmp_path: Path) -> None:
    report = checked(written(tmp_path, {"ORBX.csv": table(["1.74E+12"] * 3)}))
    assert report["symbols"] == {}
    assert "no readable date" in report["files"][0]["refused"]


@pytest.mark.parametrize(
    ("cells", "frame"),
    [
        (["2025-03", "2025-04", "2025-05"], "month"),
        (["Mar 2025", "Apr 2025", "May 2025"], "month"),
        (["March 2025", "April 2025", "May 2025"], "month"),
        (["Mar-25", "Apr-25", "May-25"], "month"),
        (["03/2025", "04/2025", "05/2025"], "month"),
        (["202503", "202504", "202505"], "month"),
        (["2025M03", "2025M04", "2025M05"], "month"),
        (["2025年3月", "2025年4月", "2025年5月"], "month"),
        (["2025Q1", "2025Q2", "2025Q3"], "month"),
        (["Q1 2025", "Q2 2025", "Q3 2025"], "month"),
        (["1Q25", "2Q25", "3Q25"], "month"),
        (["2023", "2024", "2025"], "month"),
        (["2025-W10", "2025-W11", "2025-W12"], "week"),
        (["2025W10", "2025W11", "2025W12"], "week"),
        (["KW 10/2025", "KW 11/2025", "KW 12/2025"], "week"),
    ],
)
def test_months_and_weeks_without_a_day_are_refused_as_such(tmp_path: Path, cells: list[str], frame: str) -> None:
    (file,) = checked(written(tmp_path, {"ORBX.csv": table(cells)}))["files"]
    assert (file["read"], file["frame"]) == (False, frame)
    assert cells[0] in file["refused"]
    assert "a scan needs daily bars" in file["refused"]


def test_months_in_parquet(tmp_path: Path) -> None:
    frame = pd.DataFrame({"Date": [202503, 202504, 202505], **dict.fromkeys(("Open", "High", "Low", "Close"), 5.0)})
    frame.assign(Volume=7).to_parquet(tmp_path / "ORBX.parquet")
    (file,) = checked(tmp_path)["files"]
    assert (file["read"], file["frame"]) == (False, "month")
