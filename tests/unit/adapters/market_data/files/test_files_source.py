"""People's own files: whatever their shape, what cannot be used is told, and nothing outside the root is read."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from technic_scanner.adapters.market_data.files.containers import FileRef
from technic_scanner.adapters.market_data.files.one_file import read_file
from technic_scanner.adapters.market_data.files.reading import FileReading, Hints
from technic_scanner.adapters.market_data.files.source import FilesSource
from technic_scanner.domain.metrics import SymbolFailure
from technic_scanner.domain.universe import Security
from technic_scanner.errors import CancelledError, ConfigError, SourceDataError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.screening.bars import FIELDS, Panel
from technic_scanner.screening.panel_build import combine_panels

PLAIN = "Date,Open,High,Low,Close,Volume\n2024-01-02,10,12,9,11,100\n2024-01-03,11,13,10,12,200\n"


def fetched(
    source: FilesSource, *symbols: str, start: date | None = None, end: date | None = None
) -> tuple[Panel, list[SymbolFailure], list[str]]:
    said: list[str] = []
    batches = list(source.fetch(symbols, start, end, CancelToken(), said.append))
    failures = [failure for batch in batches for failure in batch.failures]
    return combine_panels([batch.panel for batch in batches], symbols), failures, said


def symbols_of(source: FilesSource) -> list[str]:
    return [security.symbol for security in source.universe(None, CancelToken()).securities]


def notes_of(source: FilesSource) -> list[str]:
    return list(source.universe(None, CancelToken()).notes)


def plain_panel(*symbols: str) -> list[list[float]]:
    return [[11.0, 12.0]] * len(symbols)


def write(folder: Path, **files: str) -> FilesSource:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return FilesSource(folder)


def test_one_file_per_symbol(tmp_path: Path) -> None:
    source = write(tmp_path, aapl=PLAIN, MSFT=PLAIN)
    panel, failures, said = fetched(source, "MSFT", "AAPL")
    assert symbols_of(source) == ["AAPL", "MSFT"]
    assert panel.symbols == ("MSFT", "AAPL")
    assert panel.close.tolist() == [[11.0, 12.0]] * 2
    assert panel.volume.tolist() == [[100.0, 200.0]] * 2
    assert (failures, said) == ([], [])


def test_a_long_file(tmp_path: Path) -> None:
    rows = [line.split(",", 1) for line in PLAIN.splitlines()[1:]]
    text = "date,symbol,open,high,low,close,volume\n" + "".join(
        f"{day},{symbol},{rest}\n" for symbol in ("b", "A") for day, rest in rows
    )
    source = write(tmp_path, everything=text)
    assert symbols_of(source) == ["A", "B"]
    assert fetched(source, "A", "B")[0].close.tolist() == [[11.0, 12.0]] * 2


def test_one_file_can_be_named(tmp_path: Path) -> None:
    write(tmp_path, aapl=PLAIN, msft=PLAIN)
    assert symbols_of(FilesSource(tmp_path, "aapl.csv")) == ["AAPL"]


def test_a_sub_folder_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "us").mkdir()
    write(tmp_path / "us", aapl=PLAIN)
    write(tmp_path, msft=PLAIN)
    assert symbols_of(FilesSource(tmp_path, "us")) == ["AAPL"]
    assert symbols_of(FilesSource(tmp_path)) == ["AAPL", "MSFT"]


@pytest.mark.parametrize("suffix", ["csv.gz", "CSV.GZ", "txt", "tsv"])
def test_other_text_files(tmp_path: Path, suffix: str) -> None:
    text = PLAIN.replace(",", "\t") if suffix == "tsv" else PLAIN
    data = gzip.compress(text.encode()) if suffix.lower().endswith("gz") else text.encode()
    (tmp_path / f"brk.b.{suffix}").write_bytes(data)
    assert fetched(FilesSource(tmp_path), "BRK.B")[0].close.tolist() == [[11.0, 12.0]]


@pytest.mark.parametrize("kind", ["pandas index", "pandas columns", "arrow"])
def test_parquet_files(tmp_path: Path, kind: str) -> None:
    frame = pd.DataFrame(
        {"Open": [10.0, 11], "High": [12.0, 13], "Low": [9.0, 10], "Close": [11.0, 12], "Volume": [100, 200]},
        index=pd.DatetimeIndex(["2024-01-02", "2024-01-03"], name="Date"),
    )
    if kind == "arrow":
        pq.write_table(pa.Table.from_pandas(frame.reset_index(), preserve_index=False), tmp_path / "X.parquet")
    else:
        (frame if kind == "pandas index" else frame.reset_index()).to_parquet(tmp_path / "X.parquet")
    panel, failures, _ = fetched(FilesSource(tmp_path), "X")
    assert failures == []
    assert panel.close.tolist() == [[11.0, 12.0]]
    assert panel.sessions.astype(str).tolist() == ["2024-01-02", "2024-01-03"]


def test_prices_are_adjusted_by_the_adjusted_close(tmp_path: Path) -> None:
    text = "Date,Open,High,Low,Close,Adj Close,Volume\n2024-01-02,10,12,8,10,5,100\n2024-01-03,6,7,5,6,6,200\n"
    panel, _, _ = fetched(write(tmp_path, x=text), "X")
    assert [getattr(panel, name)[0].tolist() for name in FIELDS] == [[5, 6], [6, 7], [4, 5], [5, 6], [100, 200]]


def test_a_row_without_an_adjusted_close_is_left_out(tmp_path: Path) -> None:
    text = "Date,Open,High,Low,Close,Adj Close,Volume\n2024-01-02,10,12,8,10,,100\n2024-01-03,6,7,5,6,6,200\n"
    source = write(tmp_path, x=text)
    assert fetched(source, "X")[0].shape == (1, 1)
    assert "X: 1 row without a price left out." in notes_of(source)


def test_decimal_commas_with_semicolons(tmp_path: Path) -> None:
    text = "Date;Open;High;Low;Close;Volume\n02.01.2024;1,5;2,5;1;2,25;1000\n31.01.2024;1;2;1;2;1\n"
    panel, _, _ = fetched(write(tmp_path, sap=text), "SAP")
    assert panel.close.tolist() == [[2.25, 2.0]]
    assert panel.sessions.astype(str).tolist() == ["2024-01-02", "2024-01-31"]


def test_numbers_with_dollars_and_thousands(tmp_path: Path) -> None:
    text = (
        'Date,Close/Last,Volume,Open,High,Low\n01/03/2024,$184.25,"58,414,460",$184.22,$185.88,$183.43\n'
        "01/02/2024,$185.64,82.5M,$187.15,$188.44,$183.89\n"
    )
    panel, _, _ = fetched(write(tmp_path, aapl=text), "AAPL")
    assert panel.close.tolist() == [[185.64, 184.25]]
    assert panel.volume.tolist() == [[82_500_000.0, 58_414_460.0]]


@pytest.mark.parametrize("group_by", ["column", "ticker"])
def test_what_yfinance_and_to_csv_make(tmp_path: Path, group_by: str) -> None:
    days = pd.DatetimeIndex(["2024-01-02", "2024-01-03"], name="Date")
    pairs = [(name.capitalize(), ticker) for name in FIELDS for ticker in ("AAPL", "JPM")]
    columns = pd.MultiIndex.from_tuples(pairs, names=["Price", "Ticker"])
    values = [[10, 1, 12, 3, 9, 1, 11, 2, 100, 5], [10, np.nan, 12, np.nan, 9, np.nan, 11, np.nan, 100, np.nan]]
    frame = pd.DataFrame(values, index=days, columns=columns)
    (frame if group_by == "column" else frame.swaplevel(axis=1)).to_csv(tmp_path / "downloaded.csv")
    source = FilesSource(tmp_path)
    assert symbols_of(source) == ["AAPL", "JPM"]
    panel, _, _ = fetched(source, "AAPL", "JPM")
    assert panel.close[0].tolist() == [11.0, 11.0]
    assert panel.close[1, 0] == 2.0
    assert np.isnan(panel.close[1, 1])


def test_bad_rows_are_left_out_and_told(tmp_path: Path) -> None:
    bad = PLAIN + "2024-01-03,11,13,10,12.5,200\nsoon,1,1,1,1,1\n2024-01-04,-1,2,1,1,1\n2024-01-05,,,,,\n1,2\n"
    source = write(tmp_path, x=bad)
    panel, failures, _ = fetched(source, "X")
    assert failures == []
    assert panel.close.tolist() == [[11.0, 12.5]]
    text = " ".join(notes_of(source))
    for part in ("without a readable", "without a price", "with a price not above", "repeating a", "with too few"):
        assert f"1 row {part}" in text


def test_faults_of_a_long_file_are_notes_of_the_universe(tmp_path: Path) -> None:
    rows = ("2024-01-02,A,1,1,1,1,1", "2024-01-02,B,0,0,0,0,0", "2024-01-03,B,1,1,1,1,1", "2024-01-03,B")
    text = "\n".join(("date,symbol,open,high,low,close,volume", *rows))
    notes = notes_of(write(tmp_path, long=text))
    assert "B: 1 row with a price not above 0 left out." in notes
    assert "long.csv: 1 row with too few or too many cells left out." in notes


def test_a_symbol_whose_every_row_is_bad_is_a_failure_with_the_reason(tmp_path: Path) -> None:
    source = write(tmp_path, x="Date,Open,High,Low,Close,Volume\n2024-01-02,0,0,0,0,0\n", y=PLAIN)
    panel, (failure,), _ = fetched(source, "X", "Y")
    assert panel.symbols == ("Y",)
    assert failure.reason == "bad_data"
    assert "price not above 0" in failure.detail


def test_a_file_that_breaks_between_two_scans_is_named(tmp_path: Path) -> None:
    source = write(tmp_path, x=PLAIN, y=PLAIN)
    assert symbols_of(source) == ["X", "Y"]
    (tmp_path / "x.csv").write_bytes(b"\x00\xff\xfe")
    assert fetched(source, "X", "Y")[0].symbols == ("X", "Y")  # a source is of one moment
    later = FilesSource(tmp_path)
    assert symbols_of(later) == ["Y"]
    assert fetched(later, "X")[1][0].reason == "not_found"
    (note,) = (note for note in notes_of(later) if "x.csv" in note)
    assert str(tmp_path) not in note


def test_files_that_are_no_prices_are_told(tmp_path: Path) -> None:
    (tmp_path / "bad.parquet").write_bytes(b"not parquet at all")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "readme.md").write_text("hello")
    source = write(tmp_path, x=PLAIN, other="Date,Close\n2024-01-02,1\n")
    universe = source.universe(None, CancelToken())
    assert [security.symbol for security in universe.securities] == ["X"]
    told = " ".join(universe.notes)
    assert "bad.parquet cannot be read" in told
    assert "empty.csv cannot be read: it is empty" in told
    assert "other.csv has no column for open, high, low, volume" in told
    assert "readme" not in told


def test_a_folder_without_prices_is_an_error_that_says_why(tmp_path: Path) -> None:
    source = write(tmp_path, x="Date,Close\n")
    with pytest.raises(SourceDataError, match=r"x\.csv has no column for open"):
        source.universe(None, CancelToken())


def test_notes_are_not_a_flood(tmp_path: Path) -> None:
    source = write(tmp_path, x=PLAIN, **{f"bad{i}": f"a{i},b\n" for i in range(60)})
    notes = source.universe(None, CancelToken()).notes
    assert len(notes) == 21
    assert notes[-1].startswith("… and 4")


def test_files_with_one_fault_share_a_note(tmp_path: Path) -> None:
    source = write(tmp_path, x=PLAIN, **{f"bad{i}": "a,b\n" for i in range(60)})
    (note,) = (note for note in notes_of(source) if "bad" in note)
    assert note.startswith("bad0.csv, bad1.csv, bad10.csv and 57 more files: has no column for date")


def test_one_file_more_is_in_the_singular(tmp_path: Path) -> None:
    source = write(tmp_path, x=PLAIN, **{f"bad{i}": "a,b\n" for i in range(4)})
    (note,) = (note for note in notes_of(source) if "bad" in note)
    assert note.startswith("bad0.csv, bad1.csv, bad2.csv and 1 more file: has no column for date")
    assert note.endswith("; left out.")


def test_what_several_files_have_is_said_once_behind_one_colon(tmp_path: Path) -> None:
    text = PLAIN.replace(",", ";")
    for number in range(9):
        (tmp_path / f"s{number}.csv").write_bytes(text.encode("utf-16"))
    notes = [note for note in notes_of(FilesSource(tmp_path)) if "more files" in note]
    assert notes
    assert all("more files: " in note and "::" not in note for note in notes)


def test_universe_csv_names_sectors_and_says_who_is_scanned(tmp_path: Path) -> None:
    listing = (
        "Ticker,Company,GICS Sector,Industry\nmsft,Microsoft,Technology,Software\n"
        "JPM,JPMorgan, Financial Services ,\nX,X,Foo,\n"
    )
    source = write(tmp_path, universe=listing, msft=PLAIN, x=PLAIN, spy=PLAIN)
    universe = source.universe(None, CancelToken())
    assert universe.securities == (
        Security("JPM", "JPMorgan", "Financials"),
        Security("MSFT", "Microsoft", "Information Technology", "Software"),
        Security("X", "X"),
    )
    assert universe.notes[-2:] == (
        "universe.csv: 'Foo' is no GICS sector and counts as unknown.",
        "Not in universe.csv: SPY.",
    )
    assert source.benchmark() == "SPY"
    assert [failure.reason for failure in fetched(source, "JPM")[1]] == ["not_found"]


@pytest.mark.parametrize("text", ["name,sector\nA,B\n", "symbol\n", "symbol\n,\n"])
def test_a_useless_universe_csv_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceDataError, match=r"universe\.csv"):
        write(tmp_path, universe=text, x=PLAIN).universe(None, CancelToken())


def test_macro_csv_is_served_up_to_as_of(tmp_path: Path) -> None:
    source = write(tmp_path, x=PLAIN, macro="date,vix,dgs10\n2024-01-03,14,\n2024-01-02,13,4.1\nlater,1,1\n")
    vix, dgs10 = source.macro(None, CancelToken())
    assert (vix.name, vix.values.tolist(), vix.sessions.astype(str).tolist()) == (
        "vix",
        [13, 14],
        ["2024-01-02", "2024-01-03"],
    )
    assert dgs10.values[0] == 4.1
    assert np.isnan(dgs10.values[1])
    assert source.macro(date(2024, 1, 2), CancelToken())[0].values.tolist() == [13]
    assert symbols_of(source) == ["X"]


def test_a_file_named_after_the_symbol_goes_before_a_long_one(tmp_path: Path) -> None:
    long = "date,symbol,open,high,low,close,volume\n2023-01-02,X,1,1,1,1,1\n"
    panel, _, _ = fetched(write(tmp_path, everything=long, x=PLAIN), "X")
    assert panel.close.tolist() == [[11.0, 12.0]]


@pytest.mark.parametrize(
    "path", ["..", "../other", "/etc", "us/../../other", "link", "link/secret.csv", "file_link.csv"]
)
def test_nothing_outside_the_root_is_read(tmp_path: Path, path: str) -> None:
    root, other = tmp_path / "root", tmp_path / "other"
    root.mkdir()
    other.mkdir()
    (root / "us").mkdir()
    (other / "secret.csv").write_text(PLAIN)
    (root / "link").symlink_to(other)
    (root / "file.csv").symlink_to(other / "secret.csv")
    source = FilesSource(root, path)
    for ask in (lambda: source.universe(None, CancelToken()), source.version, lambda: fetched(source, "SECRET")):
        with pytest.raises(ConfigError) as caught:
            ask()
        assert [problem.field for problem in caught.value.problems] == ["universe"]


def test_a_link_out_of_the_folder_is_left_out_and_told(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret.csv").write_text(PLAIN)
    (tmp_path / "universe.csv").write_text("symbol\nSECRET\n")
    for name in ("secret.csv", "universe.csv"):
        (root / name).symlink_to(tmp_path / name)
    source = write(root, x=PLAIN)
    universe = source.universe(None, CancelToken())
    assert [security.symbol for security in universe.securities] == ["X"]
    assert any("secret.csv is a link to outside" in note for note in universe.notes)
    assert fetched(source, "SECRET")[0].symbols == ()
    assert "secret.csv" not in source.info().universes


@pytest.mark.parametrize("path", ["nowhere", "a\0b", "x" * 5000])
def test_a_path_that_is_none_is_a_bad_field(tmp_path: Path, path: str) -> None:
    with pytest.raises(ConfigError):
        FilesSource(tmp_path, path).universe(None, CancelToken())


def test_choices_are_folders_and_tables(tmp_path: Path) -> None:
    (tmp_path / "us").mkdir()
    (tmp_path / ".hidden").mkdir()
    source = write(tmp_path, x=PLAIN, universe="symbol\nX\n")
    assert source.info().universes == (".", "us", "x.csv")
    for i in range(60):
        (tmp_path / f"s{i}.csv").write_text(PLAIN)
    assert FilesSource(tmp_path).info().universes == (".", "us")


def test_the_version_changes_with_the_files(tmp_path: Path) -> None:
    source = write(tmp_path, x=PLAIN)
    before = source.version()
    assert FilesSource(tmp_path).version() == before
    (tmp_path / "x.csv").write_text(PLAIN + "2024-01-04,11,13,10,12,200\n")
    assert FilesSource(tmp_path).version() != before
    assert source.version() == before  # a source is of one moment


def test_a_cancel_stops_between_files(tmp_path: Path) -> None:
    source = write(tmp_path, **dict.fromkeys("xyz", PLAIN.replace(",", ";")))
    cancel = CancelToken()
    read: list[str] = []

    def read_then_cancel(ref: FileRef, hints: Hints) -> FileReading:
        read.append(ref.name)
        cancel.cancel()
        return read_file(ref, hints)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("technic_scanner.adapters.market_data.files.read_files.read_file", read_then_cancel)
        with pytest.raises(CancelledError):
            source.universe(None, cancel)
    assert read == ["x.csv"]


def test_a_cancel_stops_between_plain_files(tmp_path: Path) -> None:
    source = write(tmp_path, x=PLAIN, y=PLAIN)
    cancel = CancelToken()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("technic_scanner.adapters.market_data.files.plain_files._BATCH_BYTES", 1 << 10)
        patch.setattr(
            "technic_scanner.adapters.market_data.files.plain_files._read_batch", lambda *_: cancel.cancel() or ([], 1)
        )
        with pytest.raises(CancelledError):
            source.universe(None, cancel)


def test_files_are_counted_while_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "prices").mkdir()
    write(tmp_path / "prices", x=PLAIN, y=PLAIN, z=PLAIN.replace(",", ";"))
    source = FilesSource(tmp_path / "prices", memory=tmp_path / "memory")
    counts = list(source.read_ahead(CancelToken(), for_bars=False))
    assert counts[0] == (0, 3)
    assert counts == sorted(counts)
    assert counts[-1] == (3, 3)
    assert list(source.read_ahead(CancelToken(), for_bars=True)) == []  # they are read
    source.universe(None, CancelToken())
    again = FilesSource(tmp_path / "prices", memory=tmp_path / "memory")
    assert list(again.read_ahead(CancelToken(), for_bars=False)) == []  # the symbols are remembered
    assert list(again.read_ahead(CancelToken(), for_bars=True))[-1] == (3, 3)


def test_a_long_file_is_counted_while_it_is_read(tmp_path: Path) -> None:
    lines = [f"2026-{1 + n % 9:02}-{1 + n // 9 % 25:02},S{n // 225},10,12,9,11,1500" for n in range(20 * 225)]
    text = "\n".join(["Date,Symbol,Open,High,Low,Close,Volume", *lines])
    source = write(tmp_path, all=text)
    blocks = -(-len(text) // 8_000)
    with pytest.MonkeyPatch.context() as patch:
        for module in ("containers", "plain_long"):
            patch.setattr(f"technic_scanner.adapters.market_data.files.{module}.BLOCK_BYTES", 8_000)
        told: list[int] = []
        patch.setattr(FilesSource, "_step", lambda _, done: told.append(done))
        counts = list(source.read_ahead(CancelToken(), for_bars=False))
    assert counts[-1] == (blocks, blocks)
    assert told == sorted(told)
    assert len(set(told)) > blocks / 2


def test_a_cancel_stops_reading_ahead(tmp_path: Path) -> None:
    source = write(tmp_path, **dict.fromkeys("xyz", PLAIN.replace(",", ";")))
    cancel = CancelToken()

    def read_then_cancel(ref: FileRef, hints: Hints) -> FileReading:
        cancel.cancel()
        return read_file(ref, hints)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("technic_scanner.adapters.market_data.files.read_files.read_file", read_then_cancel)
        with pytest.raises(CancelledError):
            list(source.read_ahead(cancel, for_bars=True))
