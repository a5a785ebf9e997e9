"""What the price cache must hold towards the pipeline; the shipped one, and for the basics the fake that tests use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from technic_scanner.adapters.market_data.price_cache.cache import ParquetPriceCache
from technic_scanner.clock import ManualClock
from technic_scanner.pipeline.ports import PriceBatch, PriceCache
from technic_scanner.screening.bars import FIELDS, Panel
from technic_scanner.screening.panel_build import drop_empty_sessions
from tests.contract.sources.offers import AFTER_ALL, late_panel
from tests.support.fakes import MemoryCache

CACHES: dict[str, Callable[[Path], PriceCache]] = {
    "parquet": lambda root: ParquetPriceCache(root, ManualClock(AFTER_ALL)),
    "memory": lambda _: MemoryCache(),
}
LAST = date(2025, 12, 30)


@pytest.fixture(params=list(CACHES))
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> PriceCache:
    return CACHES[request.param](tmp_path)


@pytest.fixture(scope="module")
def panel() -> Panel:
    return late_panel(120)


def same(left: Panel, right: Panel) -> bool:
    return (
        left.symbols == right.symbols
        and np.array_equal(left.sessions, right.sessions)
        and all(np.array_equal(getattr(left, name), getattr(right, name), equal_nan=True) for name in FIELDS)
    )


def changed_after(panel: Panel, day: date) -> Panel:
    """Return the panel with every bar after ``day`` made three times as high."""
    later = panel.sessions > np.datetime64(day)
    return Panel(
        panel.symbols,
        panel.sessions,
        *(np.where(later, getattr(panel, name) * 3, getattr(panel, name)) for name in FIELDS),
    )


def test_an_empty_cache_misses_everything(cache: PriceCache) -> None:
    read = cache.read("any", ["A", "B"], 10, LAST)
    assert set(read.missing) == {"A", "B"}
    assert read.panel.symbols == ()
    assert cache.start_for("any", ["A"], LAST) is None


def test_what_was_written_is_read_back_exactly(cache: PriceCache, panel: Panel) -> None:
    cache.write("any", PriceBatch(panel), None, LAST)
    read = cache.read("any", panel.symbols, 1000, LAST)
    assert read.missing == ()
    assert same(read.panel, drop_empty_sessions(panel))


def test_every_symbol_is_a_hit_or_missing(cache: PriceCache, panel: Panel) -> None:
    cache.write("any", PriceBatch(panel.take([0, 3])), None, LAST)
    read = cache.read("any", [*panel.symbols, "NOPE"], 1000, LAST)
    held = [panel.symbols[0], panel.symbols[3]]
    assert list(read.panel.symbols) == held
    assert sorted(read.missing) == sorted({*panel.symbols, "NOPE"} - set(held))


def test_only_the_newest_bars_are_read(cache: PriceCache, panel: Panel) -> None:
    cache.write("any", PriceBatch(panel), None, LAST)
    read = cache.read("any", panel.symbols, 30, LAST)
    assert same(read.panel, panel.last(30))


def test_symbols_come_in_the_order_asked_for(cache: PriceCache, panel: Panel) -> None:
    cache.write("any", PriceBatch(panel), None, LAST)
    order = list(reversed(panel.symbols))
    assert list(cache.read("any", order, 30, LAST).panel.symbols) == order


def test_nothing_after_as_of_is_read(cache: PriceCache, panel: Panel) -> None:
    cache.write("any", PriceBatch(panel), None, LAST)
    day = panel.sessions[70].item()
    read = cache.read("any", panel.symbols, 20, day)
    assert (read.panel.sessions <= np.datetime64(day)).all()
    assert same(read.panel, drop_empty_sessions(panel.until(day).take(rows_of(panel, read.panel))).last(20))


def test_changing_the_future_changes_neither_bars_nor_fingerprint(
    panel: Panel, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    day = panel.sessions[70].item()
    for name, make in CACHES.items():
        plain, other = make(tmp_path / name / "plain"), make(tmp_path / name / "other")
        plain.write("any", PriceBatch(panel), None, LAST)
        other.write("any", PriceBatch(changed_after(panel, day)), None, LAST)
        left, right = plain.read("any", panel.symbols, 40, day), other.read("any", panel.symbols, 40, day)
        assert same(left.panel, right.panel)
        assert left.fingerprint == right.fingerprint


def test_the_fingerprint_is_of_the_data(cache: PriceCache, panel: Panel) -> None:
    cache.write("any", PriceBatch(panel), None, LAST)
    first = cache.read("any", panel.symbols, 40, LAST).fingerprint
    cache.write("any", PriceBatch(panel), None, LAST)
    assert cache.read("any", panel.symbols, 40, LAST).fingerprint == first
    assert cache.read("any", panel.symbols[:5], 40, LAST).fingerprint != first
    cache.write("any", PriceBatch(changed_after(panel, panel.sessions[-2].item())), None, LAST)
    assert cache.read("any", panel.symbols, 40, LAST).fingerprint != first


def rows_of(panel: Panel, of: Panel) -> list[int]:
    return [panel.symbols.index(symbol) for symbol in of.symbols]
