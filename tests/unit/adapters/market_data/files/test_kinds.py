"""Each kind of fault that files have, in other names, values and layouts: the right bars, or a refusal that says why."""
# ruff: noqa: E501 - the lines are those of the files

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from tests.unit.adapters.market_data.files.reading import checked, written

HEAD = "Date,Open,High,Low,Close,Volume\n"
ROW = "2026-03-02,10,12,9,11,1500\n"


def closes(folder: Path) -> dict[str, list[tuple[str, float, float]]]:
    """Return (session, close, volume) of the first and the last bar of each symbol."""
    found = {}
    for symbol, entry in checked(folder)["symbols"].items():
        ends = [(entry[w], entry[f"{w}_close"], entry[f"{w}_volume"]) for w in ("first", "last")]
        found[symbol] = list(dict.fromkeys(ends))
    return found


def one(folder: Path, **files: str | bytes) -> dict[str, list[tuple[str, float, float]]]:
    return closes(written(folder, {f"{name}.csv": content for name, content in files.items()}))


def refusal(folder: Path, text: str, name: str = "ORBX.csv") -> str:
    (file,) = checked(written(folder, {name: text}))["files"]
    assert file["read"] is False
    return str(file["refused"])


def notes(folder: Path) -> str:
    report = checked(folder)
    return " ".join([*report["notes"], *(note for file in report["files"] for note in file["notes"])])


def long(column: str, symbols: Iterable[str] = ("ORBX", "ZQM")) -> str:
    days = ("2026-03-02", "2026-03-03")
    rows = [f"{day},{symbol},10,12,9,{11 + n},{1500 + n}" for day in days for n, symbol in enumerate(symbols)]
    return f"date,{column},open,high,low,close,volume\n" + "\n".join(rows) + "\n"


# Which column is the symbol.


@pytest.mark.parametrize(
    "column",
    ["Name", "tic", "ts_code", "code", "Code", "SecuritiesCode", "index_code", "asset", "RIC", "ISIN", "TckrSymb", "SYMBOL",
     "stock_code", "Instrument", "secid", "PERMNO", "company", "종목코드", "股票代码", "銘柄コード", "тикер", "Ticker Symbol", "sym", "epic",
     "my_own_name", "paper_id"],
)  # fmt: skip
def test_the_symbol_is_found_by_name_or_by_content(tmp_path: Path, column: str) -> None:
    assert set(one(tmp_path, prices=long(column))) == {"ORBX", "ZQM"}


@pytest.mark.parametrize("codes", [("005930", "000660"), ("600519", "600520"), ("1301", "1332")])
def test_symbols_of_digits_keep_their_zeros(tmp_path: Path, codes: tuple[str, str]) -> None:
    assert set(one(tmp_path, prices=long("code", codes))) == set(codes)


@pytest.mark.parametrize(
    "symbol", ["NA", "NAN", "NULL", "TRUE", "FALSE", "1E5", "NONE", "N/A", "INF", "ON", "005930", "nan", "null"]
)
def test_symbols_that_look_like_something_else_are_symbols(tmp_path: Path, symbol: str) -> None:
    shown = symbol.upper().replace("/", "-")
    assert set(one(tmp_path / "long", prices=long("Symbol", ("KO", symbol)))) == {"KO", shown}
    if "/" not in symbol:
        assert set(one(tmp_path / "single", **{symbol: HEAD + ROW})) == {shown}


def test_companies_one_under_another_are_not_glued_together(tmp_path: Path) -> None:
    text = "date,what,open,high,low,close,volume\n2026-03-02,ORBX,10,12,9,11,1\n2026-03-03,ORBX,10,12,9,12,1\n2026-03-02,ZQM,20,22,19,21,1\n2026-03-03,ZQM,20,22,19,22,1\n"
    assert set(one(tmp_path, prices=text)) == {"ORBX", "ZQM"}


def test_several_rows_a_day_without_a_symbol_are_refused(tmp_path: Path) -> None:
    text = (
        HEAD + "2026-03-02,10,12,9,11,1\n2026-03-02,20,22,19,21,1\n2026-03-03,10,12,9,11,1\n2026-03-03,20,22,19,21,1\n"
    )
    said = refusal(tmp_path, text)
    assert "2 rows a day" in said
    assert "Date, Open, High, Low, Close, Volume" in said


def test_several_columns_that_could_be_the_symbol_are_named(tmp_path: Path) -> None:
    text = "date,aa,bb,open,high,low,close,volume\n" + "".join(
        f"2026-03-0{d},{x},{y},10,12,9,11,{v}\n"
        for d in (2, 3, 4)
        for x, y, v in (("ORBX", "LEFT", 1), ("ZQM", "RIGHT", 2))
    )
    assert "it could be aa, bb" in refusal(tmp_path, text)


def test_a_number_of_a_register_does_not_replace_the_symbol_in_the_name(tmp_path: Path) -> None:
    text = "Date,ISIN,Open,High,Low,Close,Volume\n2026-03-02,DE0001234567,10,12,9,11,1500\n"
    assert set(one(tmp_path, ORBX=text)) == {"ORBX"}


# Decimal mark, thousands mark, currency.


