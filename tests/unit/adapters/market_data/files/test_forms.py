"""Made-up files in the forms of many vendors, with the faults that such files have: the right bars, or a refusal."""

from __future__ import annotations

import base64
import tomllib
from pathlib import Path
from typing import Any

import pytest

from technic_scanner.screening.bars import FIELDS
from tests.unit.adapters.market_data.files.reading import checked, written

FORMS: dict[str, dict[str, Any]] = {
    name: case
    for file in ("price_forms.toml", "more_price_forms.toml")
    for name, case in tomllib.loads((Path(__file__).parents[4] / "data" / file).read_text("utf-8")).items()
}
BINARY = "base64:"


def content(name: str, text: str) -> tuple[str, str | bytes]:
    if name.startswith(BINARY):
        return name.removeprefix(BINARY), base64.b64decode(text)
    return name, text


def bar(entry: dict[str, Any], which: str) -> list[Any]:
    return [entry[which], *(pytest.approx(entry[f"{which}_{name}"], rel=1e-6) for name in FIELDS)]


@pytest.mark.parametrize("form", FORMS)
def test_the_right_bars_are_read_or_none(tmp_path: Path, form: str) -> None:
    case = FORMS[form]
    report = checked(written(tmp_path, dict(content(name, text) for name, text in case["files"].items())))
    read = [file["path"] for file in report["files"] if file["read"]]
    if case.get("refused"):
        assert read == []
        assert report["symbols"] == {}
        assert all(file["refused"] for file in report["files"])
        return
    assert set(report["symbols"]) == set(case["symbols"])
    for symbol, (bars, *ends) in case["symbols"].items():
        entry = report["symbols"][symbol]
        assert entry["bars"] == bars
        for which, expected in zip(("first", "last"), ends, strict=True):
            pairs = zip(bar(entry, which), expected, strict=True)
            assert [found for found, right in pairs if right != ""] == [right for right in expected if right != ""]
    said = [*report["notes"], *(note for file in report["files"] for note in file["notes"])]
    assert case.get("note", "") in " ".join(said)
