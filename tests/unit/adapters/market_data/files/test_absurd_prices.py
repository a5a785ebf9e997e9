"""A number that can be no price costs its row, and an error that nobody foresaw its file; the others are read."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.adapters.market_data.files import guarded, one_file, plain_files, read_files
from technic_scanner.adapters.market_data.files.splits import likely_splits
from technic_scanner.adapters.market_data.long_bars import LongBars
from tests.unit.adapters.market_data.files.reading import checked, written

HEAD = "Date,Open,High,Low,Close,Volume\n"
GOOD = HEAD + "".join(f"2025-03-{day:02d},10,12,9,11,1500\n" for day in (3, 4, 5))
ABSURD = "with a price below 1e-12 or above 1e+15 left out"

pytestmark = pytest.mark.filterwarnings("error")


def with_price(price: str) -> str:
    """A file of three sessions of which the one in the middle has ``price``."""
    rows = [f"2025-03-03,84,85,83,84,500\n2025-03-04,{price},{price},{price},{price},500\n2025-03-05,84,85,83,84,500\n"]
    return HEAD + "".join(rows)


@pytest.mark.parametrize("price", ["8e19", "1e30", "1e308", "1e-17", "1e-320", "1e18", "2000000000000000"])
def test_an_absurd_price_costs_its_row_and_is_said(tmp_path: Path, price: str) -> None:
    report = checked(written(tmp_path, {"VKTR.csv": with_price(price), "ORBX.csv": GOOD}))
    assert report["symbols"]["VKTR"]["bars"] == 2
    assert report["symbols"]["ORBX"]["bars"] == 3
    assert f"VKTR: 1 row {ABSURD}." in report["notes"]
    assert next(file for file in report["files"] if file["path"] == "VKTR.csv")["left_out"] == 1


@pytest.mark.parametrize("price", ["700000", "1e9", "1e-8", "1e-12", "1e15"])
def test_real_prices_of_any_size_are_kept(tmp_path: Path, price: str) -> None:
    report = checked(written(tmp_path, {"VKTR.csv": GOOD.replace("10,12,9,11", ",".join([price] * 4))}))
    assert report["symbols"]["VKTR"]["bars"] == 3
    assert report["symbols"]["VKTR"]["last_close"] == float(price)
    assert report["files"][0]["left_out"] == 0


@pytest.mark.parametrize("price", [1e20, 1e308, 1e-17, 1e-320])
@pytest.mark.parametrize("symbols", [1, 2])
def test_absurd_prices_in_parquet(tmp_path: Path, price: float, symbols: int) -> None:
    days = pd.to_datetime(["2025-03-03", "2025-03-04", "2025-03-05"])
    prices = [84.0, price, 84.0]
    frame = pd.DataFrame({"Date": days, **dict.fromkeys(("Open", "High", "Low", "Close"), prices), "Volume": 5})
    if symbols == 2:
        frame = pd.concat([frame.assign(Symbol=symbol) for symbol in ("VKTR", "ORBX")])
    frame.to_parquet(tmp_path / "VKTR.parquet", index=False)
    report = checked(tmp_path)
    assert [entry["bars"] for entry in report["symbols"].values()] == [2] * symbols
    assert any(ABSURD in note for note in report["notes"])


@pytest.mark.parametrize("adjusted", ["1e-320", "1e308", "1e19", "1e-17"])
def test_an_absurd_adjusted_close(tmp_path: Path, adjusted: str) -> None:
    rows = [("2025-03-03", "84"), ("2025-03-04", adjusted), ("2025-03-05", "84")]
    text = HEAD.strip() + ",Adj Close\n" + "".join(f"{day},84,85,83,84,500,{close}\n" for day, close in rows)
    report = checked(written(tmp_path, {"VKTR.csv": text}))
    assert report["symbols"]["VKTR"]["bars"] == 2
    assert f"VKTR: 1 row {ABSURD}." in report["notes"]


def test_absurd_prices_in_a_long_file_and_within_a_day(tmp_path: Path) -> None:
    long = (
        "Symbol,"
        + HEAD
        + "".join(f"{symbol},{line}\n" for symbol in ("KRND", "LUMO") for line in with_price("8e19").splitlines()[1:])
    )
    minutes = HEAD + "".join(
        f"2025-03-{day:02d} {hour}:30,84,{'8e19' if (day, hour) == (4, 11) else 85},83,84,500\n"
        for day in (3, 4, 5)
        for hour in (10, 11, 12)
    )
    report = checked(written(tmp_path, {"all.csv": long, "VKTR.csv": minutes}))
    assert {symbol: entry["bars"] for symbol, entry in report["symbols"].items()} == {"KRND": 2, "LUMO": 2, "VKTR": 3}
    assert f"VKTR: 1 row {ABSURD}." in report["notes"]


positive = st.floats(min_value=5e-324, max_value=1.7e308, allow_nan=False)


@given(st.lists(st.tuples(*[positive] * 5), min_size=2, max_size=12))
def test_the_search_for_splits_takes_any_prices(rows: list[tuple[float, ...]]) -> None:
    fields = tuple(np.array(column) for column in zip(*rows, strict=True))
    codes, days = np.zeros(len(rows), np.int32), np.arange(20_000, 20_000 + len(rows), dtype=np.int32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(likely_splits(LongBars(("VKTR",), codes, days, fields)), list)


def test_a_split_is_found_beside_a_price_of_any_size() -> None:
    closes = np.array([*[100.0] * 25, *[50.0] * 5, 1e-300, 1e300])
    days = np.arange(20_000, 20_000 + len(closes), dtype=np.int32)
    bars = LongBars(("VKTR",), np.zeros(len(closes), np.int32), days, (closes,) * 4 + (np.full(len(closes), 5.0),))
    assert len([text for text in likely_splits(bars) if "2:1 split" in text]) == 1


class OddError(Exception):
    """An error of a kind that nobody foresaw."""


@pytest.mark.parametrize("place", ["sheet", "plain", "long"])
def test_an_error_that_nobody_foresaw_costs_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def fail_for_vktr(real):
        def wrapped(first, *more):
            ref = first[0] if isinstance(first, list) else first
            if place == "plain" or ref.name == "VKTR.csv":
                raise OddError("within\nand more")
            return real(first, *more)

        return wrapped

    module, name = {
        "sheet": (one_file, "load_sheet"),
        "plain": (plain_files, "_plain_readings"),
        "long": (read_files, "read_long"),
    }[place]
    monkeypatch.setattr(module, name, fail_for_vktr(getattr(module, name)))
    odd = GOOD.replace("\n2025-03-04", "\n\n2025-03-04")  # not plain, so that it is read by itself
    report = checked(written(tmp_path, {"VKTR.csv": odd, "ORBX.csv": GOOD}))
    assert report["symbols"]["ORBX"]["bars"] == 3
    refused = next(file["refused"] for file in report["files"] if file["path"] == "VKTR.csv")
    assert refused == ("VKTR.csv cannot be read: OddError: within." if place == "sheet" else None)


def test_an_error_while_files_are_put_together_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = guarded.put_together

    def fail(readings, symbols):
        if any(reading.ref.name == "VKTR.csv" for reading in readings):
            raise OddError("within")
        return real(readings, symbols)

    monkeypatch.setattr(guarded, "put_together", fail)
    report = checked(written(tmp_path, {f"{name}.csv": GOOD for name in ("KRND", "LUMO", "ORBX", "VKTR", "WYNN")}))
    assert list(report["symbols"]) == ["KRND", "LUMO", "ORBX", "WYNN"]
    assert [file["refused"] for file in report["files"] if not file["read"]] == [
        "VKTR.csv cannot be read: OddError: within."
    ]


def test_an_error_while_splits_are_looked_for_costs_no_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: LongBars) -> list[str]:
        raise OddError("within")

    monkeypatch.setattr(guarded, "likely_splits", fail)
    report = checked(written(tmp_path, {"VKTR.csv": GOOD}))
    assert report["symbols"]["VKTR"]["bars"] == 3
    assert any("OddError: within" in note for note in report["notes"])
    assert math.isfinite(report["symbols"]["VKTR"]["last_close"])
