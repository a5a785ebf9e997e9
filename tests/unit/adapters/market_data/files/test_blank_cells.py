"""Tables whose cells stand apart by blanks alone are read if every row has as many cells as the header."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.adapters.market_data.files.reading import checked, written

NAMES = ["Date", "Open", "High", "Low", "Close", "Volume"]
ROWS = [
    ["2026-03-02", "10.25", "12.50", "9.75", "11.00", "1500"],
    ["2026-03-03", "11.25", "13.50", "10.75", "12.00", "1600"],
    ["2026-03-04", "12.25", "14.50", "11.75", "13.00", "1234567"],
]
ENDS = ("2026-03-02", "2026-03-04", 3, 10.25, 13.0, 1234567.0)


def read(folder: Path, text: str) -> tuple[Any, ...]:
    """Return what the only symbol was read as."""
    report = checked(written(folder, {"ORBX.txt": text}))
    assert report["symbols"], report["notes"]
    entry = report["symbols"]["ORBX"]
    return tuple(entry[key] for key in ("first", "last", "bars", "first_open", "last_close", "last_volume"))


def refusal(folder: Path, text: str) -> str:
    (file,) = checked(written(folder, {"ORBX.txt": text}))["files"]
    assert not file["read"]
    return str(file["refused"])


def aligned(rows: list[list[str]], width: int = 12) -> str:
    return "".join("".join(cell.rjust(width) for cell in row) + "\n" for row in rows)


def single(rows: list[list[str]]) -> str:
    return "".join(" ".join(row) + "\n" for row in rows)


@pytest.mark.parametrize("text", [single([NAMES, *ROWS]), aligned([NAMES, *ROWS])], ids=["single", "aligned"])
def test_blanks_between_the_cells(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == ENDS


def test_commas_within_aligned_volumes(tmp_path: Path) -> None:
    assert read(tmp_path, aligned([NAMES, *ROWS[:2], [*ROWS[2][:-1], "1,234,567"]])) == ENDS


def test_decimal_commas(tmp_path: Path) -> None:
    assert read(tmp_path, single([NAMES, *([cell.replace(".", ",") for cell in row] for row in ROWS)])) == ENDS


def test_a_rule_below_the_header_and_lines_around_the_table(tmp_path: Path) -> None:
    text = "Prices of one share\n" + aligned([NAMES]) + "-" * 70 + "\n" + aligned(ROWS) + "Source: an exchange\n"
    assert read(tmp_path, text) == ENDS


def test_a_name_of_two_words_above_an_aligned_column(tmp_path: Path) -> None:
    rows = [[*row[:5], row[4], row[5]] for row in ROWS]
    assert read(tmp_path, aligned([[*NAMES[:5], "Adj Close", "Volume"], *rows])) == ENDS


def test_a_date_with_a_time_in_an_aligned_table(tmp_path: Path) -> None:
    rows = [[f"{row[0]} 16:00", *row[1:]] for row in ROWS]
    assert read(tmp_path, aligned([NAMES, *rows], width=20)) == ENDS


@pytest.mark.parametrize("index", [0, 1])
def test_rows_with_a_running_number_in_front(tmp_path: Path, index: int) -> None:
    rows = [[str(number), *row] for number, row in enumerate(ROWS, index)]
    assert read(tmp_path, aligned([["", *NAMES], *rows])) == ENDS


def test_a_table_that_pandas_has_printed(tmp_path: Path) -> None:
    assert read(tmp_path, aligned([["", *NAMES[1:]]]) + "Date".ljust(72) + "\n" + aligned(ROWS)) == ENDS


def test_a_table_without_a_header(tmp_path: Path) -> None:
    assert read(tmp_path, single(ROWS)) == ENDS


def test_unknown_names_are_shown_one_by_one(tmp_path: Path) -> None:
    said = refusal(tmp_path, single([["alpha", "beta", "gamma", "delta", "epsilon", "zeta"], *ROWS]))
    assert "the columns found are alpha, beta, gamma, delta, epsilon, zeta" in said


@pytest.mark.parametrize(
    "rows",
    [
        [[f"{row[0]} 16:00", *row[1:]] for row in ROWS],
        [[row[0], f"{row[1]} {row[1]}", *row[2:]] for row in ROWS],
        [ROWS[0], [*ROWS[1][:4], "no close", ROWS[1][5]], ROWS[2]],
    ],
    ids=["a time", "two values in a cell", "words in one row"],
)
def test_rows_with_another_number_of_cells_are_refused_with_what_to_do(tmp_path: Path, rows: list[list[str]]) -> None:
    said = refusal(tmp_path, single([NAMES, *rows]))
    assert "its cells stand apart by blanks" in said
    assert "its header has 6" in said
    assert "has 7" in said
    assert "commas, tabs or semicolons" in said


def test_a_time_that_falls_below_a_price_is_not_taken_for_it(tmp_path: Path) -> None:
    names = ["Date", "Open", "High", "Low", "Close", "Adj", "Volume"]
    assert "its cells stand apart by blanks" in refusal(
        tmp_path, single([names, *([row[0], "16:00", *row[1:]] for row in ROWS)])
    )


def test_a_table_whose_middle_was_not_printed_is_refused(tmp_path: Path) -> None:
    said = refusal(tmp_path, aligned([NAMES, *ROWS[:2], ["..."] * 6, ROWS[2]]))
    assert "leaves rows out" in said


NOTES = ("Open and Close in USD\nData provided by NYSE Inc\n", "")
TITLES = ("", "KO Historical Open High Low Close Volume\n", "High Low Close Report\n", "Open Close\n")


@pytest.mark.parametrize("notes", NOTES)
@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("separator", [",", ", ", ";", "\t"])
def test_titles_and_footnotes_that_name_prices_cost_no_table_with_separators(
    tmp_path: Path, title: str, notes: str, separator: str
) -> None:
    rows = [("Date", "Open", "High", "Low", "Close", "Volume")]
    rows += [(f"2026-11-{day}", "101.5", "102.6", "100.9", "102.2", "1234567") for day in (10, 11, 12, 13)]
    text = title + "".join(separator.join(row) + "\n" for row in rows) + notes
    (file,) = checked(written(tmp_path, {"KO.csv": text}))["files"]
    assert file["read"], file["refused"]
    assert file["symbols"][0]["bars"] == 4


@pytest.mark.parametrize(
    "text",
    [
        "Date Open High Low Close Share Volume\n" + "2026-11-09 1600 101.5 102.6 100.9 102.2 1234567\n" * 3,
        "Symbol  Date  Open  High  Low  Close  Volume\n" + "KO  2026-11-09  102.6  100.9  102.2  1234567  *\n" * 3,
    ],
)
def test_cells_that_stand_below_the_names_beside_theirs_are_refused(tmp_path: Path, text: str) -> None:
    (file,) = checked(written(tmp_path, {"KO.txt": text}))["files"]
    assert not file["read"]
