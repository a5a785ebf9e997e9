"""Entries of a folder that are no plain files, or have names that cannot be shown, stop neither a check nor a scan."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from technic_scanner.adapters.market_data.files.choices import available
from technic_scanner.adapters.market_data.files.source import FilesSource
from technic_scanner.clock import ManualClock
from technic_scanner.pipeline.cancellation import CancelToken
from tests.unit.adapters.market_data.files.reading import NOW, checked, written

BARS = "Date,Open,High,Low,Close,Volume\n2026-03-12,10,12,9,11,1500\n2026-03-13,11,13,10,12,1600\n"


@pytest.mark.parametrize("kind", ["pipe", "link to itself", "link to nothing"])
def test_what_is_no_file_is_named_and_not_opened(tmp_path: Path, kind: str) -> None:
    odd = written(tmp_path, {"ORBX.csv": BARS}) / "odd.csv"
    if kind == "pipe":
        os.mkfifo(odd)
    else:
        odd.symlink_to(odd if kind == "link to itself" else tmp_path / "gone.csv")
    report = checked(tmp_path)
    assert list(report["symbols"]) == ["ORBX"]
    assert "odd.csv (it " in " ".join(report["notes"])


def test_a_link_to_itself_is_no_choice_and_hides_none(tmp_path: Path) -> None:
    loop = written(tmp_path, {"ORBX.csv": BARS}) / "odd.csv"
    loop.symlink_to(loop)
    assert available(tmp_path) == (".", "ORBX.csv")


@pytest.mark.parametrize("name", [b"M\xe9X.csv", b"M\nX.csv", b"M\x1bX.csv"])
def test_a_name_that_cannot_be_shown_stops_no_scan(tmp_path: Path, name: bytes) -> None:
    written(tmp_path, {"ORBX.csv": BARS})
    Path(os.fsdecode(os.fsencode(tmp_path / "x")[:-1] + name)).write_text(BARS)
    for _ in range(2):  # the second time from what was kept
        source = FilesSource(tmp_path, memory=tmp_path / ".kept", clock=ManualClock(NOW))
        symbols = [security.symbol for security in source.universe(None, CancelToken()).securities]
        assert symbols == ["M\ufffdX", "ORBX"]
        (batch,) = source.fetch(symbols, None, None, CancelToken(), print)
        assert batch.panel.symbols == ("M\ufffdX", "ORBX")


@pytest.mark.parametrize("name", ["ORBX.csv.1", "ORBX.csv.bak", "ORBX.csv~", "ORBX.csv.part", "ORBX.parquet.old"])
def test_a_renamed_table_is_named(tmp_path: Path, name: str) -> None:
    assert f"{name} (give it the suffix" in " ".join(checked(written(tmp_path, {name: BARS}))["notes"])


@pytest.mark.parametrize("name", ["~$ORBX.csv", ".~lock.ORBX.csv#", "ORBX.parquet.crc"])
def test_what_programs_leave_beside_a_table_is_passed_over(tmp_path: Path, name: str) -> None:
    report = checked(written(tmp_path, {"ORBX.csv": BARS, name: "x"}))
    assert [file["path"] for file in report["files"]] == ["ORBX.csv"]
    assert name not in " ".join(report["notes"])


@pytest.mark.parametrize("index", ["text, day first", "stamps of New York"])
def test_an_index_that_pandas_has_stored(tmp_path: Path, index: str) -> None:
    days = pd.DatetimeIndex(["2026-03-12", "2026-03-13"], name="Date")
    frame = pd.DataFrame({"Open": 10.0, "High": 12.0, "Low": 9.0, "Close": 11.0, "Volume": 15}, index=days)
    frame.index = days.strftime("%d/%m/%Y") if index == "text, day first" else days.tz_localize("America/New_York")
    frame.to_parquet(tmp_path / "ORBX.parquet")
    entry = checked(tmp_path)["symbols"]["ORBX"]
    assert (entry["first"], entry["last"]) == ("2026-03-12", "2026-03-13")
