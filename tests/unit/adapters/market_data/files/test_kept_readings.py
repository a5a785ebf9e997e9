"""Of a folder in which one file has changed only that one is read, and the result is that of a fresh reading."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from technic_scanner.adapters.market_data.files.containers import FileRef, find
from technic_scanner.adapters.market_data.files.folder import FolderReading, read_folder
from technic_scanner.adapters.market_data.files.kept_readings import KeptReadings
from technic_scanner.adapters.market_data.files.mapping import read_mapping
from technic_scanner.adapters.market_data.files.reading import Hints
from technic_scanner.adapters.market_data.files.report import report_of
from tests.unit.adapters.market_data.files.reading import written

LAST = (date(2026, 11, 29) - date(1970, 1, 1)).days
HEAD = "Date,Open,High,Low,Close,Volume\n"
PLAIN = HEAD + "2026-03-02,10,12,9,11,1500\n2026-03-03,11,13,10,12.5,1\n"
OPEN_ORDER = HEAD + "05/02/2026,10,12,9,11,1500\n06/02/2026,10,12,9,11.5,1500\n"
DAY_FIRST = HEAD + "13/02/2026,10,12,9,11,1500\n"
MONTH_FIRST = HEAD + "02/13/2026,10,12,9,11,1500\n"
OPEN_MARK = "Date;Open;High;Low;Close;Volume\n2026-03-02;1.390;1.402;1.381;1.391;1000\n"
POINTS_OR_GROUPS = HEAD + "2026-03-02,1.390,1.402,1.381,1.391,1000\n"
COMMA = "Date;Open;High;Low;Close;Volume\n2026-03-02;79,50;79,84;78,92;79,40;1000\n"
LONG = "Date,Symbol,Open,High,Low,Close,Volume\n2026-03-02,QQX,10,12,9,11,5\n2026-03-02,NA,20,22,19,21,6\n"
BAD = "<html>Too many requests</html>"
FUTURE = PLAIN + "2026-11-30,11,13,10,12.5,1\n"
REPAIRED = HEAD + "2026-03-02,10,10.5,9,11,\n2026-03-03,,12,9,11,1500\n"
TEXTS = (PLAIN, OPEN_ORDER, DAY_FIRST, MONTH_FIRST, OPEN_MARK, POINTS_OR_GROUPS, COMMA, LONG, BAD, FUTURE, REPAIRED)


class Reads:
    """Counts how often the content of each file is read."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        original = Path.read_bytes

        def counted(path: Path) -> bytes:
            if path.suffix == ".csv":
                self.names.append(path.name)
            return original(path)

        patch.setattr(Path, "read_bytes", counted)

    def of(self, folder: Path, memory: Path, last: int = LAST) -> tuple[FolderReading, list[str]]:
        self.names.clear()
        return kept(folder, memory, last), sorted(set(self.names))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    return Reads(monkeypatch)


def kept(folder: Path, memory: Path, last: int = LAST) -> FolderReading:
    contents = find(folder.resolve(), folder.resolve())
    store = KeptReadings(memory)
    mapping = None if contents.mapping is None else read_mapping(contents.mapping)
    reading = read_folder(contents, last, mapping, kept=store)
    store.save({table.name for table in contents.tables})
    return reading


def fresh(folder: Path, last: int = LAST) -> FolderReading:
    contents = find(folder.resolve(), folder.resolve())
    mapping = None if contents.mapping is None else read_mapping(contents.mapping)
    return read_folder(contents, last, mapping)


def assert_same(ours: FolderReading, theirs: FolderReading) -> None:
    assert report_of(ours, "x") == report_of(theirs, "x")
    assert ours.bars.symbols == theirs.bars.symbols
    assert ours.bars.days.tolist() == theirs.bars.days.tolist()
    for mine, other in zip(ours.bars.fields, theirs.bars.fields, strict=True):
        np.testing.assert_array_equal(mine, other)


def change(path: Path, text: str, seconds: int) -> None:
    path.write_text(text)
    os.utime(path, (1_790_000_000 + seconds,) * 2)


def test_one_changed_file_is_read_alone(tmp_path: Path, reads: Reads) -> None:
    folder, memory = tmp_path / "prices", tmp_path / "memory"
    written(folder, {"A.csv": PLAIN, "B.csv": PLAIN, "C.csv": COMMA, "D.csv": LONG, "E.csv": BAD})
    assert reads.of(folder, memory)[1] == ["A.csv", "B.csv", "C.csv", "D.csv", "E.csv"]
    assert reads.of(folder, memory)[1] == []
    change(folder / "B.csv", PLAIN + "2026-03-04,11,13,10,12.75,1\n", 1)
    reading, names = reads.of(folder, memory)
    assert names == ["B.csv"]
    assert_same(reading, fresh(folder))


