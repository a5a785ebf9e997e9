"""Plain files are read many at a time, to the same bars, notes and facts as one by one."""

from __future__ import annotations

import gzip
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from technic_scanner.adapters.market_data.files.containers import find
from technic_scanner.adapters.market_data.files.folder import FolderReading, read_folder
from technic_scanner.adapters.market_data.files.plain_columns import names_in
from technic_scanner.adapters.market_data.files.plain_files import read_plain
from technic_scanner.adapters.market_data.files.reading import FileReading
from tests.unit.adapters.market_data.files.reading import written

LAST = (date(2026, 11, 29) - date(1970, 1, 1)).days
HEAD = "Date,Open,High,Low,Close,Volume\n"
ADJUSTED = "date,open,high,low,close,adj_close,volume\n"
SPECIAL = {
    "a gap": HEAD + "2026-03-02,10,12,9,11,1500\n2026-03-03,,12,9,11,1500\n",
    "not above 0": HEAD + "2026-03-02,10,12,9,0,1500\n2026-03-03,10,12,9,11,1500\n",
    "a day twice": HEAD + "2026-03-02,10,12,9,11,1500\n2026-03-02,10,12,9,11.5,1500\n",
    "another order": HEAD + "05/02/2026,10,12,9,11,1500\n13/02/2026,10,12,9,11,1500\n",
    "weeks": HEAD + "".join(f"2026-0{m}-{d:02d},10,12,9,11,1\n" for m in (1, 2) for d in (2, 9, 16, 23)),
    "times": HEAD + "2026-03-02 09:30:00,10,12,9,11,1500\n2026-03-02 09:35:00,10,12,9,11,1500\n",
    "infinite": HEAD + "2026-03-02,10,inf,9,11,1500\n2026-03-03,10,12,9,11,1500\n",
    "torn": HEAD + "2026-03-02,10,12,9,11\n2026-03-03,10,12,9,11,1500\n",
    "quoted": HEAD + '"2026-03-02","10","12","9","11","1,500"\n',
    "the future": HEAD + "2026-03-02,10,12,9,11,1500\n2031-03-03,10,12,9,11,1500\n",
    "a split": ADJUSTED + "2026-03-02,100,104,98,100,25,1000\n2026-03-03,25.5,26,25,25.6,25.6,4100\n",
    "a symbol": "Date,Symbol,Open,High,Low,Close,Volume\n2026-03-02,ORBX,10,12,9,11,1500\n",
    "widened": HEAD + "2026-03-02,10,10.5,9,11,1500\n",
    "newest first": HEAD + "2026-03-03,11,13,10,12,1\n2026-03-02,10,12,9,11,1500\n",
    "no line end": HEAD + "2026-03-02,10,12,9,11,1500",
    "other line ends": (HEAD + "2026-03-02,10,12,9,11,1500\n").replace("\n", "\r\n"),
    "nothing": HEAD,
}


def both(folder: Path) -> tuple[FolderReading, FolderReading]:
    contents = find(folder.resolve(), folder.resolve())
    return read_folder(contents, LAST), read_folder(contents, LAST, fast=False)


def assert_equal(fast: FileReading, slow: FileReading) -> None:
    for item in fields(FileReading):
        if item.name not in ("bars", "sure_mark", "open_mark", "undecided"):
            assert getattr(fast, item.name) == getattr(slow, item.name), item.name
    assert fast.bars.symbols == slow.bars.symbols
    assert fast.bars.days.tolist() == slow.bars.days.tolist()
    for ours, theirs in zip(fast.bars.fields, slow.bars.fields, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_both_ways_give_the_same(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("prices")
    for number in range(data.draw(st.integers(1, 6))):
        adjusted = data.draw(st.booleans())
        lines = [ADJUSTED if adjusted else HEAD]
        day = data.draw(st.dates(date(2000, 1, 1), date(2026, 1, 1)))
        for _ in range(data.draw(st.integers(1, 12))):
            day += timedelta(days=data.draw(st.integers(1, 3)))
            low = data.draw(st.integers(100, 90_000)) / 100
            prices = [low + 0.5, low + 2, low, low + 1, *([low + 0.9] if adjusted else [])]
            lines.append(f"{day},{','.join(f'{price:.2f}' for price in prices)},{data.draw(st.integers(0, 10**9))}\n")
        text = "".join(lines).encode()
        name = f"S{number}.csv" + data.draw(st.sampled_from(["", ".gz"]))
        (folder / name).write_bytes(gzip.compress(text) if name.endswith("gz") else text)
    fast, slow = both(folder)
    for ours, theirs in zip(fast.files, slow.files, strict=True):
        assert_equal(ours, theirs)
    assert fast.notes() == slow.notes()


@pytest.mark.parametrize("kind", SPECIAL)
def test_what_is_not_plain_is_read_as_by_itself(tmp_path: Path, kind: str) -> None:
    plain = HEAD + "".join(f"2026-03-{day:02d},10,12,9,11.25,1500\n" for day in range(2, 7))
    fast, slow = both(written(tmp_path, {"A.csv": plain, "B.csv": SPECIAL[kind], "C.csv": plain}))
    for ours, theirs in zip(fast.files, slow.files, strict=True):
        assert_equal(ours, theirs)
    assert fast.notes() == slow.notes()


def test_plain_files_are_taken(tmp_path: Path) -> None:
    plain = HEAD + "2026-03-02,10,12,9,11,1500\n2026-03-03,11,13,10,12,1\n"
    written(tmp_path, {"A.csv": plain, "B.csv": SPECIAL["a gap"], "C.csv": plain.replace("\n", "\r\n")})
    steps: list[int] = []
    contents = find(tmp_path.resolve(), tmp_path.resolve())
    assert set(read_plain(contents.tables, LAST, steps.append)) == {"A.csv", "C.csv"}
    assert steps == [3]


def test_points_that_group_thousands_in_other_files_are_not_taken_for_decimals(tmp_path: Path) -> None:
    sure = "Date;Open;High;Low;Close;Volume\n2026-03-02;79,50;79,84;78,92;79,40;1000\n"
    told = HEAD + "2026-03-02,1.390,1.402,1.381,1.391,1000\n"
    fast, slow = both(written(tmp_path, {"A.csv": sure, "B.csv": told}))
    assert fast.bars.fields[3].tolist() == slow.bars.fields[3].tolist() == [79.40, 1391.0]


def test_a_mark_of_the_order_of_bytes_costs_no_speed() -> None:
    header = "Date,Open,High,Low,Close,Volume"
    assert names_in(b"\xef\xbb\xbf" + header.encode()) == names_in(header.encode()) == header.split(",")
    assert names_in("Date,Open,High,Low,Close,Volume（千股）".encode()) == []