@pytest.mark.parametrize(
    ("price", "volume", "number"),
    [
        ("1.390,20", "1.000.000", 1390.2), ("1'390.20", "1'000'000", 1390.2), ("1 390,20", "1 000 000", 1390.2), ("1’390.20", "1’000’000", 1390.2),
        ("1\u00a0390,20", "1\u00a0000\u00a0000", 1390.2), ("1\u202f390,20", "1\u202f000\u202f000", 1390.2), ("1,390.20", "1,000,000", 1390.2),
        ("1390,2", "1000000", 1390.2), ("₹1,23,390.20", "10,00,000", 123390.2), ("$1,390.20", "1.00M", 1390.2), ("1.390,20 €", "1,00M", 1390.2),
        ("CHF 1'390.20", "1000K", 1390.2), ("kr 1.390,20", "1 000 000", 1390.2), ("1390,20 kr", "1000000", 1390.2), ("¥1,390.20", "100万", 1390.2),
        ("₩1,390.20", "1,000,000", 1390.2), ("R$ 1.390,20", "1.000.000", 1390.2), ("£1,390.20", "1mn", 1390.2), ("Rs. 1,390.20", "10 lakh", 1390.2),
        ("1390.20 USD", "1e6", 1390.2), ("1.390,20 zł", "1 mln", 1390.2), ("1 390,20 ₽", "1 000 000", 1390.2), ("1,39E+03", "1000000", 1390.0),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_written(tmp_path: Path, price: str, volume: str, number: float) -> None:
    rows = "".join(f"2026-03-0{day};{price};{price};{price};{price};{volume}\n" for day in (2, 3, 4))
    assert one(tmp_path, ORBX=HEAD.replace(",", ";") + rows)["ORBX"][-1] == ("2026-03-04", pytest.approx(number), 1e6)


@pytest.mark.parametrize("bad", ["#NV", "#WERT!", "n/a", "-", "", "x", "12.3.4", "k.A."])
def test_a_cell_that_is_no_number_costs_one_row(tmp_path: Path, bad: str) -> None:
    text = f"Date;Open;High;Low;Close;Volume\n2026-03-02;{bad};79,84;78,92;79,40;1000\n2026-03-03;79,5;79,84;78,92;79,49;1000\n2026-03-04;79,5;79,84;78,92;79,45;1000\n"
    found = one(tmp_path, ORBX=text)["ORBX"]
    assert found == [("2026-03-03", 79.49, 1000), ("2026-03-04", 79.45, 1000)]
    assert "1 row without a price left out" in notes(tmp_path)


def test_the_decimal_mark_agrees_over_a_folder(tmp_path: Path) -> None:
    sure = "Date;Open;High;Low;Close;Volume\n2026-03-02;79,50;79,84;78,92;79,40;1000\n"
    told = "Date;Open;High;Low;Close;Volume\n2026-03-02;1.390;1.402;1.381;1.391;1000\n"
    assert one(tmp_path, ORBX=sure, ZQM=told)["ZQM"] == [("2026-03-02", 1391, 1000)]


def test_thousands_that_nothing_tells_from_decimals_are_refused(tmp_path: Path) -> None:
    text = "Date;Open;High;Low;Close;Volume\n2026-03-02;1.390;1.402;1.381;1.391;1000\n"
    assert "nothing tells whether 1.390" in refusal(tmp_path, text)


def test_both_decimal_marks_in_one_file_are_refused(tmp_path: Path) -> None:
    text = "Date;Open;High;Low;Close;Volume\n2026-03-02;1.5;1.6;1.4;1.5;10\n2026-03-03;1,5;1,6;1,4;1,5;10\n"
    assert "mixes decimal marks" in refusal(tmp_path, text)


def test_unquoted_decimal_commas_between_commas_are_refused(tmp_path: Path) -> None:
    said = refusal(tmp_path, HEAD + "2026-03-02,10,5,12,5,9,5,11,5,1500\n")
    assert "save the file with semicolons" in said


# Dates.


def as_written(day: date, form: str) -> str:
    return day.strftime(form)


@pytest.mark.parametrize(
    "form",
    ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y", "%y/%m/%d",
     "%d.%m.%y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S+01:00", "%Y.%m.%d-00:00",
     "%Y年%m月%d日", "%Y. %m. %d.", "%d%b%Y", "%a %b %d %Y", "%a, %d %b %Y", "%Y%m%dT000000Z", "%m/%d/%Y 4:00 PM", "%Y%m%d000000", "%Y-%b-%d", "%Y%m%d 000000"],
)  # fmt: skip
def test_dates_are_read_in_every_order(tmp_path: Path, form: str) -> None:
    days = [
        date(2026, 1, 5) + timedelta(days=n) for n in range(40) if (date(2026, 1, 5) + timedelta(days=n)).weekday() < 5
    ]
    rows = "".join(f'"{as_written(day, form)}",10,12,9,11,1500\n' for day in days)
    found = one(tmp_path, ORBX=HEAD + rows)["ORBX"]
    assert [bar[0] for bar in found] == [str(days[0]), str(days[-1])]
    assert checked(tmp_path)["symbols"]["ORBX"]["bars"] == len(days)


@pytest.mark.parametrize("unit", [1, 10**3, 10**6, 10**9])
@pytest.mark.parametrize("kind", ["csv", "parquet", "float parquet"])
def test_stamps_of_every_unit(tmp_path: Path, unit: int, kind: str) -> None:
    stamps = [1772409600 * unit, 1772496000 * unit]
    if kind == "csv":
        text = "time,open,high,low,close,volume\n" + "".join(f"{stamp},10,12,9,11,1500\n" for stamp in stamps)
        written(tmp_path, {"ORBX.csv": text})
    else:
        values = np.array(stamps, dtype=np.float64 if kind.startswith("float") else np.int64)
        frame = pd.DataFrame({"time": values, "open": 10.0, "high": 12.0, "low": 9.0, "close": 11.0, "volume": 1500})
        frame.to_parquet(tmp_path / "ORBX.parquet", index=False)
    assert [bar[0] for bar in closes(tmp_path)["ORBX"]] == ["2026-03-02", "2026-03-03"]


def test_the_unit_of_stamps_is_told_value_by_value(tmp_path: Path) -> None:
    text = "open_time,open,high,low,close,volume\n1735603200000,10,12,9,11,1\n1735689600000000,10,12,9,12,1\n1735776000,10,12,9,13,1\n1735862400000000000,10,12,9,14,1\n"
    found = one(tmp_path, ORBX=text)["ORBX"]
    assert [bar[0] for bar in found] == ["2024-12-31", "2025-01-03"]
    assert checked(tmp_path)["symbols"]["ORBX"]["bars"] == 4


@pytest.mark.parametrize(
    ("number", "day"),
    [
        ("46071", "2026-02-18"),
        ("46071.0", "2026-02-18"),
        ("46071.6666", "2026-02-18"),
        ("20260218.0", "2026-02-18"),
        ("20260218", "2026-02-18"),
    ],
)
def test_days_that_are_numbers(tmp_path: Path, number: str, day: str) -> None:
    assert one(tmp_path, ORBX=HEAD + f"{number},10,12,9,11,1500\n")["ORBX"] == [(day, 11, 1500)]


def test_yyyymmdd_as_float_in_parquet(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"date": [20260302.0, 20260303.0], "open": 10.0, "high": 12.0, "low": 9.0, "close": 11.0, "volume": 1.0}
    )
    frame.to_parquet(tmp_path / "ORBX.parquet")
    assert [bar[0] for bar in closes(tmp_path)["ORBX"]] == ["2026-03-02", "2026-03-03"]


