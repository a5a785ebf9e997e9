"""A refused table with a column per symbol, or a number per row, is told what it seems to be and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.adapters.market_data.files.reading import checked, written

DAYS = ("2026-03-09", "2026-03-10", "2026-03-11")


def refusal(folder: Path, text: str) -> str:
    (file,) = checked(written(folder, {"close.csv": text}))["files"]
    assert not file["read"]
    assert "has no column for " in file["refused"]
    return str(file["refused"])


@pytest.mark.parametrize(
    "names", ["AAPL,MSFT,KO", "600519.SH,000001.SZ,300750.SZ", "AAPL US Equity,MSFT US Equity,KO US Equity"]
)
def test_a_column_per_symbol(tmp_path: Path, names: str) -> None:
    said = refusal(tmp_path, f"Date,{names}\n" + "".join(f"{day},10.5,11.25,12\n" for day in DAYS))
    first, second, _ = names.split(",")
    assert f"{first}, {second} and the others look like symbols" in said
    assert "scans need open, high, low, close and volume" in said
    assert "one under another" in said


@pytest.mark.parametrize(
    "names", ["alpha,beta,gamma", "RSI,MACD,VWAP", "Rate,Spread,Yield", "OPEN,AAPL,MSFT1234567890123"]
)
def test_other_names_are_not_said_to_be_symbols(tmp_path: Path, names: str) -> None:
    assert "symbols" not in refusal(tmp_path, f"Date,{names}\n" + "".join(f"{day},10.5,11.25,12\n" for day in DAYS))


def test_two_columns_of_symbols(tmp_path: Path) -> None:
    said = refusal(tmp_path, "Date,AAPL,MSFT\n" + "".join(f"{day},10,11\n" for day in DAYS))
    assert "AAPL, MSFT look like symbols" in said


def test_columns_of_words_are_no_symbols(tmp_path: Path) -> None:
    assert "symbols" not in refusal(tmp_path, "Date,KIND,STATE\n" + "".join(f"{day},new,open\n" for day in DAYS))


def test_a_row_per_field(tmp_path: Path) -> None:
    fields = ("open", "high", "low", "close", "volume")
    rows = "".join(f"ORBX,{day},{field},10\n" for day in DAYS for field in fields)
    said = refusal(tmp_path, "symbol,date,variable,value\n" + rows)
    assert "its column variable names the field of the one number in each row" in said
    assert "pivot" in said


def test_a_row_per_symbol_with_one_number(tmp_path: Path) -> None:
    rows = "".join(f"{day},{symbol},10.5\n" for day in DAYS for symbol in ("ORBX", "ZQM"))
    said = refusal(tmp_path, "Date,variable,value\n" + rows)
    assert "its column value holds one number for each variable and day" in said
