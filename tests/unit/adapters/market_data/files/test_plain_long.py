"""Long files and stored files that are plain are read in blocks, to the same bars, notes and facts as with all care."""

from __future__ import annotations

import gzip
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from technic_scanner.adapters.market_data.files.containers import find
from technic_scanner.adapters.market_data.files.plain_files import read_plain
from technic_scanner.adapters.market_data.files.plain_long import read_long
from technic_scanner.errors import CancelledError
from tests.unit.adapters.market_data.files.reading import written
from tests.unit.adapters.market_data.files.test_plain_files import LAST, assert_equal, both

HEAD = "Symbol,Date,Open,High,Low,Close,Volume\n"
SYMBOLS = ("ORBX", "ZQM", "BRK.B", "005930", "NA")


def bars(symbol: str, days: list[date], volume: int = 1500) -> str:
    return "".join(f"{symbol},{day},10,12,9,11.25,{volume}\n" for day in days)


def weekdays(count: int, first: date = date(2026, 1, 5)) -> list[date]:
    return [first + timedelta(days=7 * (n // 5) + n % 5) for n in range(count)]


WEEKS = [date(2025, 1, 3) + timedelta(weeks=n) for n in range(12)]
USUAL = HEAD + bars("ORBX", weekdays(12)) + bars("ZQM", weekdays(12))
SPECIAL = {
    "gaps and faults": USUAL + "KO,2026-01-05,,12,9,11,1\nKO,2026-01-06,10,12,9,nan,1\nKO,2026-01-07,10,12,9,0,1\n"
    "KO,2026-01-08,10,10.5,9,11,inf\nKO,2026-01-09,10,12,9,11,\nKO,2026-01-12,10,12,9,11,-5\n",
    "by date": HEAD + "".join(bars("ORBX", [day]) + bars("ZQM", [day]) for day in weekdays(12)),
    "newest first": HEAD + bars("ORBX", weekdays(12)[::-1]),
    "the future": USUAL + bars("KO", [date(2031, 3, 3)]),
    "a week apart": USUAL + bars("KO", WEEKS),
    "weeks alone": HEAD + bars("ORBX", WEEKS) + bars("ZQM", WEEKS),
    "a day twice": USUAL + bars("ORBX", weekdays(1)),
    "two that are one": HEAD + bars("BRK.B", weekdays(3)) + bars("BRK/B", weekdays(6)[3:]),
    "no symbol": USUAL + bars("", weekdays(3)),
    "thousands": HEAD + "".join(f"ORBX,{day},10,12,9,11,1.500\n" for day in weekdays(3)),
    "a quoted symbol": HEAD + '"ORBX, Inc.",2026-01-05,10,12,9,11,1500\n',
    "another order": USUAL.replace("2026-01-05", "05/01/2026"),
    "a register": "ISIN,Date,Open,High,Low,Close,Volume\n" + bars("DE0001234567", weekdays(3)),
    "codes as numbers": HEAD + bars("5930.0", weekdays(3)) + bars("660.0", weekdays(3)),
    "torn": USUAL + "KO,2026-01-05,10,12\n",
    "a split": "Symbol,Date,Open,High,Low,Close,Adj Close,Volume\n"
    "ORBX,2026-03-02,100,104,98,100,25,1000\nORBX,2026-03-03,25.5,26,25,25.6,25.6,4100\n",
    "nothing": HEAD,
}


def assert_the_same(folder: Path) -> None:
    fast, slow = both(folder)
    for ours, theirs in zip(fast.files, slow.files, strict=True):
        assert_equal(ours, theirs)
        assert ours.bars.codes.tolist() == theirs.bars.codes.tolist()
    assert fast.notes() == slow.notes()


def is_read_in_blocks(folder: Path) -> bool:
    (ref,) = find(folder.resolve(), folder.resolve()).tables
    return read_long(ref, LAST, lambda: None) is not None


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_both_ways_give_the_same(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("prices")
    adjusted = data.draw(st.booleans())
    rows = []
    for symbol in data.draw(st.lists(st.sampled_from(SYMBOLS), min_size=1, max_size=4, unique=True)):
        day = data.draw(st.dates(date(2000, 1, 1), date(2026, 1, 1)))
        for _ in range(data.draw(st.integers(2, 12))):
            day += timedelta(days=data.draw(st.integers(1, 3)))
            low = data.draw(st.integers(100, 90_000)) / 100
            close = data.draw(st.sampled_from([low + 1, 0.0, float("nan")]))
            row = {"Symbol": symbol, "Date": day, "Open": low + 0.5, "High": low + 2, "Low": low, "Close": close}
            rows.append(
                row | ({"Adj Close": close * 0.9} if adjusted else {}) | {"Volume": data.draw(st.integers(0, 10**9))}
            )
    frame = pd.DataFrame(rows)
    if data.draw(st.booleans()):
        frame = frame.sort_values(["Date", "Symbol"])
    form = data.draw(st.sampled_from(["csv", "csv.gz", "parquet", "indexed parquet"]))
    if "parquet" in form:
        stored = frame.assign(Date=pd.to_datetime(frame["Date"]))
        stored = stored.set_index("Date") if form.startswith("indexed") else stored
        stored.to_parquet(folder / "all.parquet", index=form.startswith("indexed"))
    else:
        frame.to_csv(folder / f"all.{form}", index=False)
    assert_the_same(folder)


@pytest.mark.parametrize("kind", SPECIAL)
def test_what_is_not_plain_is_read_as_with_all_care(tmp_path: Path, kind: str) -> None:
    assert_the_same(written(tmp_path, {"all.csv": SPECIAL[kind]}))


@pytest.mark.parametrize(
    "kind", ["gaps and faults", "by date", "newest first", "the future", "a week apart", "a split"]
)
def test_rows_with_faults_do_not_make_a_long_file_slow(tmp_path: Path, kind: str) -> None:
    assert is_read_in_blocks(written(tmp_path, {"all.csv": SPECIAL[kind]}))


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_of_many_blocks_is_read_whole(tmp_path: Path, packed: bool) -> None:
    text = HEAD + "".join(bars(f"S{n:04d}", weekdays(230), volume=1000 + n) for n in range(700))
    data = gzip.compress(text.encode()) if packed else text.encode()
    written(tmp_path, {"all.csv.gz" if packed else "all.csv": data})
    (ref,) = find(tmp_path.resolve(), tmp_path.resolve()).tables
    ticks: list[int] = []
    reading = read_long(ref, LAST, lambda: ticks.append(1))
    assert reading is not None
    assert len(ticks) > 1
    assert reading.bars.symbols == tuple(f"S{n:04d}" for n in range(700))
    assert reading.bars.fields[4].reshape(700, 230)[:, 100].tolist() == [1000.0 + n for n in range(700)]


def test_reading_in_blocks_can_be_stopped(tmp_path: Path) -> None:
    def stop() -> None:
        raise CancelledError("stopped")

    (ref,) = find(written(tmp_path, {"all.csv": USUAL}).resolve(), tmp_path.resolve()).tables
    with pytest.raises(CancelledError):
        read_long(ref, LAST, stop)


def stored(days: list[date], **columns: object) -> pd.DataFrame:
    usual = {"Date": pd.to_datetime(days), "Open": 10.0, "High": 12.0, "Low": 9.0, "Close": 11.25, "Volume": 1500}
    return pd.DataFrame(usual | columns)


@pytest.mark.parametrize("where", ["{}.parquet", "symbol={}/part-0.parquet", "data/ticker={}/a.parquet"])
def test_stored_files_of_one_symbol_each_are_read_many_at_a_time(tmp_path: Path, where: str) -> None:
    for symbol in ("ORBX", "NA", "BRK.B"):
        path = tmp_path / where.format(symbol)
        path.parent.mkdir(parents=True, exist_ok=True)
        stored(weekdays(8)).to_parquet(path, index=False)
    steps: list[int] = []
    tables = find(tmp_path.resolve(), tmp_path.resolve()).tables
    assert len(read_plain(tables, LAST, steps.append)) == 3
    assert_the_same(tmp_path)


@pytest.mark.parametrize(
    "columns",
    [
        {"Close": [11.25, np.nan, 11.25]},
        {"Close": ["11.25", "11.5", "11.75"]},
        {"Date": ["05/01/2026", "06/01/2026", "13/01/2026"]},
        {"Date": pd.to_datetime(["2026-01-05 09:30", "2026-01-05 09:35", "2026-01-05 09:40"])},
        {"Date": pd.to_datetime(["2026-01-05", "2026-01-06", None])},
        {"Date": pd.DatetimeIndex(["2026-01-05", "2026-01-06", "2026-01-07"], tz="America/New_York")},
        {"Date": [20260105, 20260106, 20260107]},
        {"Volume": [1500.0, np.inf, 1500.0]},
        {"Symbol": "ORBX"},
        {"Dividends": [0.0, 0.1, 0.0]},
        {"Adj Close": [2.0, 10.0, 11.0]},
    ],
)
def test_stored_files_that_are_not_plain_are_read_as_by_themselves(tmp_path: Path, columns: dict[str, object]) -> None:
    stored(weekdays(3)).to_parquet(tmp_path / "KO.parquet", index=False)
    stored(weekdays(3), **columns).to_parquet(tmp_path / "PEP.parquet", index=False)
    assert_the_same(tmp_path)


def test_stored_files_whose_kinds_differ_are_read(tmp_path: Path) -> None:
    stored(weekdays(3)).to_parquet(tmp_path / "A.parquet", index=False)
    stored(weekdays(3)).astype({"Open": "float32"}).to_parquet(tmp_path / "B.parquet", index=False)
    stored(weekdays(3)).set_index("Date").to_parquet(tmp_path / "C.parquet")
    table = pa.Table.from_pandas(stored(weekdays(3)), preserve_index=False)
    pq.write_table(table.set_column(0, "Date", table.column(0).cast(pa.date32())), tmp_path / "D.parquet")
    (tmp_path / "E.parquet").write_bytes(b"PAR1 cut")
    assert_the_same(tmp_path)
    tables = find(tmp_path.resolve(), tmp_path.resolve()).tables
    assert set(read_plain(tables, LAST, lambda _: None)) == {f"{name}.parquet" for name in "ABCD"}
