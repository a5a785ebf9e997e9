"""A refusal says what is wrong with the file and what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.adapters.market_data.files.reading import checked, written

DAYS = ("2026-03-02", "2026-03-03", "2026-03-04")
HEAD = "Date,Open,High,Low,Close,Volume\n"


def refusal(folder: Path, text: str) -> str:
    """Return why the file is refused."""
    (file,) = checked(written(folder, {"ORBX.txt": text}))["files"]
    assert not file["read"]
    return str(file["refused"])


@pytest.mark.parametrize(
    "volumes",
    [("1,234", "2,345", "3,456"), ("1,234,567",) * 3, ("1,234", "2,345", "1,234,567"), ("1,234", "5,678", "987")],
)
def test_commas_within_numbers_are_named_as_the_cause(tmp_path: Path, volumes: tuple[str, ...]) -> None:
    said = refusal(tmp_path, HEAD + "".join(f"{day},10,12,9,11,{v}\n" for day, v in zip(DAYS, volumes, strict=True)))
    assert "its header has 6 cells and its rows have" in said
    assert "1,234,567" in said
    assert "semicolons" in said


def test_numbers_of_rows_without_a_heading_are_still_no_date(tmp_path: Path) -> None:
    text = HEAD + "".join(f"{n},{day},10,12,9,11,1500\n" for n, day in enumerate(DAYS))
    (file,) = checked(written(tmp_path, {"ORBX.csv": text}))["files"]
    assert file["read"], file["refused"]


def test_b3s_columns_of_fixed_width_are_named(tmp_path: Path) -> None:
    line = "012026030202ORBX3       010ORBX        ON      NM   R$  " + "0000000008356" * 13 + "0" * 20
    said = refusal(tmp_path, "00COTAHIST.2026BOVESPA 20260302".ljust(245) + "\n" + f"{line}\n" * 3)
    assert "COTAHIST" in said
    assert "fixed width" in said
    assert "CSV" in said


def test_columns_without_known_names_that_are_aligned_with_blanks_are_named(tmp_path: Path) -> None:
    rows = "".join(f"{day}  10.00   12.00   n/a   11.00    1500\n" for day in DAYS)
    said = refusal(tmp_path, "Alpha       Beta    Gamma   Delta  Epsilon  Zeta\n" + rows)
    assert "its cells stand apart by blanks" in said
    assert "CSV" in said


def test_securities_side_by_side_are_named(tmp_path: Path) -> None:
    names = "Date,PX_OPEN,PX_HIGH,PX_LOW,PX_LAST,PX_VOLUME"
    rows = "".join(f"{day},10,12,9,11,1500,{day},20,22,19,21,2500\n" for day in DAYS)
    said = refusal(tmp_path, f"ORBX US Equity,,,,,,ZQM US Equity,,,,,\n{names},{names}\n{rows}")
    assert "2 securities side by side" in said
    assert "one file for each security" in said
