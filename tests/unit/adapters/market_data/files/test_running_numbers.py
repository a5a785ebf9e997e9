"""Tables whose columns are numbered instead of named are read as those without a header."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest

from tests.unit.adapters.market_data.files.reading import checked, written

KLINES = [[1772409600000 + n * 86_400_000, 83.56 + n, 83.94 + n, 83.14 + n, 83.67 + n, 666_115 + n] for n in range(4)]
BINANCE = [[*row, row[0] + 86_399_999, 55_000_000.5, 1_234, 300_000, 25_000_000.5, 0] for row in KLINES]


def last_bar(folder: Path, name: str, content: str | bytes) -> tuple[object, ...]:
    """Return what the last bar of the one file is."""
    (file,) = checked(written(folder, {name: content}))["files"]
    assert file["read"], file["refused"]
    (symbol,) = file["symbols"]
    return tuple(symbol[key] for key in ("bars", "last", "last_open", "last_close", "last_volume"))


RIGHT = (4, "2026-03-05", 86.56, 86.67, 666_118)


@pytest.mark.parametrize("rows", [KLINES, BINANCE], ids=["6 columns", "12 columns"])
@pytest.mark.parametrize("index", [True, False])
@pytest.mark.parametrize("names", ["{}", "V{}", "column_{}"])
def test_columns_with_numbers_for_names_are_told_by_content(
    tmp_path: Path, rows: list[list[float]], names: str, *, index: bool
) -> None:
    table = pd.DataFrame(rows).rename(columns=names.format)
    assert last_bar(tmp_path / "text", "ORBX.csv", table.to_csv(index=index)) == RIGHT
    if not index:
        stored = io.BytesIO()
        table.to_parquet(stored)
        assert last_bar(tmp_path / "stored", "ORBX.parquet", stored.getvalue()) == RIGHT


def test_numbers_from_one_and_dates_as_text_are_read_too(tmp_path: Path) -> None:
    rows = [(f"2026-03-0{n + 2}", *row[1:]) for n, row in enumerate(KLINES)]
    text = pd.DataFrame(rows, columns=["1", "2", "3", "4", "5", "6"]).to_csv(sep=";", index=False)
    assert last_bar(tmp_path, "ORBX.csv", text) == RIGHT
