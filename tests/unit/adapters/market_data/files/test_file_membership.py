"""When a symbol of universe.csv is a member of it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from technic_scanner.adapters.market_data.files.source import FilesSource
from technic_scanner.domain.universe import Security
from technic_scanner.errors import SourceDataError
from technic_scanner.pipeline.cancellation import CancelToken

BARS = "Date,Open,High,Low,Close,Volume\n2024-01-02,10,12,9,11,100\n"
GUIDE = Path(__file__).parents[5] / "docs" / "using.md"


def listed(folder: Path, text: str) -> dict[str, Security]:
    (folder / "A.csv").write_text(BARS)
    (folder / "universe.csv").write_text(text)
    return {item.symbol: item for item in FilesSource(folder).universe(None, CancelToken()).securities}


def members(found: dict[str, Security], day: str) -> set[str]:
    return {symbol for symbol, item in found.items() if item.is_member(date.fromisoformat(day))}


def test_each_row_is_a_spell_and_both_days_belong_to_it(tmp_path: Path) -> None:
    found = listed(
        tmp_path,
        "symbol,sector,from,to\nA,Energy,,\nB,Energy,2020-01-02,2021-06-30\nB,Energy,2023-01-03,\nC,,,2020-12-31\n",
    )
    assert found["B"].membership == ((date(2020, 1, 2), date(2021, 6, 30)), (date(2023, 1, 3), None))
    assert members(found, "2020-01-01") == {"A", "C"}
    assert members(found, "2020-01-02") == members(found, "2020-12-31") == {"A", "B", "C"}
    assert members(found, "2021-07-01") == {"A"}
    assert members(found, "2030-01-01") == {"A", "B"}


def test_one_column_is_enough_and_a_row_without_days_is_always_in(tmp_path: Path) -> None:
    found = listed(tmp_path, "symbol,from\nA,2022-01-03\nB,\nC,2022-01-03\nC,\n")
    assert members(found, "2021-01-01") == {"B", "C"}
    assert members(found, "2023-01-01") == {"A", "B", "C"}


@pytest.mark.parametrize(("days", "why"), [("3/1/2024,", "not a date"), ("2024-03-01,2024-02-01", "before it begins")])
def test_days_that_cannot_be_read_are_an_error_and_not_ignored(tmp_path: Path, days: str, why: str) -> None:
    with pytest.raises(SourceDataError, match=why):
        listed(tmp_path, f"symbol,from,to\nA,{days}\n")


def test_the_guide_makes_the_file_from_a_list_of_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "members.csv").write_text("symbol\nA\nB\n")
    (tmp_path / "changes.csv").write_text("date,added,removed\n2024-03-01,B,C\n2023-05-01,C,D\n2022-01-03,,E\n")
    monkeypatch.chdir(tmp_path)
    section = GUIDE.read_text(encoding="utf-8").split("### Members of a universe by date", 1)[1]
    exec(re.search(r"```python\n(.*?)```", section, re.DOTALL)[1], {})
    found = listed(tmp_path, (tmp_path / "universe.csv").read_text())
    assert members(found, "2024-03-01") == {"A", "B"}
    assert members(found, "2024-02-29") == {"A", "C"}
    assert members(found, "2023-04-30") == {"A", "D"}
    assert members(found, "2022-01-02") == {"A", "D", "E"}
