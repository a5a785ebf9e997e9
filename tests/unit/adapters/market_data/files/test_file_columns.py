"""Column names, dates and numbers as people write them."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.adapters.market_data.files.columns import canonical, lacking, to_days, to_numbers

DAY = date(2024, 3, 14)


def column(values: list[object], kind: pa.DataType | None = None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, kind)])


def read_dates(values: list[object], kind: pa.DataType | None = None) -> list[date | None]:
    days, known = to_days(column(values, kind))
    return [day.item() if ok else None for day, ok in zip(days.astype("datetime64[D]"), known, strict=True)]


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("Date", "date"),
        ("datetime", "date"),
        ("TIMESTAMP", "date"),
        ("Trade Date", "date"),
        ("", "date"),
        ("\ufeffDate", "date"),
        ("Ticker", "symbol"),
        ("ticker_symbol", "symbol"),
        ("Adj Close", "adj_close"),
        ("adj_close", "adj_close"),
        ("Adjusted Close", "adj_close"),
        ("Close/Last", "close"),
        ("CLOSE", "close"),
        ("Vol.", "volume"),
        ("vol", "volume"),
        ("Open Price", "open"),
        ("GICS Sector", "sector"),
        ("GICS Sub-Industry", "sub_industry"),
    ],
)
def test_usual_names_are_known(header: str, meaning: str) -> None:
    assert canonical([header]) == {meaning: header}


def test_the_first_of_two_names_for_one_thing_counts() -> None:
    assert canonical(["Close", "close", "Price"]) == {"close": "Close"}


def test_what_is_lacking_is_named() -> None:
    assert lacking(canonical(["Date", "Close"])) == ["open", "high", "low", "volume"]


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-14",
        "2024-03-14 00:00:00",
        "2024-03-14T00:00:00Z",
        "2024-03-14 00:00:00-04:00",
        "2024-03-14 23:59:59+09:00",
        "2024/03/14",
        "20240314",
        "2024.03.14",
        "14.03.2024",
        "14/03/2024",
        "03/14/2024",
        "3/14/2024 16:00",
        "Mar 14, 2024",
        "14-Mar-2024",
        " 2024-03-14 ",
    ],
)
def test_dates_are_read(text: str) -> None:
    assert read_dates([text]) == [DAY]


def test_months_come_first_unless_a_day_above_12_says_otherwise() -> None:
    assert read_dates(["01/02/2024", "01/03/2024"]) == [date(2024, 1, 2), date(2024, 1, 3)]
    assert read_dates(["01/02/2024", "15/02/2024"]) == [date(2024, 2, 1), date(2024, 2, 15)]


def test_what_is_no_date_is_unknown() -> None:
    assert read_dates(["2024-03-14", "", "soon", None, "2024-13-45"]) == [DAY, None, None, None, None]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (20240314, pa.int64()),
        (20240314.0, pa.float64()),
        (1710374400, pa.int64()),
        (1710374400000, pa.int64()),
        (DAY, pa.date32()),
        (DAY, pa.date64()),
        (datetime(2024, 3, 14, 5), pa.timestamp("ns")),
        (datetime(2024, 3, 14, 5), pa.timestamp("s")),
    ],
)
def test_stored_dates_are_read(value: object, kind: pa.DataType) -> None:
    assert read_dates([value, None], kind) == [DAY, None]


def test_the_day_of_a_zoned_timestamp_is_the_local_one() -> None:
    stamp = pa.array([1_710_345_600], pa.timestamp("s")).cast(pa.timestamp("s", tz="Asia/Tokyo"))  # midnight there
    assert read_dates(stamp.to_pylist(), stamp.type) == [DAY]


def test_dates_before_1970_are_read() -> None:
    assert read_dates(["1962-01-02"]) == [date(1962, 1, 2)]


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_iso_dates_survive(day: date) -> None:
    assert read_dates([day.isoformat()]) == [day]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.5", 1.5),
        ("$1,234.50", 1234.5),
        ("58,414,460", 58_414_460.0),
        ("82.5M", 82_500_000.0),
        ("1.2b", 1.2e9),
        ("7k", 7000.0),
        (" 3 ", 3.0),
        ("-4", -4.0),
        ("1e3", 1000.0),
        (".5", 0.5),
    ],
)
def test_numbers_are_read(text: str, number: float) -> None:
    assert to_numbers(column([text]))[0] == pytest.approx(number)


@pytest.mark.parametrize("text", ["", "-", "N/A", "abc", "1.2.3", "--5", None, "M"])
def test_what_is_no_number_is_unknown(text: str | None) -> None:
    assert np.isnan(to_numbers(column([text], pa.string()))[0])


@pytest.mark.parametrize("kind", [pa.int32(), pa.int64(), pa.float32(), pa.float64(), pa.decimal128(10, 2)])
def test_stored_numbers_are_read(kind: pa.DataType) -> None:
    read = to_numbers(column([2, None], kind))
    assert read[0] == 2.0
    assert np.isnan(read[1])
