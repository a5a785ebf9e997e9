"""The Data page with a good, a mixed and a hopeless folder, and without one."""

from __future__ import annotations

from pathlib import Path

import pytest

HEAD = "Date,Open,High,Low,Close,Volume\n"
GOOD = HEAD + "2026-03-02,10,12,9,11,1500\n2026-03-03,11,13,10,12,1600\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    prices = tmp_path / "prices"
    prices.mkdir()
    monkeypatch.setenv("TECHNIC_FILES_ROOT", str(prices))
    return prices


def shown(app) -> str:
    parts = [*app.markdown, *app.caption, *app.warning, *app.info, *app.success, *app.error, *app.code]
    return " ".join(str(part.value) for part in parts).replace("\\", "")


def test_without_a_folder_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch, empty, open_page) -> None:
    app = open_page("data")
    assert not app.exception
    assert "TECHNIC_FILES_ROOT" in shown(app)


def test_a_good_folder(folder: Path, empty, open_page) -> None:
    (folder / "ORBX.csv").write_text(GOOD)
    (folder / "ZQM.csv").write_text(GOOD)
    app = open_page("data")
    assert not app.exception
    assert {metric.label: metric.value for metric in app.metric} == {
        "Files read": "2",
        "Files refused": "0",
        "Symbols": "2",
        "Rows left out": "0",
        "Newest session": "2026-03-03",
    }
    assert list(app.dataframe[0].value["File"]) == ["ORBX.csv", "ZQM.csv"]
    assert "2026-03-02,10,12,9,11,1500" in shown(app)
    assert list(app.dataframe[1].value["Close"]) == [11.0, 12.0]
    assert '[files."*"]' in shown(app)


def test_the_worst_file_comes_first_with_its_reason(folder: Path, empty, open_page) -> None:
    (folder / "AAA.csv").write_text(GOOD)
    (folder / "BAD.csv").write_text("Date,Close\n2026-03-02,11\n")
    (folder / "GAP.csv").write_text(GOOD + "2026-03-04,,,,,\n")
    app = open_page("data")
    assert not app.exception
    table = app.dataframe[0].value
    assert list(table["File"]) == ["BAD.csv", "GAP.csv", "AAA.csv"]
    assert "has no column for open, high, low, volume" in table["What was found"][0]
    assert "the columns found are Date, Close" in shown(app)


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"nothing at all"])
def test_a_hopeless_folder(folder: Path, empty, open_page, content: bytes) -> None:
    for name in ("one.csv", "two.parquet", "three.feather"):
        (folder / name).write_bytes(content)
    app = open_page("data")
    assert not app.exception
    assert {metric.label: metric.value for metric in app.metric}["Files refused"] == "3"


def test_a_bad_mapping_is_named_with_every_fault(folder: Path, empty, open_page) -> None:
    (folder / "ORBX.csv").write_text(GOOD)
    (folder / "files.toml").write_text('[files."*"]\ndecimal_mark = "x"\ntime_zone = "Nowhere"\n')
    app = open_page("data")
    assert not app.exception
    text = shown(app)
    assert "decimal_mark" in text
    assert "time_zone" in text
