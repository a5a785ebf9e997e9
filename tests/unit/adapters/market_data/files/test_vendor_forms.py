"""Every vendor's form that docs/files.md names is read, on small made-up files in that form."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.adapters.market_data.files.reading import checked, written
from tests.unit.adapters.market_data.files.vendor_files import VENDORS, VendorFile


@pytest.mark.parametrize("form", VENDORS, ids=lambda form: form.vendor)
def test_a_form_is_read(tmp_path: Path, form: VendorFile) -> None:
    report = checked(written(tmp_path, form.files))
    assert [file["refused"] for file in report["files"]] == [None] * len(form.files)
    found = {
        symbol: (entry["last"], entry["last_close"], entry["last_volume"])
        for symbol, entry in report["symbols"].items()
    }
    assert found == {symbol: (day, pytest.approx(close), volume) for symbol, (day, close, volume) in form.right.items()}
    for symbol, bars in form.bars.items():
        assert report["symbols"][symbol]["bars"] == bars


def test_the_page_has_a_paragraph_on_every_form() -> None:
    page = (Path(__file__).parents[5] / "docs" / "files.md").read_text("utf-8")
    assert len(VENDORS) >= 25
    assert [form.vendor for form in VENDORS if f"**{form.vendor}.**" not in page] == []