def test_the_order_is_told_by_another_file_of_the_folder(tmp_path: Path) -> None:
    head = "Symbol,Date,Open,High,Low,Close,Volume\n"
    files = {"a.csv": head + "ORBX,05/02/2026,10,12,9,11,1\n", "b.csv": head + "ORBX,27/02/2026,10,12,9,12,1\n"}
    assert [bar[0] for bar in closes(written(tmp_path, files))["ORBX"]] == ["2026-02-05", "2026-02-27"]


def test_the_order_is_told_by_all_files_together(tmp_path: Path) -> None:
    head = "Symbol,Date,Open,High,Low,Close,Volume\n"
    days = [date(2026, 2, day) for day in (2, 3, 4, 5, 6, 9, 10)]
    files = {f"part{n}.csv": head + f"ORBX,{day:%d/%m/%Y},10,12,9,11,1\n" for n, day in enumerate(days)}
    assert [bar[0] for bar in closes(written(tmp_path, files))["ORBX"]] == ["2026-02-02", "2026-02-10"]


def test_an_order_that_nothing_tells_is_refused(tmp_path: Path) -> None:
    assert "nothing tells whether the day or the month comes first" in refusal(
        tmp_path, HEAD + "05/02/2026,10,12,9,11,1\n"
    )


def test_dates_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    text = HEAD + "27/02/2026,10,12,9,11,1\n02/28/2026,10,12,9,11,1\n"
    assert "contradict each other" in refusal(tmp_path, text)


@pytest.mark.parametrize("word", ["févr.", "мая", "foo"])
def test_months_of_no_one_language_are_refused(tmp_path: Path, word: str) -> None:
    text = HEAD + f"18 Feb 2026,10,12,9,11,1\n18 {word} 2026,10,12,9,11,1\n"
    said = refusal(tmp_path, text)
    assert word.rstrip(".") in said
    assert "save the dates as 2026-02-18" in said


@pytest.mark.parametrize("day", ["1899-12-31", "2027-05-05", "9999-12-31", "1066-10-14"])
def test_no_impossible_day_is_kept_silently(tmp_path: Path, day: str) -> None:
    assert one(tmp_path, ORBX=HEAD + ROW + f"{day},10,12,9,11,1500\n")["ORBX"] == [("2026-03-02", 11, 1500)]
    assert "1 row dated before 1900 or after tomorrow left out" in notes(tmp_path)


def test_stamps_of_midnight_in_asia_are_on_their_own_day(tmp_path: Path) -> None:
    days = [
        date(2026, 3, 2) + timedelta(days=n) for n in range(28) if (date(2026, 3, 2) + timedelta(days=n)).weekday() < 5
    ]
    stamps = [
        int((datetime(day.year, day.month, day.day) - datetime(1970, 1, 1)).total_seconds()) - 9 * 3600 for day in days
    ]
    text = "time,open,high,low,close,volume\n" + "".join(f"{stamp},10,12,9,11,1\n" for stamp in stamps)
    assert [bar[0] for bar in one(tmp_path, ORBX=text)["ORBX"]] == [str(days[0]), str(days[-1])]
    assert "east of Greenwich" in notes(tmp_path)


# Which column is what.


@pytest.mark.parametrize(
    "header",
    ["Date,Open,High,Low,Last,Close,Volume", "Date,Open,High,Low,Price,Close,Volume", "Date,Open,High,Low,Prev Close,Close,Volume",
     "Date,Open,High,Low,LTP,close,Volume", "Date,Open,High,Low,Previous Close,ClosePrice,Volume", "date,OPEN,HIGH,LOW,LAST_PRICE,CLOSE_PRICE,VOLUME"],
)  # fmt: skip
def test_close_goes_before_last_and_price(tmp_path: Path, header: str) -> None:
    assert one(tmp_path, ORBX=f"{header}\n2026-03-02,10,12,9,99,11,1500\n")["ORBX"] == [("2026-03-02", 11, 1500)]


