"""Random tables written in random dialects are read back equal."""

from __future__ import annotations

import gzip
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from technic_scanner.adapters.market_data.files.check import read_any
from technic_scanner.clock import ManualClock
from tests.unit.adapters.market_data.files.reading import NOW

FIELDS = ("open", "high", "low", "close", "volume")
HEADERS = {
    "date": ("Date", "date", "trade_date", "Timestamp", "Datum", "日期", "<DATE>"),
    "symbol": ("Symbol", "ticker", "Name", "ts_code", "SECID", "종목코드"),
    "open": ("Open", "OPEN", "open_price", "Eröffnung", "開盤", "<OPEN>"),
    "high": ("High", "HIGH", "high_price", "Hoch", "最高", "<HIGH>"),
    "low": ("Low", "LOW", "low_price", "Tief", "最低", "<LOW>"),
    "close": ("Close", "CLOSE", "close_price", "Schluss", "收盤", "<CLOSE>"),
    "volume": ("Volume", "VOL", "vol", "Stück", "成交量", "<VOL>"),
}
DATE_FORMS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%d.%m.%y",
    "epoch",
)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16")


@dataclass(frozen=True)
class Dialect:
    """How a table is written."""

    separator: str
    decimal: str
    thousands: str
    currency: str
    dates: str
    names: dict[str, str]
    order: tuple[str, ...]
    newest_first: bool
    quoted: bool
    preamble: str
    encoding: str
    packed: bool


@st.composite
def dialects(draw: st.DrawFn) -> Dialect:
    decimal = draw(st.sampled_from([".", ","]))
    separator = draw(st.sampled_from([",", ";", "\t", "|"]))
    thousands = draw(st.sampled_from(["", " ", "\u00a0", "\u202f", "'", "." if decimal == "," else ","]))
    names = {what: draw(st.sampled_from(choices)) for what, choices in HEADERS.items()}
    return Dialect(
        separator,
        decimal,
        thousands,
        draw(st.sampled_from(["", "$", "€", "CHF "])),
        draw(st.sampled_from(DATE_FORMS)),
        names,
        tuple(draw(st.permutations(list(HEADERS)))),
        draw(st.booleans()),
        draw(st.booleans()) or separator == ",",
        draw(st.sampled_from(["", "\n", "Prices\n\n", "sep=" + separator + "\n"])),
        draw(st.sampled_from(ENCODINGS)),
        draw(st.booleans()),
    )


@st.composite
def tables(draw: st.DrawFn) -> dict[str, list[tuple[date, tuple[float, ...]]]]:
    """Return the bars of one to four symbols on common sessions, prices in cents."""
    sessions = draw(st.integers(18, 40))
    first = draw(st.dates(date(1995, 1, 2), date(2026, 6, 1)))
    days = [day for n in range(sessions * 2) if (day := first + timedelta(days=n)).weekday() < 5][:sessions]
    symbols = draw(st.lists(st.from_regex(r"[A-Z]{2,5}|[0-9]{6}", fullmatch=True), min_size=1, max_size=4, unique=True))
    scale = draw(st.sampled_from([1, 10, 100, 3000]))
    table = {}
    for symbol in symbols:
        bars = []
        for day in days:
            opened, close = (draw(st.integers(90, 120)) * scale for _ in range(2))
            high, low = max(opened, close) + draw(st.integers(0, 9)), min(opened, close) - draw(st.integers(0, 9))
            prices = tuple((value + 0.01 * draw(st.integers(1, 99))) for value in (opened, close))
            bars.append((day, (prices[0], high + 1.55, low - 0.45, prices[1], float(draw(st.integers(1, 10**8))))))
        table[symbol] = bars
    return table


def number(value: float, decimals: int, dialect: Dialect) -> str:
    return f"{value:,.{decimals}f}".replace(",", "\0").replace(".", dialect.decimal).replace("\0", dialect.thousands)


def day_text(day: date, form: str) -> str:
    return str((day - date(1970, 1, 1)).days * 86_400) if form == "epoch" else day.strftime(form)


def text_of(table: dict[str, list[tuple[date, tuple[float, ...]]]], dialect: Dialect) -> str:
    lines = [[dialect.names[what] for what in dialect.order]]
    rows = [(day, symbol, fields) for symbol, bars in table.items() for day, fields in bars]
    rows.sort(key=lambda row: row[0], reverse=dialect.newest_first)
    for day, symbol, fields in rows:
        cells = {"date": day_text(day, dialect.dates), "symbol": symbol}
        for name, value in zip(FIELDS, fields, strict=True):
            price = name != "volume"
            cells[name] = (dialect.currency if price else "") + number(value, 2 if price else 0, dialect)
        lines.append([cells[what] for what in dialect.order])
    mark = '"' if dialect.quoted else ""
    return dialect.preamble + "".join(dialect.separator.join(f"{mark}{c}{mark}" for c in line) + "\n" for line in lines)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tables(), dialects())
def test_what_is_written_in_any_dialect_is_read_back(
    table: dict[str, list[tuple[date, tuple[float, ...]]]], dialect: Dialect
) -> None:
    # A Name is the symbol where it repeats within a day; of one symbol it may be the company's.
    assume(dialect.names["symbol"] != "Name" or len(table) > 1)
    data = text_of(table, dialect).encode(dialect.encoding)
    with tempfile.TemporaryDirectory() as folder:
        name = "prices.csv.gz" if dialect.packed else "prices.csv"
        (Path(folder) / name).write_bytes(gzip.compress(data) if dialect.packed else data)
        reading = read_any(Path(folder), ManualClock(NOW))
    assert [file.refused for file in reading.files] == [None]
    bars = reading.bars
    found = {
        (bars.symbols[code], int(day)): tuple(round(float(values[row]), 2) for values in bars.fields)
        for row, (code, day) in enumerate(zip(bars.codes, bars.days, strict=True))
    }
    assert found == {
        (symbol, (day - date(1970, 1, 1)).days): tuple(round(value, 2) for value in fields)
        for symbol, rows in table.items()
        for day, fields in rows
    }