def test_a_new_file_that_tells_the_order_of_all_dates_is_heard(tmp_path: Path, reads: Reads) -> None:
    folder, memory = tmp_path / "prices", tmp_path / "memory"
    written(folder, {"A.csv": OPEN_ORDER, "B.csv": OPEN_ORDER})
    first, _ = reads.of(folder, memory)
    assert all(file.refused for file in first.files)
    change(folder / "C.csv", DAY_FIRST, 1)
    reading, names = reads.of(folder, memory)
    assert names == ["A.csv", "B.csv", "C.csv"]  # the decision is new
    assert_same(reading, fresh(folder))
    change(folder / "C.csv", DAY_FIRST + "16/02/2026,10,12,9,11,1500\n", 2)
    reading, names = reads.of(folder, memory)
    assert names == ["C.csv"]  # and now it is the same
    assert_same(reading, fresh(folder))
    change(folder / "C.csv", MONTH_FIRST, 3)
    assert_same(kept(folder, memory), fresh(folder))


def test_the_next_day_only_what_depends_on_it_is_read(tmp_path: Path, reads: Reads) -> None:
    folder, memory = tmp_path / "prices", tmp_path / "memory"
    written(folder, {"A.csv": PLAIN, "B.csv": FUTURE, "C.csv": DAY_FIRST, "D.csv": LONG})
    reads.of(folder, memory)
    reading, names = reads.of(folder, memory, LAST + 1)
    assert names == ["B.csv"]
    assert_same(reading, fresh(folder, LAST + 1))


def test_another_mapping_reads_the_files_that_it_names(tmp_path: Path, reads: Reads) -> None:
    folder, memory = tmp_path / "prices", tmp_path / "memory"
    written(folder, {"A.csv": OPEN_ORDER, "B.csv": PLAIN})
    reads.of(folder, memory)
    (folder / "files.toml").write_text('version = 1\n[files."A*"]\ndate_order = "mdy"\n')
    reading, names = reads.of(folder, memory)
    assert names == ["A.csv"]
    assert_same(reading, fresh(folder))


@pytest.mark.parametrize("name", ["index.json", "bars"])
def test_what_is_damaged_is_read_again(tmp_path: Path, reads: Reads, name: str) -> None:
    folder, memory = tmp_path / "prices", tmp_path / "memory"
    written(folder, {"A.csv": PLAIN, "B.csv": LONG})
    reads.of(folder, memory)
    (damaged,) = memory.glob(f"{name}*")
    damaged.write_bytes(b"\0" * 10)
    reading, names = reads.of(folder, memory)
    assert names == ["A.csv", "B.csv"]
    assert_same(reading, fresh(folder))
    assert reads.of(folder, memory)[1] == []


def test_bars_of_files_that_are_gone_take_no_room(tmp_path: Path) -> None:
    folder, memory = tmp_path / "prices", tmp_path / "memory"
    written(folder, {f"S{n}.csv": PLAIN for n in range(4)})
    kept(folder, memory)
    for number in range(20):
        change(folder / "S1.csv", PLAIN + f"2026-03-04,11,13,10,12.5,{number}\n", number)
        kept(folder, memory)
    assert len(list(memory.glob("bars*"))) <= 8
    (folder / "S3.csv").unlink()
    kept(folder, memory)
    hints = Hints(LAST)
    gone = FileRef(folder / "S3.csv", "S3.csv", len(PLAIN), 0)
    assert KeptReadings(memory).load(gone, hints, plain=True) is None


def test_plain_files_tell_the_decimal_mark_to_one_that_does_not_know_it(tmp_path: Path) -> None:
    folder, memory = tmp_path / "prices", tmp_path / "memory"
    written(folder, {"A.csv": PLAIN, "B.csv": COMMA})
    kept(folder, memory)
    change(folder / "B.csv", OPEN_MARK, 1)
    for reading in (fresh(folder), kept(folder, memory)):
        assert [file.refused for file in reading.files] == [None, None]
        assert reading.bars.fields[3][-1] == 1.391


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_after_any_changes_it_is_as_read_afresh(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    root = tmp_path_factory.mktemp("kept")
    folder, memory, last = root / "prices", root / "memory", LAST
    folder.mkdir()
    for step in range(data.draw(st.integers(2, 5))):
        for name in data.draw(st.lists(st.sampled_from("ABCDE"), min_size=1, max_size=4, unique=True)):
            path = folder / f"{name}.csv"
            if path.exists() and data.draw(st.booleans()):
                path.unlink()
            else:
                change(path, data.draw(st.sampled_from(TEXTS)), step)
        last += data.draw(st.integers(0, 1))
        assert_same(kept(folder, memory, last), fresh(folder, last))
