"""Names of columns with a symbol within or behind them give all symbols, and no currency becomes one."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from technic_scanner.adapters.market_data.files.names_with_brackets import pairs_in_brackets
from tests.unit.adapters.market_data.files.reading import checked, written

FIELDS = ("Open", "High", "Low", "Close", "Volume")
BLOOMBERG = ("PX_OPEN", "PX_HIGH", "PX_LOW", "PX_LAST", "PX_VOLUME")
ROW = ",".join(("10.25", "12.5", "9.75", "11.5", "1500"))


def closes(folder: Path, names: list[str]) -> dict[str, float]:
    lines = [",".join(("Date", *names))]
    lines += [f"2026-03-0{day},{ROW},{ROW.replace('11.5', '11.25')}" for day in (2, 3, 4)]
    report = checked(written(folder, {"all.csv": "\n".join(lines) + "\n"}))
    return {symbol: entry["first_close"] for symbol, entry in report["symbols"].items()}


@pytest.mark.parametrize("form", ["{f}({s})", "{f} ({s})", "{f} [{s}]"])
def test_symbols_in_brackets(tmp_path: Path, form: str) -> None:
    names = [form.format(f=field, s=symbol) for symbol, field in product(("ORBX", "ZQM"), FIELDS)]
    assert closes(tmp_path, names) == {"ORBX": 11.5, "ZQM": 11.25}


@pytest.mark.parametrize(
    ("form", "fields"),
    [("{s} US Equity - {f}", FIELDS), ("{s} US Equity {f}", BLOOMBERG), ("{s} US Equity_{f}", FIELDS)],
)
def test_no_part_of_a_field_stays_with_the_symbol(tmp_path: Path, form: str, fields: tuple[str, ...]) -> None:
    names = [form.format(f=field, s=symbol) for symbol, field in product(("ORBX", "ZQM"), fields)]
    assert closes(tmp_path, names) == {"ORBX": 11.5, "ZQM": 11.25}


@pytest.mark.parametrize("pair", [("USD", "EUR"), ("raw", "adj"), ("bid", "ask"), ("$", "€"), ("R$", "Rs.")])
def test_what_prices_are_is_no_symbol(pair: tuple[str, str]) -> None:
    assert pairs_in_brackets(["Date", *(f"{field} ({what})" for what, field in product(pair, FIELDS))]) is None


def test_a_unit_in_brackets_is_no_symbol() -> None:
    assert pairs_in_brackets(["Date", *(f"{field} (Euro)" for field in FIELDS[:4]), "Volume (Stück)"]) is None


def test_footnotes_below_a_short_table_are_no_dates_that_cannot_be_read(tmp_path: Path) -> None:
    rows = "2026-03-02,10.25,12.5,9.75,11.5,1500\n2026-03-03,11.5,12.5,10.75,11.25,1700\n"
    foot = "".join(f"{text},,,,,\n" for text in ("Source: the exchange", "Prices in USD", "Delayed", "No guarantee"))
    (file,) = checked(written(tmp_path, {"ORBX.csv": "Date,Open,High,Low,Close,Volume\n" + rows + foot}))["files"]
    assert (file["read"], file["bars"], file["last"]) == (True, 2, "2026-03-03")


def test_dates_of_which_most_cannot_be_read_are_refused(tmp_path: Path) -> None:
    cells = ("020326", "030326", "311226", "100326", "110326")
    rows = "".join(f"{cell},10.25,12.5,9.75,11.5,1500\n" for cell in cells)
    (file,) = checked(written(tmp_path, {"ORBX.csv": "Date,Open,High,Low,Close,Volume\n" + rows}))["files"]
    assert not file["read"]
    assert "020326" in file["refused"]
