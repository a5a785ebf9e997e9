"""The currency of each symbol of universe.csv, and that of the host for the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from technic_scanner.adapters.market_data.files.source import FilesSource
from technic_scanner.errors import SourceDataError
from technic_scanner.pipeline.cancellation import CancelToken

BARS = "Date,Open,High,Low,Close,Volume\n2024-01-02,10,12,9,11,100\n"


def currencies(folder: Path, listing: str | None, currency: str | None = None) -> tuple[dict[str, str | None], str]:
    (folder / "A.csv").write_text(BARS)
    if listing is not None:
        (folder / "universe.csv").write_text(listing)
    universe = FilesSource(folder, currency=currency).universe(None, CancelToken())
    return {item.symbol: item.currency for item in universe.securities}, " ".join(universe.notes)


def test_the_listing_says_it_and_the_host_for_what_it_leaves_out(tmp_path: Path) -> None:
    listing = "symbol,currency\nA,USD\nB,GBp\nC,\nD,Dollar\n"
    found, notes = currencies(tmp_path, listing)
    assert found == {"A": "USD", "B": "GBX", "C": None, "D": None}
    assert "'Dollar' is no code of a currency and counts as unknown" in notes
    assert currencies(tmp_path, listing, "eur")[0] == {"A": "USD", "B": "GBX", "C": "EUR", "D": None}


def test_without_a_listing_all_prices_are_in_that_of_the_host(tmp_path: Path) -> None:
    assert currencies(tmp_path, None)[0] == {"A": None}
    assert currencies(tmp_path, None, "EUR")[0] == {"A": "EUR"}
    with pytest.raises(SourceDataError, match="TECHNIC_FILES_CURRENCY is 'Dollar'"):
        currencies(tmp_path, None, "Dollar")
