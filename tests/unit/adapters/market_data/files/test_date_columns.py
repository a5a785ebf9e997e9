"""Columns of the year, the month and the day are put together to dates."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.unit.adapters.market_data.files.reading import checked, written

BARS = "10,12,9,11,1500"
REST = "Open,High,Low,Close,Volume"


def table(names: str, rows: list[str]) -> str:
    return f"{names},{REST}\n" + "".join(f"{row},{BARS}\n" for row in rows)


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        ("Year,Month,Day", ["2026,03,09", "2026,03,10", "2026,03,11"]),
        ("day,month,year", ["9,3,2026", "10,3,2026", "11,3,2026"]),
        ("Jahr,Monat,Tag", ["2026,3,9", "2026,3,10", "2026,3,11"]),
        ("année,mois,jour", ["2026,3,9", "2026,3,10", "2026,3,11"]),
        ("年,月,日", ["2026,3,9", "2026,3,10", "2026,3,11"]),
        ("YYYY,MM,DD", ["2026.0,3.0,9.0", "2026.0,3.0,10.0", "2026.0,3.0,11.0"]),
    ],
)
def test_they_are_put_together(tmp_path: Path, names: str, rows: list[str]) -> None:
    report = checked(written(tmp_path, {"ORBX.csv": table(names, rows)}))
    entry = report["symbols"]["ORBX"]
    assert (entry["first"], entry["last"], entry["bars"]) == ("2026-03-09", "2026-03-11", 3)
    assert f"its columns {names_in_order(names)} were put together to dates" in " ".join(report["notes"])


def names_in_order(names: str) -> str:
    given = names.split(",")
    return ", ".join(reversed(given)) if given[0] == "day" else ", ".join(given)


def test_stored_numbers(tmp_path: Path) -> None:
    frame = pd.DataFrame({"Year": 2026, "Month": 3, "Day": [9, 10, 11], **dict.fromkeys(REST.split(","), 10.0)})
    frame.to_parquet(tmp_path / "ORBX.parquet")
    assert checked(tmp_path)["symbols"]["ORBX"]["last"] == "2026-03-11"


def test_a_day_that_does_not_exist_costs_its_row(tmp_path: Path) -> None:
    text = table("Year,Month,Day", ["2026,2,27", "2026,2,30", "2026,3,2"])
    report = checked(written(tmp_path, {"ORBX.csv": text}))
    assert report["symbols"]["ORBX"]["bars"] == 2
    assert "1 row without a readable date left out" in " ".join(report["notes"])


def test_a_column_of_dates_goes_before_them(tmp_path: Path) -> None:
    text = table("Date,Year,Month,Day", ["2026-03-09,2025,1,1", "2026-03-10,2025,1,2"])
    assert checked(written(tmp_path, {"ORBX.csv": text}))["symbols"]["ORBX"]["last"] == "2026-03-10"


@pytest.mark.parametrize(("names", "row"), [("Month,Day", "3,9"), ("Year,Month,Day", "2026,March,9")])
def test_what_to_do_is_said_where_a_part_is_missing(tmp_path: Path, names: str, row: str) -> None:
    (file,) = checked(written(tmp_path, {"ORBX.csv": table(names, [row])}))["files"]
    assert "where 9 stands; put the year, the month and the day into one column, such as 2026-03-12" in file["refused"]


def test_they_may_be_of_something_else_where_the_name_of_the_file_is_a_day(tmp_path: Path) -> None:
    text = "Symbol,Year,Month,Day,Open,High,Low,Close,Volume\nORBX,1999,3,4,101.5,102.6,100.9,102.2,1000\n"
    (file,) = checked(written(tmp_path, {"2026-11-09.csv": text}))["files"]
    assert not file["read"]