@pytest.mark.parametrize(
    "name",
    [
        "Adj. Close",
        "adjClose",
        "Adj Close",
        "adj_close",
        "AdjClose",
        "Adjusted Close",
        "adjusted_close",
        "close_adj",
        "Adj Close**",
        "ADJ_CLOSE",
        "AdjustedClose",
        "AdjustmentClose",
        "closeadj",
    ],
)
def test_adjusted_closes_in_all_spellings(tmp_path: Path, name: str) -> None:
    text = f"Date,Open,High,Low,Close,{name},Volume\n2026-03-02,20,24,18,22,11,1500\n2026-03-03,11,13,10,12,12,1600\n"
    assert one(tmp_path, ORBX=text)["ORBX"] == [("2026-03-02", 11, 1500), ("2026-03-03", 12, 1600)]


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "index", "#", "No", "No.", "row", "id", "№", "Nr.", "行"])
def test_a_row_number_never_beats_a_date(tmp_path: Path, name: str) -> None:
    text = f"{name},Date,Open,High,Low,Close,Volume\n1,2026-03-02,10,12,9,11,1500\n2,2026-03-03,10,12,9,12,1500\n"
    assert [bar[:2] for bar in one(tmp_path, ORBX=text)["ORBX"]] == [("2026-03-02", 11), ("2026-03-03", 12)]


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "index"])
def test_an_unnamed_index_of_dates_is_the_date(tmp_path: Path, name: str) -> None:
    assert one(tmp_path, ORBX=HEAD.replace("Date", name) + ROW)["ORBX"] == [("2026-03-02", 11, 1500)]


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    equal = "Date,Open,High,Low,Close,Close,Volume\n2026-03-02,10,12,9,11,11,1500\n"
    assert one(tmp_path, ORBX=equal)["ORBX"] == [("2026-03-02", 11, 1500)]
    assert "two columns are called Close and differ" in refusal(tmp_path, equal.replace("11,11", "11,12"))


@pytest.mark.parametrize(
    "lines",
    ["Price,Close,High,Low,Open,Volume\nTicker,ORBX,ORBX,ORBX,ORBX,ORBX\nDate,,,,,\n", "Ticker,ORBX,ORBX,ORBX,ORBX,ORBX\nPrice,Close,High,Low,Open,Volume\nDate,,,,,\n",
     ",Close,High,Low,Open,Volume\n,ORBX,ORBX,ORBX,ORBX,ORBX\nDate,,,,,\n", ",ORBX,ORBX,ORBX,ORBX,ORBX\n,Close,High,Low,Open,Volume\nDate,,,,,\n",
     "Attributes,Close,High,Low,Open,Volume\nSymbols,ORBX,ORBX,ORBX,ORBX,ORBX\nDate,,,,,\n", ",Close,High,Low,Open,Volume\n,ORBX,ORBX,ORBX,ORBX,ORBX\n",
     "Price,Adj Close,Close,High,Low,Open\nTicker,ORBX,ORBX,ORBX,ORBX,ORBX\nDate,,,,,\n", "Date,ORBX Close,ORBX High,ORBX Low,ORBX Open,ORBX Volume\n",
     "Date,Close_ORBX,High_ORBX,Low_ORBX,Open_ORBX,Volume_ORBX\n", "Datetime,ORBX.Close,ORBX.High,ORBX.Low,ORBX.Open,ORBX.Volume\n",
     "Unnamed: 0,Close,High,Low,Open,Volume\nTicker,ORBX,ORBX,ORBX,ORBX,ORBX\nDate,,,,,\n"],
)  # fmt: skip
def test_two_level_headers(tmp_path: Path, lines: str) -> None:
    row = "2026-03-02,11,11,12,9,10\n" if "Adj" in lines else "2026-03-02,11,12,9,10,1500\n"
    (bar,) = one(tmp_path, prices=lines + row)["ORBX"]
    assert bar[:2] == ("2026-03-02", 11)


@pytest.mark.parametrize("kind", ["unnamed index", "named index", "two levels", "rows by symbol", "column of dates"])
def test_parquet_of_pandas(tmp_path: Path, kind: str) -> None:
    days = pd.DatetimeIndex(["2026-03-02", "2026-03-03"])
    frame = pd.DataFrame(
        {"Open": [10.0, 11], "High": [12.0, 13], "Low": [9.0, 10], "Close": [11.0, 12], "Volume": [1500, 1600]},
        index=days,
    )
    name = "ORBX"
    if kind == "named index":
        frame.index.name = "Date"
    elif kind == "two levels":
        frame.columns = pd.MultiIndex.from_product([frame.columns, ["ORBX"]], names=["Price", "Ticker"])
        frame.index.name = "Date"
        name = "prices"
    elif kind == "rows by symbol":
        frame = pd.concat({"ORBX": frame}, names=["symbol", "date"])
        name = "prices"
    elif kind == "column of dates":
        frame = frame.reset_index(names="day")
    frame.to_parquet(tmp_path / f"{name}.parquet")
    assert closes(tmp_path)["ORBX"] == [("2026-03-02", 11, 1500), ("2026-03-03", 12, 1600)]


@pytest.mark.parametrize(
    "text",
    ["\n\n" + HEAD + ROW, "sep=,\n" + HEAD + ROW, "Orbis Inc.\nPrices in USD\n\n" + HEAD + ROW, HEAD.strip() + ",\n" + ROW, HEAD + ROW.strip() + ",\n", HEAD + ROW.strip() + ",,\n",
     HEAD.replace(",", "\t") + ROW.replace(",", "\t"), HEAD.replace(",", "|") + ROW.replace(",", "|"), HEAD.replace("\n", "\r\n") + ROW.replace("\n", "\r\n"),
     HEAD.replace("\n", "\r") + ROW.replace("\n", "\r"), HEAD + ROW + "\n\n", "# made by a script\n" + HEAD + ROW, HEAD + ROW + "Source: somebody\n", HEAD.replace(",", ", ") + ROW.replace(",", ", "),
     '"Date,Open,High,Low,Close,Volume"\n"2026-03-02,10,12,9,11,1500"\n', HEAD.upper() + ROW, HEAD + "   \n" + ROW, HEAD + ROW + "\0\0\0\0"],
)  # fmt: skip
def test_what_stands_around_the_table(tmp_path: Path, text: str) -> None:
    assert one(tmp_path, ORBX=text)["ORBX"] == [("2026-03-02", 11, 1500)]


# What frame the bars are.


