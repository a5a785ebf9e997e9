"""files.toml: what a person says goes before what is found out; a bad one is refused with every fault named."""

from __future__ import annotations

from pathlib import Path

import pytest

from technic_scanner.adapters.market_data.files.check import write_mapping
from technic_scanner.adapters.market_data.files.mapping import read_mapping
from technic_scanner.clock import ManualClock
from technic_scanner.errors import ConfigError
from tests.unit.adapters.market_data.files.reading import NOW, checked, written
from tests.unit.adapters.market_data.files.vendor_files import VENDORS, VendorFile

AMBIGUOUS = "Tag;Auf;Hoch2;Tief2;Kurs 1;Kurs 2;Umlauf\n05/02/2026;1.390;1.402;1.381;1.391;1.392;1000\n"


def test_what_is_said_is_used(tmp_path: Path) -> None:
    mapping = """version = 1
[files."prices_*.csv"]
columns = { date = "Tag", open = "Auf", high = "Hoch2", low = "Tief2", close = "Kurs 2", volume = "Umlauf" }
date_order = "dmy"
decimal_mark = ","
symbol_pattern = "^prices_(.+)$"
"""
    report = checked(written(tmp_path, {"prices_orbx.csv": AMBIGUOUS, "files.toml": mapping}))
    entry = report["symbols"]["ORBX"]
    assert (entry["last"], entry["last_close"]) == ("2026-02-05", 1392.0)


def test_a_format_of_dates(tmp_path: Path) -> None:
    text = "Date,Open,High,Low,Close,Volume\n2026|05|02,10,12,9,11,1\n"
    mapping = '[files."*"]\ndate_format = "%Y|%d|%m"\n'
    report = checked(written(tmp_path, {"ORBX.csv": text, "files.toml": mapping}))
    assert report["symbols"]["ORBX"]["last"] == "2026-02-05"


def test_prices_that_are_said_to_be_adjusted_are_used_as_they_are(tmp_path: Path) -> None:
    text = "Date,Open,High,Low,Close,Adj Close,Volume\n2026-03-02,10,12,9,11,5.5,1\n"
    report = checked(written(tmp_path, {"ORBX.csv": text, "files.toml": '[files."*"]\nadjusted = true\n'}))
    assert report["symbols"]["ORBX"]["last_close"] == 11.0


def test_a_time_zone_moves_times_in_utc(tmp_path: Path) -> None:
    text = "time,open,high,low,close,volume\n1772406000,10,12,9,11,1\n"  # 2026-03-01 23:00 UTC
    assert checked(written(tmp_path, {"ORBX.csv": text}))["symbols"]["ORBX"]["last"] == "2026-03-01"
    written(tmp_path, {"files.toml": '[files."*"]\ntime_zone = "Europe/Berlin"\n'})
    assert checked(tmp_path)["symbols"]["ORBX"]["last"] == "2026-03-02"


def test_every_fault_is_named(tmp_path: Path) -> None:
    path = tmp_path / "files.toml"
    path.write_text(
        'version = 7\nother = 1\n[files."*"]\ndate_order = "dym"\ndecimal_mark = ";"\nsymbol_pattern = "("\n'
        'time_zone = "Nowhere"\nadjusted = "yes"\ncolumns = { date = 1, price = "x" }\ndate_format = "abc"\nwhat = 1\n'
    )
    with pytest.raises(ConfigError) as caught:
        read_mapping(path)
    said = str(caught.value)
    for part in (
        "version",
        "other",
        "date_order",
        "decimal_mark",
        "symbol_pattern",
        "time_zone",
        "adjusted",
        "columns",
        "date_format",
        "what",
    ):
        assert part in said
    assert len(caught.value.problems) == 10


@pytest.mark.parametrize("text", ["[files", "files = 1\n", "[files]\nx = 1\n", "\x00"])
def test_what_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "files.toml"
    path.write_text(text)
    with pytest.raises(ConfigError):
        read_mapping(path)


@pytest.mark.parametrize("form", VENDORS, ids=lambda form: form.vendor)
def test_written_guesses_change_nothing(tmp_path: Path, form: VendorFile) -> None:
    before = checked(written(tmp_path, form.files))["symbols"]
    write_mapping(tmp_path, ManualClock(NOW))
    assert checked(tmp_path)["symbols"] == before
    with pytest.raises(ConfigError, match="exists"):
        write_mapping(tmp_path, ManualClock(NOW))


def test_a_column_that_a_file_does_not_have_is_said(tmp_path: Path) -> None:
    mapping = 'version = 1\n[files."*.csv"]\ncolumns = { close = "Kurs 3" }\n'
    rows = "Date,Open,High,Low,Close,Volume\n2026-03-02,10,12,9,11,1500\n"
    (file,) = checked(written(tmp_path, {"files.toml": mapping, "ORBX.csv": rows}))["files"]
    assert "files.toml names the column Kurs 3, which it does not have." in file["notes"]
