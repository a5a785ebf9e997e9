"""Bars that are kept in memory are those of the files, at every date, and only as long as the files are the same."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic_scanner.adapters.market_data.price_cache import recent
from technic_scanner.adapters.market_data.price_cache.read import SegmentReader
from tests.unit.adapters.market_data.price_cache.cache_bench import FRIDAY, Bench, market, same

SYMBOLS = ("A", "B", "C")
OTHERS = ("D", "E")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path, market((*SYMBOLS, *OTHERS)))
    bench.fetch(SYMBOLS)
    bench.fetch(OTHERS)
    return bench


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The symbols of every reader of files that a cache opens from here on."""
    found: list[tuple[str, ...]] = []

    class Counted(SegmentReader):
        def __init__(self, folder, index, entries) -> None:  # type: ignore[no-untyped-def]
            found.append(tuple(entry.symbol for entry in entries))
            super().__init__(folder, index, entries)

    monkeypatch.setattr(recent, "SegmentReader", Counted)
    return found


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 90), st.sampled_from([SYMBOLS, OTHERS])), max_size=12))
def test_any_dates_in_any_order_have_the_bars_of_a_new_process(
    tmp_path_factory: pytest.TempPathFactory, reads: list[tuple[int, int, tuple[str, ...]]]
) -> None:
    bench = Bench(tmp_path_factory.mktemp("prices"), market((*SYMBOLS, *OTHERS)))
    bench.fetch((*SYMBOLS, *OTHERS))
    for back, bars, symbols in reads:
        as_of = FRIDAY - timedelta(days=back)
        mine, other = bench.read(symbols, bars, as_of), bench.again().read("any", symbols, bars, as_of)
        assert same(mine.panel, other.panel)
        assert (mine.fingerprint, mine.state, mine.missing) == (other.fingerprint, other.state, other.missing)


def test_files_are_opened_for_two_dates_and_not_for_a_hundred(bench: Bench, opened: list[tuple[str, ...]]) -> None:
    for back in range(60):
        for symbols in (SYMBOLS, OTHERS):
            bench.read(symbols, 20, FRIDAY - timedelta(days=back))
    assert opened == [SYMBOLS, OTHERS] * 2


def test_what_a_scan_does_to_its_bars_changes_no_later_ones(bench: Bench) -> None:
    for _ in range(3):
        panel = bench.read(SYMBOLS).panel
        assert same(panel, bench.again().read("any", SYMBOLS, 1000, None).panel)
        panel.close[:] = np.nan


def test_bars_that_were_fetched_since_are_read(bench: Bench, tmp_path: Path) -> None:
    old = Bench(tmp_path / "old", market(SYMBOLS))
    old.fetch(SYMBOLS, end=date(2025, 12, 1))
    for _ in range(3):
        old.read(SYMBOLS)
    old.fetch(SYMBOLS, start=date(2025, 12, 1))
    assert same(old.read(SYMBOLS).panel, market(SYMBOLS))


def test_a_file_that_was_damaged_since_is_found_out(bench: Bench) -> None:
    for _ in range(3):
        bench.read(SYMBOLS)
    for path in bench.folder.glob("*.bars.parquet"):
        path.write_bytes(b"damaged")
    assert set(bench.read(SYMBOLS).missing) == set(SYMBOLS)


def test_more_than_fits_is_read_each_time(
    bench: Bench, opened: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.cache, "_recent", recent.RecentBars(most_cells=len(SYMBOLS) * 59))
    for back in range(5):
        bench.read(SYMBOLS, 20, FRIDAY - timedelta(days=back))
    assert len(opened) == 5


def test_the_bars_read_last_are_kept_where_both_do_not_fit(
    bench: Bench, opened: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.cache, "_recent", recent.RecentBars(most_cells=len(SYMBOLS) * 60))
    for symbols in (OTHERS, OTHERS, SYMBOLS, SYMBOLS):
        bench.read(symbols)
    opened.clear()
    bench.read(SYMBOLS)
    assert opened == []
    bench.read(OTHERS)
    assert opened == [OTHERS]