def test_bars_of_minutes_become_sessions(tmp_path: Path) -> None:
    text = "Date,Time,Open,High,Low,Close,Volume\n" + "".join(
        f"2026-03-0{day},{clock},{o},{o + 2},{o - 1},{o + 1},10\n"
        for day in (2, 3)
        for o, clock in ((10, "09:30"), (11, "09:31"), (14, "15:59"))
    )
    report = checked(written(tmp_path, {"ORBX.csv": text}))
    entry = report["symbols"]["ORBX"]
    assert [entry[f"last_{name}"] for name in ("open", "high", "low", "close", "volume")] == [10, 16, 9, 15, 30]
    assert (report["files"][0]["frame"], report["files"][0]["read"]) == ("minute", True)
    assert "6 were put together to 2 sessions" in notes(tmp_path)


def test_hours_of_many_symbols_newest_first(tmp_path: Path) -> None:
    text = "symbol,datetime,open,high,low,close,volume\n" + "".join(
        f"{s},2026-03-02 {h}:00:00,{h},{h + 1},{h - 1},{h},5\n" for h in (15, 14, 13) for s in ("ORBX", "ZQM")
    )
    assert one(tmp_path, prices=text) == {s: [("2026-03-02", 15, 15)] for s in ("ORBX", "ZQM")}


@pytest.mark.parametrize(("days", "frame"), [(7, "week"), (30, "month"), (31, "month"), (91, "month")])
def test_weeks_and_months_are_no_days(tmp_path: Path, days: int, frame: str) -> None:
    rows = "".join(f"{date(2024, 1, 5) + timedelta(days=n * days)},10,12,9,11,1\n" for n in range(8))
    (file,) = checked(written(tmp_path, {"ORBX.csv": HEAD + rows}))["files"]
    assert (file["read"], file["frame"]) == (False, frame)
    assert frame in file["refused"]


@pytest.mark.parametrize(
    ("per", "frame"), [("W", "week"), ("M", "month"), ("D", "day"), ("5", "minute"), ("1wk", "week")]
)
def test_a_column_may_name_the_frame(tmp_path: Path, per: str, frame: str) -> None:
    text = f"<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>\nORBX,{per},20260302,093000,10,12,9,11,1\nORBX,{per},20260303,093000,10,12,9,11,1\n"
    (file,) = checked(written(tmp_path, {"ORBX.txt": text}))["files"]
    assert (file["frame"], file["read"]) == (frame, frame in ("day", "minute"))


def test_files_of_one_session_a_week_are_no_days(tmp_path: Path) -> None:
    head = "Symbol,Date,Open,High,Low,Close,Volume\n"
    days = [date(2026, 1, 2) + timedelta(days=7 * n) for n in range(6)]
    report = checked(written(tmp_path, {f"{day}.csv": head + f"ORBX,{day},10,12,9,11,1\n" for day in days}))
    assert {file["frame"] for file in report["files"]} == {"week"}
    assert report["symbols"] == {}


# Whose bar it is.


def test_a_second_download_is_the_same_symbol(tmp_path: Path) -> None:
    files = {"ORBX.csv": HEAD + ROW, "ORBX (1).csv": HEAD + ROW + "2026-03-03,10,12,9,12,1600\n"}
    assert closes(written(tmp_path, files)) == {"ORBX": [("2026-03-02", 11, 1500), ("2026-03-03", 12, 1600)]}


def test_files_that_differ_are_told_and_the_newer_is_used(tmp_path: Path) -> None:
    files = {
        "ORBX.csv": HEAD + ROW,
        "ORBX - Copy.csv": HEAD + "2026-03-02,20,24,18,22,750\n2026-03-03,20,24,18,23,800\n",
    }
    assert closes(written(tmp_path, files)) == {"ORBX": [("2026-03-02", 22, 750), ("2026-03-03", 23, 800)]}
    assert (
        "ORBX is in ORBX - Copy.csv and in ORBX.csv with other values on 1 of 1 common sessions; ORBX - Copy.csv is used"
        in notes(tmp_path)
    )


@pytest.mark.parametrize(
    ("names", "symbol"),
    [
        (("BRK.B", "BRK-B", "BRK_B"), "BRK-B"),
        (("BF.A",), "BF-A"),
        (("BTC_USDT",), "BTC-USDT"),
        (("VOD.L",), "VOD.L"),
        (("7203.T",), "7203.T"),
        (("SAP.DE",), "SAP.DE"),
    ],
)
def test_one_way_to_write_a_symbol(tmp_path: Path, names: tuple[str, ...], symbol: str) -> None:
    assert set(one(tmp_path, **dict.fromkeys(names, HEAD + ROW))) == {symbol}


@pytest.mark.parametrize("written_as", ["BRK.B", "BRK-B", "BRK/B", "BRK B", "brk.b", '"BRK.B"', " BRK.B "])
def test_share_classes_in_a_column(tmp_path: Path, written_as: str) -> None:
    assert set(one(tmp_path, prices=long("symbol", ("KO", written_as)))) == {"KO", "BRK-B"}


