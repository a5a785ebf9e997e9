"""What every price cache must hold towards the pipeline: the suite that the built-in one and the fake pass."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from technic_scanner.pipeline.ports import FetchedBatch, PriceBatch, PriceCache
from technic_scanner.screening.bars import FIELDS, Panel
from technic_scanner.screening.panel_build import drop_empty_sessions
from technic_scanner.testing.sources import same_bars

LAST = date(2025, 12, 30)


def changed_after(panel: Panel, day: date) -> Panel:
    """Return the panel with every bar after ``day`` made three times as high."""
    later = panel.sessions > np.datetime64(day)
    return Panel(
        panel.symbols,
        panel.sessions,
        *(np.where(later, getattr(panel, name) * 3, getattr(panel, name)) for name in FIELDS),
    )


def rows_of(panel: Panel, of: Panel) -> list[int]:
    return [panel.symbols.index(symbol) for symbol in of.symbols]


class CacheContract:
    """Subclass it and give it two fixtures.

    ``new_cache`` is a function without arguments that makes an empty cache, another one at each call. ``panel`` holds
    bars of several symbols, some of them listed late, on 80 sessions or more that end on 2025-12-30.
    """

    @pytest.fixture
    def cache(self, new_cache: Callable[[], PriceCache]) -> PriceCache:
        """Return an empty cache."""
        return new_cache()

    def test_an_empty_cache_misses_everything(self, cache: PriceCache) -> None:
        read = cache.read("any", ["A", "B"], 10, LAST)
        assert set(read.missing) == {"A", "B"}
        assert read.panel.symbols == ()
        assert cache.start_for("any", ["A"], LAST) is None

    def test_what_was_written_is_read_back_exactly(self, cache: PriceCache, panel: Panel) -> None:
        cache.write("any", PriceBatch(panel), None, LAST)
        read = cache.read("any", panel.symbols, 1000, LAST)
        assert read.missing == ()
        assert same_bars(read.panel, drop_empty_sessions(panel))

    def test_every_symbol_is_a_hit_or_missing(self, cache: PriceCache, panel: Panel) -> None:
        cache.write("any", PriceBatch(panel.take([0, 3])), None, LAST)
        read = cache.read("any", [*panel.symbols, "NOPE"], 1000, LAST)
        held = [panel.symbols[0], panel.symbols[3]]
        assert list(read.panel.symbols) == held
        assert sorted(read.missing) == sorted({*panel.symbols, "NOPE"} - set(held))

    def test_only_the_newest_bars_are_read(self, cache: PriceCache, panel: Panel) -> None:
        cache.write("any", PriceBatch(panel), None, LAST)
        read = cache.read("any", panel.symbols, 30, LAST)
        assert same_bars(read.panel, panel.last(30))

    def test_symbols_come_in_the_order_asked_for(self, cache: PriceCache, panel: Panel) -> None:
        cache.write("any", PriceBatch(panel), None, LAST)
        order = list(reversed(panel.symbols))
        assert list(cache.read("any", order, 30, LAST).panel.symbols) == order

    def test_nothing_after_as_of_is_read(self, cache: PriceCache, panel: Panel) -> None:
        cache.write("any", PriceBatch(panel), None, LAST)
        day = panel.sessions[70].item()
        read = cache.read("any", panel.symbols, 20, day)
        assert (read.panel.sessions <= np.datetime64(day)).all()
        assert same_bars(read.panel, drop_empty_sessions(panel.until(day).take(rows_of(panel, read.panel))).last(20))

    def test_changing_the_future_changes_neither_bars_nor_fingerprint(
        self, new_cache: Callable[[], PriceCache], panel: Panel
    ) -> None:
        day = panel.sessions[70].item()
        plain, other = new_cache(), new_cache()
        plain.write("any", PriceBatch(panel), None, LAST)
        other.write("any", PriceBatch(changed_after(panel, day)), None, LAST)
        left, right = plain.read("any", panel.symbols, 40, day), other.read("any", panel.symbols, 40, day)
        assert same_bars(left.panel, right.panel)
        assert left.fingerprint == right.fingerprint

    def test_the_fingerprint_is_of_the_data(self, cache: PriceCache, panel: Panel) -> None:
        cache.write("any", PriceBatch(panel), None, LAST)
        first = cache.read("any", panel.symbols, 40, LAST).fingerprint
        cache.write("any", PriceBatch(panel), None, LAST)
        assert cache.read("any", panel.symbols, 40, LAST).fingerprint == first
        assert cache.read("any", panel.symbols[:5], 40, LAST).fingerprint != first
        cache.write("any", PriceBatch(changed_after(panel, panel.sessions[-2].item())), None, LAST)
        assert cache.read("any", panel.symbols, 40, LAST).fingerprint != first

    def test_the_state_is_that_of_what_would_be_read(self, cache: PriceCache, panel: Panel) -> None:
        assert set(cache.state("any", panel.symbols, 40, LAST).missing) == set(panel.symbols)
        cache.write("any", PriceBatch(panel), None, LAST)
        first = cache.state("any", panel.symbols, 40, LAST)
        assert first.missing == ()
        assert first.name == cache.read("any", panel.symbols, 40, LAST).state
        assert cache.state("any", panel.symbols[:5], 40, LAST).name != first.name
        assert cache.state("any", panel.symbols, 30, LAST).name != first.name
        cache.write("any", PriceBatch(changed_after(panel, panel.sessions[-2].item())), None, LAST)
        assert cache.state("any", panel.symbols, 40, LAST).name != first.name

    def test_batches_that_are_written_together_are_each_there(self, cache: PriceCache, panel: Panel) -> None:
        half = len(panel.symbols) // 2
        parts = [panel.rows(0, half), panel.rows(half, len(panel.symbols)).last(60)]
        cache.write_all("any", [FetchedBatch(PriceBatch(part), None) for part in parts], LAST)
        for part in parts:
            assert same_bars(cache.read("any", part.symbols, 40, LAST).panel, part.last(40))

    def test_what_a_later_batch_says_of_a_symbol_holds(self, cache: PriceCache, panel: Panel) -> None:
        changed = changed_after(panel, panel.sessions[-2].item())
        both = [FetchedBatch(PriceBatch(panel), None), FetchedBatch(PriceBatch(changed), None)]
        cache.write_all("any", both, LAST)
        assert same_bars(cache.read("any", panel.symbols, 40, LAST).panel, changed.last(40))

    def test_a_summary_is_read_back_by_its_name(self, new_cache: Callable[[], PriceCache], panel: Panel) -> None:
        cache = new_cache()
        assert cache.summary("any", "market") is None
        cache.keep_summary("any", "market", b"calm")
        cache.keep_summary("other", "market", b"wild")
        assert (cache.summary("any", "market"), cache.summary("any", "another")) == (b"calm", None)
        cache.keep_summary("any", "market", b"up")
        cache.write("any", PriceBatch(panel), None, LAST)
        assert cache.summary("any", "market") == b"up"

    def test_dollar_volumes_are_those_of_the_newest_bars_up_to_the_day(self, cache: PriceCache, panel: Panel) -> None:
        assert cache.dollar_volumes("any", panel.symbols, LAST) == {}
        cache.write("any", PriceBatch(panel), None, LAST)
        day = panel.sessions[70].item()
        found = cache.dollar_volumes("any", [*panel.symbols, "NOPE"], day)
        for row, symbol in enumerate(panel.symbols):
            bars = panel.until(day).close[row] * panel.until(day).volume[row]
            known = bars[-60:][np.isfinite(bars[-60:])]
            assert (symbol in found) is bool(len(known))
            if len(known):
                assert found[symbol] == pytest.approx(known[-20:].mean())
