"""A settlement price of futures beside the last one is named where it is another price."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.adapters.market_data.files.reading import checked, written

ROWS = [("2026-03-02", 10.0, 12.0, 9.0, 11.5, 11.25), ("2026-03-03", 11.0, 13.0, 10.0, 12.5, 12.5)]


def notes(folder: Path, close: str, settle: str, rows: list[tuple[str, float, float, float, float, float]]) -> str:
    lines = [f"Date,Open,High,Low,{close},{settle},Volume", *(",".join(map(str, row)) + ",1500" for row in rows)]
    report = checked(written(folder, {"ESH6.csv": "\n".join(lines) + "\n"}))
    assert report["symbols"]["ESH6"]["first_close"] == 11.5
    return " ".join(report["notes"])


@pytest.mark.parametrize(
    ("close", "settle"), [("Last", "Settle"), ("Close", "Settlement Price"), ("PX_LAST", "Settle")]
)
def test_another_price_of_settlement_is_named(tmp_path: Path, close: str, settle: str) -> None:
    said = notes(tmp_path, close, settle, ROWS)
    assert f"{close} was taken for the close; {settle} is another price in 1 row: name it in files.toml" in said


def test_the_same_price_is_not_named(tmp_path: Path) -> None:
    same = [(*row[:5], row[4]) for row in ROWS]
    assert "Settle" not in notes(tmp_path, "Last", "Settle", same)


def test_a_settlement_price_that_files_toml_names_is_the_close(tmp_path: Path) -> None:
    written(tmp_path, {"files.toml": 'version = 1\n[files."*"]\ncolumns = { close = "Settle" }\n'})
    lines = ["Date,Open,High,Low,Last,Settle,Volume", *(",".join(map(str, row)) + ",1500" for row in ROWS)]
    report = checked(written(tmp_path, {"ESH6.csv": "\n".join(lines) + "\n"}))
    assert report["symbols"]["ESH6"]["first_close"] == 11.25
    assert "was taken for the close" not in " ".join(report["notes"])
