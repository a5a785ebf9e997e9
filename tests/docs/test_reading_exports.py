"""The lines by which the guide reads exported files give back every symbol, whatever it looks like."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from technic_scanner.runs.exports.export import to_csv, to_excel, to_parquet
from tests.support.runs.make import picks, stored_result

USING = (Path(__file__).resolve().parents[2] / "docs" / "using.md").read_text()
LINES = dict(re.findall(r"^\| (pandas[^|]*?) \| `([^`]+)` \|$", USING, re.MULTILINE))
LOOKALIKES = [
    pytest.param(("NA", "NAN", "NULL", "AAPL"), id="missing values"),
    pytest.param(("TRUE", "T", "F"), id="truths"),
    pytest.param(("T", "F"), id="one letter"),
    pytest.param(("0005", "0700"), id="leading zeros"),
    pytest.param(("1E5", "INF", "NAN"), id="numbers"),
]


def written(folder: Path, kind: str, symbols: tuple[str, ...]) -> Path:
    table = picks(*symbols)
    path = folder / f"picks.{kind.lower()}"
    if kind == "Excel":
        path.write_bytes(to_excel(stored_result(table=table)))
    else:
        path.write_bytes(to_csv(table) if kind == "CSV" else to_parquet(table))
    return path


@pytest.mark.parametrize("symbols", LOOKALIKES)
@pytest.mark.parametrize("kind", ["CSV", "Excel", "Parquet"])
def test_symbols_read_back_as_the_guide_reads_them(tmp_path: Path, kind: str, symbols: tuple[str, ...]) -> None:
    path = written(tmp_path, kind, symbols)
    read = eval(LINES[f"pandas, {kind}"], {"pd": pd, "path": path})
    assert tuple(read["Symbol"]) == symbols


def test_numbers_and_unknown_values_stay_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "picks.csv"
    path.write_bytes(to_csv(pa.table({"Symbol": ["NA", "T"], "Score": [1.5, None], "Rank": [1, 2]})))
    read = eval(LINES["pandas, CSV"], {"pd": pd, "path": path})
    assert read["Score"].isna().tolist() == [False, True]
    assert read["Score"].iloc[0] == 1.5
    assert read["Rank"].tolist() == [1, 2]
