"""A comma or point with three digits behind it: what groups the thousands elsewhere in a file tells what it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.adapters.market_data.files.reading import checked, written

DAYS = ("2026-03-02", "2026-03-03", "2026-03-04")


def read(folder: Path, prices: list[str], volume: str, mark: str) -> tuple[float, float, str]:
    """Return the close and volume of the first bar, and what is said."""
    quote = '"' if mark == "," else ""
    lines = [mark.join(("Date", "Open", "High", "Low", "Close", "Volume"))]
    lines += [mark.join((day, *(f"{quote}{cell}{quote}" for cell in (*prices, volume)))) for day in DAYS]
    report: dict[str, Any] = checked(written(folder, {"ORBX.txt": "\n".join(lines) + "\n"}))
    said = " ".join(report["notes"])
    assert report["symbols"], said
    entry = report["symbols"]["ORBX"]
    return entry["first_close"], entry["first_volume"], said


@pytest.mark.parametrize("mark", ["\t", "|", ";", ","])
@pytest.mark.parametrize("group", [" ", "\u00a0", "\u202f", "'", "’"])
@pytest.mark.parametrize("decimal", [",", "."])
def test_blanks_that_group_volumes_leave_marks_to_decimals(tmp_path: Path, mark: str, group: str, decimal: str) -> None:
    prices = [f"3{decimal}{end}" for end in ("187", "204", "155", "191")]
    assert read(tmp_path, prices, f"1{group}312{group}070", mark)[:2] == (3.191, 1_312_070.0)


@pytest.mark.parametrize("mark", ["\t", "|", ","])
def test_commas_that_group_volumes_group_prices_too(tmp_path: Path, mark: str) -> None:
    close, volume, said = read(tmp_path, ["3,187", "3,204", "3,155", "3,191"], "1,312,070", mark)
    assert (close, volume) == (3191.0, 1_312_070.0)
    assert "decimal comma" not in said


@pytest.mark.parametrize("mark", ["\t", "|", ","])
def test_commas_of_which_nothing_tells_what_they_are_are_named(tmp_path: Path, mark: str) -> None:
    close, _, said = read(tmp_path, ["3,187", "3,204", "3,155", "3,191"], "1312070", mark)
    assert close == 3191.0
    assert "nothing tells whether 3,187 has a decimal comma; it was read without decimals" in said
