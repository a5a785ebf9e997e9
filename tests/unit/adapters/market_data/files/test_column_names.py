"""Names of columns in further spellings and languages are known, and what they hold is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from technic_scanner.adapters.market_data.files.names import meaning
from tests.unit.adapters.market_data.files.reading import checked, written


def first_bar(folder: Path, text: str) -> dict[str, object]:
    """Return the first bar of the one file."""
    (file,) = checked(written(folder, {"ORBX.csv": text}))["files"]
    assert file["read"], file["refused"]
    bar: dict[str, object] = file["symbols"][0]
    return bar


@pytest.mark.parametrize(
    "name",
    ["Adj Price", "adj_price", "Adjusted Price", "Price Adj", "Price (Adj.)", "PriceAdjusted", "Adj Last",
     "Adj. Last Price", "Close Adj", "Close Adjusted Price", "Adjusted Closing Price", "Adj Close Price",
     "Adj. Price (USD)", "adjust_close", "Last Adj", "closeBackAdjusted", "PX_LAST_ADJ", "Split Adjusted Price"],
)  # fmt: skip
def test_an_adjusted_price_adjusts_in_every_spelling(tmp_path: Path, name: str) -> None:
    bar = first_bar(tmp_path, f"Date,Open,High,Low,Close,Volume,{name}\n2025-03-03,160,162,158,160,500,80\n")
    assert (bar["first_close"], bar["first_high"]) == (80, 81)


@pytest.mark.parametrize("name", ["unadjusted price", "Price unadj", "prev adj price", "adj factor"])
def test_what_is_not_adjusted_does_not_adjust(tmp_path: Path, name: str) -> None:
    assert meaning(name) != "adj_close"