@pytest.mark.parametrize(
    ("names", "symbols"),
    [
        (("NASDAQ_ORBX, 1D", "NYSE_ZQM, 1D"), {"ORBX", "ZQM"}), (("orbx.us", "zqm.us"), {"ORBX", "ZQM"}), (("daily_ORBX", "daily_ZQM"), {"ORBX", "ZQM"}),
        (("HistoricalData_ORBX", "HistoricalData_ZQM"), {"ORBX", "ZQM"}), (("ORBX_data", "ZQM_data"), {"ORBX", "ZQM"}), (("ORBX_2020-01-01_2026-01-01", "ZQM_2021-01-01_2026-01-01"), {"ORBX", "ZQM"}),
        (("ORBX Historical Data", "ZQM Historical Data"), {"ORBX", "ZQM"}), (("my_export_ORBX", "my_export_ZQM", "my_export_KO"), {"ORBX", "ZQM", "KO"}), (("BTC-USD", "ETH-USD"), {"BTC-USD", "ETH-USD"}),
        (("NYSE_ORBX", "ZQM"), {"NYSE_ORBX", "ZQM"}), (("NYSE_ORBX", "NASDAQ_ORBX"), {"NYSE_ORBX", "NASDAQ_ORBX"}), (("DATA", "EOD"), {"DATA", "EOD"}), (("SAP.DE", "BMW.DE", "BAS.DE"), {"SAP.DE", "BMW.DE", "BAS.DE"}),
    ],
)  # fmt: skip
def test_what_all_names_have_is_no_part_of_the_symbol(
    tmp_path: Path, names: tuple[str, ...], symbols: set[str]
) -> None:
    assert set(one(tmp_path, **dict.fromkeys(names, HEAD + ROW))) == symbols


@pytest.mark.parametrize("column", ["BOARDID", "Series", "Exchange", "market", "MIC", "SctySrs"])
def test_the_main_board_is_used(tmp_path: Path, column: str) -> None:
    text = f"Date,Symbol,{column},Open,High,Low,Close,Volume\n2026-03-02,ORBX,MAIN,10,12,9,11,1500\n2026-03-02,ORBX,SMALL,20,22,19,21,12\n2026-03-03,ORBX,MAIN,10,12,9,12,1500\n2026-03-03,ORBX,SMALL,20,22,19,22,12\n"
    assert one(tmp_path, prices=text)["ORBX"] == [("2026-03-02", 11, 1500), ("2026-03-03", 12, 1500)]
    assert f"several {column} a day (MAIN, SMALL); MAIN is used" in notes(tmp_path)


def test_a_series_that_follows_another_is_kept(tmp_path: Path) -> None:
    text = "Date,Symbol,Series,Open,High,Low,Close,Volume\n2026-03-02,ORBX,EQ,10,12,9,11,1500\n2026-03-02,ORBX,BL,10,10,10,10,1\n2026-03-03,ORBX,BE,10,12,9,12,1600\n"
    assert one(tmp_path, prices=text)["ORBX"] == [("2026-03-02", 11, 1500), ("2026-03-03", 12, 1600)]


# Corporate actions.


@pytest.mark.parametrize(
    ("ratio", "words"),
    [(2, "2:1"), (3, "3:1"), (10, "10:1"), (20, "20:1"), (0.1, "1:10"), (0.5, "1:2"), (1 / 16, "1:16"), (60, "60:1")],
)
def test_jumps_that_look_like_splits_are_told(tmp_path: Path, ratio: float, words: str) -> None:
    rows = "".join(
        f"2026-03-{day:02d},{p},{p * 1.01},{p * 0.99},{p},{int(1000 * 100 / p)}\n"
        for day, p in [(2, 100.0), (3, 101.0), (4, 100.0), (5, 100.5 / ratio), (6, 101 / ratio)]
    )
    written(tmp_path, {"ORBX.csv": HEAD + rows})
    assert f"looks like an unadjusted {words} split" in notes(tmp_path)


@pytest.mark.parametrize("column", ["Stock Splits", "Split Ratio", "splitFactor", "split_coefficient"])
def test_a_split_column_repairs_prices_and_volumes(tmp_path: Path, column: str) -> None:
    text = f"Date,Open,High,Low,Close,Volume,{column}\n2026-03-02,100,104,98,102,1000,0\n2026-03-03,25.5,26,25,25.6,4100,4\n"
    assert one(tmp_path, ORBX=text)["ORBX"] == [("2026-03-02", 25.5, 4000), ("2026-03-03", 25.6, 4100)]
    assert "adjusted by them" in notes(tmp_path)


def test_a_split_column_beside_adjusted_prices_changes_nothing(tmp_path: Path) -> None:
    text = "Date,Open,High,Low,Close,Volume,Dividends,Stock Splits\n2026-03-02,25,26,24,25.5,4000,0,0\n2026-03-03,25.5,26,25,25.6,4100,0,4\n"
    assert one(tmp_path, ORBX=text)["ORBX"] == [("2026-03-02", 25.5, 4000), ("2026-03-03", 25.6, 4100)]


def test_adjusted_prices_beside_raw_volumes_are_noticed(tmp_path: Path) -> None:
    text = "Date,Open,High,Low,Close,Adj Close,Volume\n2026-03-02,100,104,98,100,25,1000\n2026-03-03,25.5,26,25,25.6,25.6,4100\n"
    assert one(tmp_path, ORBX=text)["ORBX"] == [("2026-03-02", 25, 1000), ("2026-03-03", 25.6, 4100)]
    assert "its prices are adjusted for splits and its volumes are not" in notes(tmp_path)


def test_how_far_apart_the_symbols_are(tmp_path: Path) -> None:
    late = HEAD + "".join(f"2026-03-{day:02d},10,12,9,11,1\n" for day in (2, 3, 4, 5, 6))
    one(tmp_path, ORBX=late, ZQM=HEAD + ROW)
    assert "up to 4 sessions apart: 1 of 2 symbols end before 2026-03-06, the first on 2026-03-02 (ZQM)" in notes(
        tmp_path
    )


# Containers.


def short(value: str | bytes) -> str:
    """Name a case by its file alone: packed content holds the time of packing, which differs between processes."""
    return value if isinstance(value, str) and len(value) < 60 and value.isprintable() else "content"


