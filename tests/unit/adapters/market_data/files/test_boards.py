"""Rows of several boards of one symbol without a column for it, and rows that differ in another column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.adapters.market_data.files.reading import checked, written

DAYS = ("2026-03-02", "2026-03-03", "2026-03-04")


def the_file(folder: Path, name: str, text: str) -> dict[str, Any]:
    """Return what is said of the one file."""
    (file,) = checked(written(folder, {name: text}))["files"]
    found: dict[str, Any] = file
    return found


def table(column: str, *boards: tuple[str, float, int]) -> str:
    """Return the bars of each (board, close, volume) on each day, with the name of the board in ``column``."""
    rows = [
        f"{board};{day};{close};{close + 1};{close - 1};{close + n / 10};{volume}"
        for n, day in enumerate(DAYS)
        for board, close, volume in boards
    ]
    return "\n".join([f"{column};TRADEDATE;OPEN;HIGH;LOW;CLOSE;VOLUME", *rows, ""])


@pytest.mark.parametrize("column", ["BOARDID", "Series", "Market", "Exchange", "MIC"])
@pytest.mark.parametrize("main_first", [True, False])
def test_of_several_boards_of_the_symbol_in_the_name_the_main_one_is_used(
    tmp_path: Path, column: str, *, main_first: bool
) -> None:
    boards = (("TQBR", 100.0, 90_000), ("SMAL", 101.0, 12))
    file = the_file(tmp_path, "VKTR.csv", table(column, *(boards if main_first else boards[::-1])))
    assert file["read"], file["refused"]
    (symbol,) = file["symbols"]
    assert (symbol["symbol"], symbol["bars"], symbol["first_close"], symbol["last_close"]) == ("VKTR", 3, 100, 100.2)
    assert any(f"of several {column} a day (TQBR, SMAL); TQBR is used" in note for note in file["notes"])


@pytest.mark.parametrize(
    "boards",
    [(("TQBR", 100.0, 90_000), ("SMAL", 500.0, 12)), (("TQBR", 100.0, 0), ("SMAL", 101.0, 0))],
    ids=["prices far apart", "no volume"],
)
def test_boards_that_cannot_be_chosen_are_named(tmp_path: Path, boards: tuple[tuple[str, float, int], ...]) -> None:
    file = the_file(tmp_path, "VKTR.csv", table("BOARDID", *boards))
    assert not file["read"]
    assert "BOARDID" in file["refused"]


def test_a_board_of_which_there_is_one_does_not_hide_another_column_of_boards(tmp_path: Path) -> None:
    lines = table("Exchange", ("TQBR", 100.0, 90_000), ("SMAL", 101.0, 12)).splitlines()
    text = "\n".join([f"Series;{lines[0]}", *(f"EQ;{line}" for line in lines[1:]), ""])
    file = the_file(tmp_path, "VKTR.csv", text)
    assert file["read"], file["refused"]
    assert file["symbols"][0]["bars"] == 3


@pytest.mark.parametrize("column", ["currency", "Source", "adjustment kind"])
def test_rows_of_one_symbol_and_day_name_the_column_that_differs(tmp_path: Path, column: str) -> None:
    rows = [
        f"ORBX,{kind},{day},10,12,9,{close},{v}" for day in DAYS for kind, close, v in (("USD", 11, 5), ("EUR", 10, 6))
    ]
    file = the_file(tmp_path, "prices.csv", "\n".join([f"symbol,{column},date,open,high,low,close,volume", *rows, ""]))
    assert not file["read"]
    assert f"they differ in {column} (USD, EUR)" in file["refused"]
