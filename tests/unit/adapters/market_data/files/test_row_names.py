"""Tables of R and pandas whose rows have names, and whose header has none for these names."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.adapters.market_data.files.row_names import names_of_rows
from tests.unit.adapters.market_data.files.reading import checked, written

NAMES = ["Open", "High", "Low", "Close", "Volume"]
DAYS = [date(2026, 3, 2) + timedelta(days=n) for n in range(4)]
PRICES = [[f"{10 + n}.25", f"{12 + n}.5", f"{9 + n}.75", f"{11 + n}.5", "1500"] for n in range(4)]
ENDS = ("2026-03-02", "2026-03-05", 4, 10.25, 14.5)


def read(folder: Path, text: str, name: str = "ORBX.txt") -> tuple[object, ...]:
    report = checked(written(folder, {name: text}))
    assert report["symbols"], report["notes"]
    entry = report["symbols"]["ORBX"]
    return tuple(entry[key] for key in ("first", "last", "bars", "first_open", "last_close"))


def quoted(cells: list[str], quote: str = '"') -> list[str]:
    return [f"{quote}{cell}{quote}" for cell in cells]


def lines(header: list[str], rows: list[list[str]], mark: str = " ") -> str:
    return "".join(mark.join(row) + "\n" for row in [header, *rows])


@pytest.mark.parametrize("mark", [" ", "\t", ",", ";"])
@pytest.mark.parametrize("quote", ['"', ""])
def test_rows_that_r_has_called_by_their_dates(tmp_path: Path, mark: str, quote: str) -> None:
    rows = [[*quoted([str(day)], quote), *row] for day, row in zip(DAYS, PRICES, strict=True)]
    assert read(tmp_path, lines(quoted(NAMES, quote), rows, mark)) == ENDS


@pytest.mark.parametrize("numbers", [(1, 2, 3, 4), (7, 8, 11, 12)], ids=["running", "of a part"])
@pytest.mark.parametrize("quote", ['"', ""])
def test_rows_that_r_has_numbered(tmp_path: Path, numbers: tuple[int, ...], quote: str) -> None:
    rows = [[*quoted([str(n)], quote), str(day), *row] for n, day, row in zip(numbers, DAYS, PRICES, strict=True)]
    assert read(tmp_path, lines(quoted(["Date", *NAMES], quote), rows)) == ENDS


def test_names_as_quantmod_writes_them_between_blanks(tmp_path: Path) -> None:
    rows = [[f'"{day}"', *row] for day, row in zip(DAYS, PRICES, strict=True)]
    assert read(tmp_path, lines(quoted([f"ORBX.{name}" for name in NAMES]), rows)) == ENDS


def test_a_name_in_quotes_with_a_blank_is_one_cell(tmp_path: Path) -> None:
    rows = [[f'"{n}"', str(day), '"Orbx Inc"', *PRICES[n]] for n, day in enumerate(DAYS)]
    assert read(tmp_path, lines(quoted(["Date", "Name", *NAMES]), rows)) == ENDS


def aligned(cells: list[list[str]]) -> str:
    widths = [max(len(row[place]) for row in cells) + 2 for place in range(len(cells[0]))]
    return "".join("".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) + "\n" for row in cells)


@pytest.mark.parametrize("time", ["", " 16:00:00"])
@pytest.mark.parametrize("names", [NAMES, [*NAMES[:4], "Adj Close", "Volume"]])
def test_an_index_without_a_name_that_pandas_prints(tmp_path: Path, time: str, names: list[str]) -> None:
    rows = [[f"{day}{time}", *row[:4], *row[3 : len(names) - 2], row[4]] for day, row in zip(DAYS, PRICES, strict=True)]
    assert read(tmp_path, aligned([["", *names], *rows])) == ENDS


def test_a_name_of_the_columns_above_that_of_the_index(tmp_path: Path) -> None:
    rows = [[str(day), *row] for day, row in zip(DAYS, PRICES, strict=True)]
    assert read(tmp_path, aligned([["Price", *NAMES], ["Date", *[""] * 5], *rows])) == ENDS


@pytest.mark.parametrize("sparse", [True, False])
def test_two_columns_of_the_index_that_pandas_prints(tmp_path: Path, *, sparse: bool) -> None:
    rows = [
        [symbol if not (sparse and n) else "", str(day), *PRICES[n]]
        for symbol in ("ORBX", "ZQM")
        for n, day in enumerate(DAYS)
    ]
    report = checked(written(tmp_path, {"all.txt": aligned([["", "", *NAMES], ["Symbol", "Date", *[""] * 5], *rows])}))
    assert {symbol: entry["bars"] for symbol, entry in report["symbols"].items()} == {"ORBX": 4, "ZQM": 4}


@given(st.lists(st.times(), min_size=1, max_size=6))
def test_a_time_behind_the_date_is_no_row_under_the_name_of_the_date(times: list[object]) -> None:
    rows = [[str(DAYS[0]), str(time), *PRICES[0]] for time in times]
    assert not names_of_rows(["Date", *NAMES], rows)


@given(st.lists(st.lists(st.text(max_size=4), max_size=9), min_size=1, max_size=5))
def test_rows_of_other_lengths_have_no_names(rows: list[list[str]]) -> None:
    assert names_of_rows(NAMES, rows) <= all(len(row) == len(NAMES) + 1 for row in rows)