def zipped(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ORBX.csv.gz", gzip.compress((HEAD + ROW).encode())), ("ORBX.csv.bz2", bz2.compress((HEAD + ROW).encode())), ("ORBX.csv.xz", lzma.compress((HEAD + ROW).encode())),
        ("ORBX.zip", zipped(**{"ORBX.csv": HEAD + ROW})), ("all.zip", zipped(**{"in/ORBX.csv": HEAD + ROW, "__MACOSX/x.csv": "?"})), ("us/ORBX.csv", HEAD + ROW), ("a/b/c/ORBX.txt", HEAD + ROW),
        ("bars/symbol=ORBX/part-0.csv", HEAD + ROW), ("bars/ticker=ORBX/date=2026-03-02/data.csv", "Open,High,Low,Close,Volume\n10,12,9,11,1500\n"), ("ORBX/2026.csv", HEAD + ROW), ("ORBX.csv.gz", gzip.compress((HEAD + ROW).encode()) + b"?"),
        ("ORBX.csv", (HEAD + ROW).encode("utf-16")), ("ORBX.csv", (HEAD + ROW).encode("utf-16-le")), ("ORBX.csv", (HEAD + ROW).encode("utf-16-be")), ("ORBX.csv", (HEAD + ROW).encode("utf-8-sig")), ("ORBX.csv", (HEAD + ROW).encode("utf-32")),
        ("ORBX.csv", ("日期,开盘,最高,最低,收盘,成交量\n" + ROW).encode("gbk")), ("ORBX.csv", ("日付,始値,高値,安値,終値,出来高\n" + ROW).encode("shift_jis")), ("ORBX.csv", ("Дата;Открытие;Максимум;Минимум;Закрытие;Объём\n" + ROW.replace(",", ";")).encode("cp1251")),
        ("ORBX.csv", ("Datum;Eröffnung;Hoch;Tief;Schluss;Stück\n" + ROW.replace(",", ";")).encode("cp1252")), ("ORBX.csv", ("날짜,시가,고가,저가,종가,거래량\n" + ROW).encode("euc-kr")),
    ],
    ids=short,
)  # fmt: skip
def test_containers_and_encodings(tmp_path: Path, name: str, content: str | bytes) -> None:
    assert closes(written(tmp_path, {name: content})) == {"ORBX": [("2026-03-02", 11, 1500)]}


def test_feather_and_partitioned_parquet(tmp_path: Path) -> None:
    table = pa.table(
        {"date": [date(2026, 3, 2)], "open": [10.0], "high": [12.0], "low": [9.0], "close": [11.0], "volume": [1500]}
    )
    feather.write_feather(table, tmp_path / "ORBX.feather")
    pq.write_to_dataset(table.append_column("symbol", pa.array(["ZQM"])), tmp_path / "hive", partition_cols=["symbol"])
    assert set(closes(tmp_path)) == {"ORBX", "ZQM"}


def test_one_file_a_session_without_a_column_of_dates(tmp_path: Path) -> None:
    files = {
        f"EQ_{day}.csv": f"SC_CODE,OPEN,HIGH,LOW,CLOSE,NO_OF_SHRS\n500001,10,12,9,{close},1500\n"
        for day, close in (("20260302", 11), ("20260303", 12))
    }
    assert closes(written(tmp_path, files)) == {"500001": [("2026-03-02", 11, 1500), ("2026-03-03", 12, 1500)]}
    assert "2026-03-02 was taken from its name" in notes(tmp_path)


def test_what_is_not_looked_at_is_named_with_what_to_do(tmp_path: Path) -> None:
    written(
        tmp_path,
        {
            "ORBX.csv": HEAD + ROW,
            "book.xlsx": b"PK",
            "x.pkl": b"\x80",
            "a.7z": b"7z",
            "deep/y.h5": b"x",
            "readme.md": "hello",
            "z.zip": b"PK\x03\x04?",
        },
    )
    said = notes(tmp_path)
    for part in (
        "5 things were not looked at",
        "book.xlsx (save it as CSV)",
        "x.pkl (save it as Parquet",
        "a.7z (unpack it)",
        "deep/y.h5",
        "z.zip (it is no zip file",
    ):
        assert part in said
    assert "readme" not in said


# A bad file is left out with its reason.

GOOD = HEAD + "".join(f"2026-03-{day:02d},10,12,9,11,1500\n" for day in range(2, 28))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bad.csv", b""), ("bad.csv", b"\x00" * 100), ("bad.csv", b"\xff\xfe\x00"), ("bad.csv", bytes(range(256)) * 10), ("bad.parquet", b"PAR1"), ("bad.parquet", b"nothing"), ("bad.feather", b"ARROW1"), ("bad.csv.gz", b"\x1f\x8b\x08"),
        ("bad.csv.gz", gzip.compress(GOOD.encode())[:-20]), ("bad.csv.xz", b"?"), ("bad.csv.bz2", b"?"), ("bad.csv.zst", b"?"), ("bad.csv", "a,b,c\n1,2,3\n"), ("bad.csv", "Date,Close\n2026-03-02,11\n"), ("bad.csv", '"' * 999), ("bad.csv", HEAD),
        ("bad.csv", HEAD + "soon,10,12,9,11,1\n"), ("bad.csv", HEAD + "2026-03-02,x,x,x,x,x\n"), ("bad.csv", "Date,Open,High,Low,Close,Volume"), ("bad.csv", "\n\n\n"), ("bad.txt", "This is a letter.\nIt has two lines.\n"), ("bad.csv", "," * 5000),
        ("bad.csv", HEAD + "2026-03-02,1e999,1e999,1e999,1e999,1e999\n"), ("bad.csv", HEAD + "99999999999999999999,10,12,9,11,1\n"), ("bad.csv", "{\"a\": 1}"), ("bad.csv", "<html><body>Not found</body></html>"),
    ],
    ids=short,
)  # fmt: skip
def test_a_bad_file_costs_itself_alone(tmp_path: Path, name: str, content: str | bytes) -> None:
    report: dict[str, Any] = checked(written(tmp_path, {"ORBX.csv": GOOD, name: content}))
    assert report["symbols"]["ORBX"]["bars"] == 26
    bad = next(file for file in report["files"] if file["path"] == name)
    assert bad["read"] is False
    assert str(bad["refused"]).endswith(".")
    assert str(tmp_path) not in str(bad["refused"])
    assert any(name in note for note in report["notes"])


