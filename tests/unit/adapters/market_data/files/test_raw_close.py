"""The close that fits the lows and highs is the close; one that does not tells how all are to be adjusted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit.adapters.market_data.files.reading import checked, written

# Open, high, low, close after a split of four for one on the fifth day.
BARS = [
    (101.5, 102.6, 100.9, 102.2),
    (102.25, 102.9, 101.3, 101.8),
    (101.75, 103.4, 101.2, 103.05),
    (103.1, 104.45, 102.85, 104.1),
    (104.0, 104.75, 102.9, 103.45),
    (103.6, 105.3, 103.15, 105.0),
    (105.2, 105.95, 104.3, 104.7),
    (104.85, 106.15, 104.1, 105.85),
]
DAYS = ["09", "10", "11", "12", "13", "16", "17", "18"]
SPLIT_AT = 4


def table(closes: str, *, of_range: float = 4.0, scales: tuple[float, ...] = (4.0, 1.0)) -> str:
    """Return a file with columns ``closes``, each times its scale before the split, open, high, low times another."""
    lines = [f"Date,Open,High,Low,{closes},Volume"]
    for n, (day, (opened, high, low, close)) in enumerate(zip(DAYS, BARS, strict=True)):
        before = n < SPLIT_AT
        prices = [price * (of_range if before else 1.0) for price in (opened, high, low)]
        cells = [*prices, *(close * (scale if before else 1.0) for scale in scales), 1000]
        lines.append(",".join([f"2026-11-{day}", *map(str, cells)]))
    return "\n".join(lines) + "\n"


def read(folder: Path, text: str) -> dict[str, Any]:
    file: dict[str, Any] = checked(written(folder, {"ORBX.csv": text}))["files"][0]
    return file


def first_bar(file: dict[str, Any]) -> list[float]:
    (symbol,) = file["symbols"]
    return [symbol[f"first_{name}"] for name in ("open", "high", "low", "close")]


@pytest.mark.parametrize(
    "names",
    [
        "Close,Adj Close", "Unadjusted Close,Adj Close", "Close_unadj,Close_adj", "close_raw,close_adj",
        "raw_close,adj_close", "close_raw,close", "unadjustedClose,close", "Actual Close,Adj Close",
        "Close nominal,Close adjusted", "Close (unadj.),Close (adj.)",
    ],
)  # fmt: skip
@pytest.mark.parametrize("raw_first", [True, False])
def test_raw_prices_are_adjusted_whatever_the_raw_close_is_called(tmp_path: Path, names: str, raw_first: bool) -> None:
    raw, adjusted = names.split(",")
    text = table(names) if raw_first else table(f"{adjusted},{raw}", scales=(1.0, 4.0))
    file = read(tmp_path, text)
    assert first_bar(file) == pytest.approx(BARS[0])
    assert not [note for note in file["notes"] if "widened" in note]


@pytest.mark.parametrize("names", ["Close,Unadjusted Close", "Adj Close,Unadjusted Close"])
def test_a_raw_close_beside_adjusted_prices_is_not_used(tmp_path: Path, names: str) -> None:
    file = read(tmp_path, table(names, of_range=1.0, scales=(1.0, 4.0)))
    assert first_bar(file) == pytest.approx(BARS[0])


def test_a_raw_close_alone_is_the_close(tmp_path: Path) -> None:
    file = read(tmp_path, table("Unadjusted Close", of_range=1.0, scales=(1.0,)))
    assert first_bar(file) == pytest.approx(BARS[0])


def test_an_adjusted_close_alone_beside_raw_prices_is_refused(tmp_path: Path) -> None:
    refused = str(read(tmp_path, table("Adj Close", scales=(1.0,)))["refused"])
    assert "has an adjusted close alone, Adj Close, which does not lie between its lows and highs" in refused


def test_an_adjusted_close_alone_that_fits_is_read(tmp_path: Path) -> None:
    file = read(tmp_path, table("Adj Close", of_range=1.0, scales=(1.0,)))
    assert first_bar(file) == pytest.approx(BARS[0])


def test_rounded_prices_of_pennies_have_room_for_an_exact_close(tmp_path: Path) -> None:
    lines = ["Date,Open,High,Low,Adj Close,Volume"]
    lines += [f"2026-11-{day},0.25,0.26,0.25,0.2642,1000" for day in DAYS]
    assert first_bar(read(tmp_path, "\n".join(lines) + "\n")) == pytest.approx([0.25, 0.2642, 0.25, 0.2642])


def test_one_odd_close_among_many_refuses_no_file(tmp_path: Path) -> None:
    text = table("Adj Close", of_range=1.0, scales=(1.0,)).replace(",103.45,", ",106.9,")
    assert read(tmp_path, text)["read"]


def test_a_split_long_ago_tells_too(tmp_path: Path) -> None:
    days = np.busday_offset("2015-01-02", np.arange(2_600), roll="forward")
    scale = np.where(np.arange(2_600) < 300, 4.0, 1.0)
    lines = ["Date,Open,High,Low,Unadjusted Close,Close,Volume"]
    lines += [
        f"{day},{10 * k},{11 * k},{9 * k},{10 * k},10,1000" for day, k in zip(days[::-1], scale[::-1], strict=True)
    ]
    assert first_bar(read(tmp_path, "\n".join(lines) + "\n")) == [10.0, 11.0, 9.0, 10.0]
