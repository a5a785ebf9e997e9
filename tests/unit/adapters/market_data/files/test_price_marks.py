"""Marks of exchanges behind prices are taken off; every other cell that is no number is quoted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.adapters.market_data.files.reading import checked, written

HEAD = "Date;Open;High;Low;Close;Volume\n"
DAYS = ("2026-03-09", "2026-03-10", "2026-03-11")


def document(folder: Path, closes: tuple[str, ...], volume: str = "1500") -> dict[str, Any]:
    rows = "".join(f"{day};101,5;103,5;99,5;{close};{volume}\n" for day, close in zip(DAYS, closes, strict=True))
    return checked(written(folder, {"ORBX.csv": HEAD + rows}))


@pytest.mark.parametrize(
    "marks",
    [
        (" b", " bG", " b"),
        ("b", "bG", "bB"),
        ("", "", "*"),
        (" **", "", ""),
        (" r", " rG", " ebB"),
        (" ex D", "", ""),
    ],
)
def test_marks_behind_prices_are_left_out(tmp_path: Path, marks: tuple[str, ...]) -> None:
    report = document(tmp_path, tuple(f"102,25{mark}" for mark in marks))
    entry = report["symbols"]["ORBX"]
    assert (entry["bars"], entry["last_close"]) == (3, 102.25)
    assert "marks behind its prices were left out, as in 102,25" in " ".join(report["notes"])


@pytest.mark.parametrize("mark", [" B", " G", "G", " T", "-T", " -G"])
def test_a_price_at_which_nobody_traded_costs_its_row_and_is_quoted(tmp_path: Path, mark: str) -> None:
    report = document(tmp_path, ("102,25 b", "102,5 bG", f"103{mark}"))
    entry = report["symbols"]["ORBX"]
    assert (entry["bars"], entry["last_close"]) == (2, 102.5)
    assert f"103{mark} in its column Close was not read as a number" in " ".join(report["notes"])


@pytest.mark.parametrize("marks", [("b", "Q", "b"), ("B", "B", "B"), ("*", "*", "x*x")])
def test_a_column_in_which_one_cell_has_no_such_mark_is_left(tmp_path: Path, marks: tuple[str, ...]) -> None:
    report = document(tmp_path, tuple(f"102,25{mark}" for mark in marks))
    assert "marks behind" not in " ".join(report["notes"])
    assert not report["symbols"]


@pytest.mark.parametrize("cell", ["101 1/2", "112'16", "102-16", "101,50 Q"])
def test_a_price_that_is_no_number_is_quoted_in_the_refusal(tmp_path: Path, cell: str) -> None:
    (file,) = document(tmp_path, (cell,) * 3)["files"]
    assert "3 rows without a price left out" in file["refused"]
    assert f"{cell} in its column Close was not read as a number" in file["refused"]


@pytest.mark.parametrize("cell", ["101 1/2", "102.25.1", "halted"])
def test_it_is_quoted_in_a_note_where_other_rows_are_read(tmp_path: Path, cell: str) -> None:
    report = document(tmp_path, (cell, "102,25", "102,5"))
    assert report["symbols"]["ORBX"]["bars"] == 2
    assert f"{cell} in its column Close was not read as a number" in " ".join(report["notes"])


def test_a_volume_that_is_no_number_is_quoted(tmp_path: Path) -> None:
    report = document(tmp_path, ("102,25",) * 3, volume="12 lots")
    assert "12 lots in its column Volume was not read as a number" in " ".join(report["notes"])


@pytest.mark.parametrize(
    "cell", ["", "-", "n/a", "N/A", "NaN", "null", "#NV", "#N/A", "#N/A N/A", "k.A.", "--", "#WERT!"]
)
def test_what_says_itself_that_nothing_is_there_is_not_quoted(tmp_path: Path, cell: str) -> None:
    report = document(tmp_path, (cell, "102,25", "102,5"))
    assert report["symbols"]["ORBX"]["bars"] == 2
    assert "was not read as a number" not in " ".join(report["notes"])


def test_a_mark_behind_the_volume_is_no_unit_where_prices_have_marks(tmp_path: Path) -> None:
    report = document(tmp_path, ("102,25 b", "102,5 b", "102,75 b"), volume="1234567 b")
    assert report["files"][0]["symbols"][0]["last_volume"] == 1_234_567