@pytest.mark.parametrize("end", [b"\xe9", b"\xc3", b"\xff", b"\x00\x00\x00", b"\x1a", b"\x80\x81"])
def test_bad_bytes_at_the_end_cost_no_row(tmp_path: Path, end: bytes) -> None:
    assert checked(written(tmp_path, {"ORBX.csv": GOOD.encode() + end}))["symbols"]["ORBX"]["bars"] == 26


def test_a_header_of_unknown_names_is_no_missing_header(tmp_path: Path) -> None:
    text = "Tag;Auf;Oben;Unten;Kurs 1;Kurs 2;Umlauf\n2026-03-02;10,5;12,5;9,5;11,5;11,6;1000\n"
    said = refusal(tmp_path, text)
    assert "has no column for" in said
    assert "Tag, Auf, Oben, Unten, Kurs 1, Kurs 2, Umlauf" in said


@pytest.mark.parametrize("index", ["sym", "Name", "ticker", "code", ""])
@pytest.mark.parametrize("ticker_first", [True, False])
def test_two_header_lines_are_read_whatever_the_tickers_are_called(
    tmp_path: Path, index: str, ticker_first: bool
) -> None:
    days = pd.to_datetime(["2026-03-12", "2026-03-13"])
    rows = [(day, symbol, 10, 12, 9, 11 + n, 1500) for day in days for n, symbol in enumerate(("ORBX", "ZQM"))]
    frame = pd.DataFrame(rows, columns=["Date", "s", "Open", "High", "Low", "Close", "Volume"])
    wide = frame.pivot_table(index="Date", columns="s").rename_axis(columns=[None, index or None])
    written(tmp_path, {"all.csv": (wide.swaplevel(axis=1) if ticker_first else wide).to_csv()})
    assert {symbol: bars[-1][1] for symbol, bars in closes(tmp_path).items()} == {"ORBX": 11, "ZQM": 12}


@pytest.mark.parametrize("name", ["ORBX.parquet.gzip", "ORBX.snappy.parquet", "ORBX.parquet.snappy", "ORBX.gz.parquet"])
def test_parquet_is_known_under_the_names_that_pandas_and_spark_give(tmp_path: Path, name: str) -> None:
    frame = pd.DataFrame({"Date": ["2026-03-12"], "Open": 10.0, "High": 12.0, "Low": 9.0, "Close": 11.0, "Volume": 15})
    frame.to_parquet(tmp_path / name)
    assert closes(tmp_path) == {"ORBX": [("2026-03-12", 11, 15)]}


@pytest.mark.parametrize(
    "price",
    ["AED 1,390.20", "MX$1,390.20", "CLP$1.390,20", "COP 1.390,20", "Fr. 1'390.20", "SFr. 1'390.20", "KSh 1,390.20",
     "S/ 1,390.20", "1,390.20 PKR", "1 390,20 MAD", "1.390,20 lei", "лв 1390,20"],
)  # fmt: skip
def test_currencies_of_any_country_are_left_out_of_a_price(tmp_path: Path, price: str) -> None:
    rows = "".join(f"2026-03-1{day};{price};{price};{price};{price};1000\n" for day in (1, 2, 3))
    assert one(tmp_path, ORBX=HEAD.replace(",", ";") + rows)["ORBX"][-1] == ("2026-03-13", pytest.approx(1390.2), 1000)


def test_words_for_millions_are_no_currencies(tmp_path: Path) -> None:
    rows = "".join(f"2026-03-1{day};10,5;12,5;9,5;11,5;1,5 {word}\n" for day, word in enumerate(("MIO", "MLN", "TSD")))
    found = checked(written(tmp_path, {"ORBX.csv": HEAD.replace(",", ";") + rows}))["symbols"]["ORBX"]
    assert (found["first_volume"], found["last_volume"]) == (1.5e6, 1.5e3)


@pytest.mark.parametrize("name", ["Official Close", "Official Closing Price"])
def test_the_official_close_goes_before_the_last_trade(tmp_path: Path, name: str) -> None:
    text = f"Date,Open,High,Low,Last Trade,{name},Volume\n2026-03-12,10,12,9,10.9,11,1500\n"
    assert one(tmp_path, ORBX=text)["ORBX"] == [("2026-03-12", 11, 1500)]


@pytest.mark.parametrize("name", ["adjcp", "AdjCP", "adj_px"])
def test_short_names_of_the_adjusted_close(tmp_path: Path, name: str) -> None:
    text = f"date,open,high,low,close,{name},volume\n2026-03-12,20,24,18,22,11,1500\n2026-03-13,11,13,10,12,12,1600\n"
    assert one(tmp_path, ORBX=text)["ORBX"][0] == ("2026-03-12", 11, 1500)


@pytest.mark.parametrize("date_of_day", ["2026-03-{}Z", "2026-03-{}+09:00", "Mar/{}/2026"])
def test_more_ways_to_write_a_date(tmp_path: Path, date_of_day: str) -> None:
    rows = "".join(f"{date_of_day.format(day)},10,12,9,11,1500\n" for day in (12, 13))
    assert [bar[0] for bar in one(tmp_path, ORBX=HEAD + rows)["ORBX"]] == ["2026-03-12", "2026-03-13"]


def test_a_header_with_many_empty_cells_at_its_end(tmp_path: Path) -> None:
    assert one(tmp_path, ORBX="Date,Open,High,Low,Close,Volume,,,,\n" + ROW)["ORBX"] == [("2026-03-02", 11, 1500)]
