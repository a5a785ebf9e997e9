"""What every source must hold, whatever its data: the suites that the built-in sources pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from technic_scanner.clock import SystemClock
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import FailureKind
from technic_scanner.domain.sectors import GICS_SECTORS
from technic_scanner.errors import CancelledError, ConfigError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import Source
from technic_scanner.plugins import PluginContext, SourcePlugin
from technic_scanner.screening.bars import FIELDS, Panel
from technic_scanner.screening.panel_build import combine_panels


@dataclass(frozen=True)
class SourceOffer:
    """One source under test.

    ``remake`` makes it anew from the same data. ``symbols`` are three or more that it serves, in symbol order,
    ``unknown`` is one that it does not know, ``last`` the last session of its data. ``has_benchmark_bars`` is False if
    the data of the test lacks those of the benchmark that the source names, ``is_market`` if the data is made up.
    """

    remake: Callable[[], Source]
    symbols: list[str]
    unknown: str
    last: date
    has_benchmark_bars: bool = True
    is_market: bool = True


def silent(_: str) -> None:
    """Take a message and drop it."""


def bars_of(source: Source, symbols: list[str], start: date | None = None, end: date | None = None) -> Panel:
    """Return all bars that one fetch brings."""
    batches = source.fetch(symbols, start, end, CancelToken(), silent)
    return combine_panels([batch.panel for batch in batches], symbols)


def same_bars(left: Panel, right: Panel) -> bool:
    """Tell whether two panels hold the same symbols, sessions and bars."""
    return (
        left.symbols == right.symbols
        and np.array_equal(left.sessions, right.sessions)
        and all(np.array_equal(getattr(left, name), getattr(right, name), equal_nan=True) for name in FIELDS)
    )


class SourceContract:
    """Subclass it and give it a fixture ``offer`` that returns a SourceOffer."""

    def test_every_symbol_asked_for_is_in_exactly_one_batch(self, offer: SourceOffer) -> None:
        asked = [*offer.symbols, offer.unknown, offer.symbols[0]]
        arrived: list[str] = []
        for batch in offer.remake().fetch(asked, None, None, CancelToken(), silent):
            arrived += [*batch.panel.symbols, *(failure.symbol for failure in batch.failures)]
        assert sorted(arrived) == sorted({*offer.symbols, offer.unknown})

    def test_bars_are_sorted_whole_and_plausible(self, offer: SourceOffer) -> None:
        panel = bars_of(offer.remake(), offer.symbols)
        assert panel.symbols == tuple(offer.symbols)
        assert (np.diff(panel.sessions) > np.timedelta64(0, "D")).all()
        exists = ~np.isnan(panel.close)
        assert exists.any(axis=1).all()
        for name in FIELDS:
            array = getattr(panel, name)
            assert array.dtype == np.float64
            assert array.flags.c_contiguous
            assert np.array_equal(~np.isnan(array), exists)
            assert np.isfinite(array[exists]).all()
        assert (panel.low[exists] > 0).all()
        assert (panel.volume[exists] >= 0).all()
        assert (panel.high >= np.fmax(panel.open, panel.close))[exists].all()
        assert (panel.low <= np.fmin(panel.open, panel.close))[exists].all()

    @pytest.mark.parametrize(("first", "last"), [(None, 40), (60, None), (60, 40), (45, 45)])
    def test_no_session_lies_outside_the_span(self, offer: SourceOffer, first: int | None, last: int | None) -> None:
        start = None if first is None else offer.last - timedelta(days=first)
        end = None if last is None else offer.last - timedelta(days=last)
        whole = bars_of(offer.remake(), offer.symbols)
        for batch in offer.remake().fetch(offer.symbols, start, end, CancelToken(), silent):
            for session in batch.panel.sessions.tolist():
                assert start is None or session >= start
                assert end is None or session <= end
            for row, symbol in enumerate(batch.panel.symbols):
                got = batch.panel.close[row]
                columns = np.searchsorted(whole.sessions, batch.panel.sessions)
                assert np.array_equal(got, whole.close[whole.symbols.index(symbol)][columns], equal_nan=True)

    def test_the_same_request_brings_the_same_bars(self, offer: SourceOffer) -> None:
        source = offer.remake()
        first = bars_of(source, offer.symbols)
        assert same_bars(first, bars_of(source, offer.symbols))
        assert same_bars(first, bars_of(offer.remake(), offer.symbols))

    def test_a_symbol_has_the_same_bars_in_whatever_company(self, offer: SourceOffer) -> None:
        source = offer.remake()
        together = bars_of(source, offer.symbols)
        for symbol in offer.symbols[-2:]:
            alone = bars_of(source, [symbol])
            row = together.close[together.symbols.index(symbol)]
            assert np.array_equal(alone.close[0][~np.isnan(alone.close[0])], row[~np.isnan(row)])

    def test_an_unknown_symbol_is_a_failure_with_a_reason(self, offer: SourceOffer) -> None:
        (batch,) = offer.remake().fetch([offer.unknown], None, None, CancelToken(), silent)
        (failure,) = batch.failures
        assert batch.panel.symbols == ()
        assert (failure.symbol, failure.reason, failure.kind) == (offer.unknown, "not_found", FailureKind.ERROR)
        assert failure.stage == "data_fetching"
        assert offer.unknown in failure.detail

    def test_a_span_without_bars_is_a_failure_not_an_empty_row(self, offer: SourceOffer) -> None:
        (batch,) = offer.remake().fetch(offer.symbols[:1], None, date(1990, 1, 1), CancelToken(), silent)
        assert batch.panel.symbols == ()
        assert [failure.reason for failure in batch.failures] == ["no_data"]

    def test_nothing_asked_for_brings_nothing(self, offer: SourceOffer) -> None:
        batches = list(offer.remake().fetch([], None, None, CancelToken(), silent))
        assert not [symbol for batch in batches for symbol in batch.panel.symbols]
        assert not [failure for batch in batches for failure in batch.failures]

    def test_a_cancelled_fetch_stops(self, offer: SourceOffer) -> None:
        cancel = CancelToken()
        cancel.cancel()
        with pytest.raises(CancelledError):
            list(offer.remake().fetch(offer.symbols, None, None, cancel, silent))

    def test_a_cancel_between_batches_stops(self, offer: SourceOffer) -> None:
        cancel = CancelToken()
        source = offer.remake()
        every = [security.symbol for security in source.universe(None, CancelToken()).securities]
        batches = source.fetch([*offer.symbols, *every], None, None, cancel, silent)
        next(batches)
        cancel.cancel()
        with pytest.raises(CancelledError):
            list(batches)

    def test_the_universe_is_sorted_and_speaks_gics(self, offer: SourceOffer) -> None:
        source = offer.remake()
        universe = source.universe(None, CancelToken())
        symbols = [security.symbol for security in universe.securities]
        assert symbols == sorted(set(symbols))
        assert {security.sector for security in universe.securities} <= {*GICS_SECTORS, None}
        assert universe == source.universe(None, CancelToken())

    def test_the_default_universe_is_the_first_one_named(self, offer: SourceOffer) -> None:
        source = offer.remake()
        assert (
            source.universe(source.info().universes[0], CancelToken()).name == source.universe(None, CancelToken()).name
        )

    def test_an_unknown_universe_is_a_bad_field(self, offer: SourceOffer) -> None:
        with pytest.raises(ConfigError) as caught:
            offer.remake().universe("no such universe", CancelToken())
        assert [problem.field for problem in caught.value.problems] == ["universe"]

    def test_the_benchmark_is_served_or_none(self, offer: SourceOffer) -> None:
        source = offer.remake()
        symbol = source.benchmark()
        if symbol is not None and offer.has_benchmark_bars:
            assert bars_of(source, [symbol]).symbols == (symbol,)

    def test_macro_looks_not_ahead(self, offer: SourceOffer) -> None:
        day = offer.last - timedelta(days=30)
        for series in offer.remake().macro(day, CancelToken()):
            assert (series.sessions <= np.datetime64(day)).all()
            assert len(series.sessions) == len(series.values)

    def test_info_names_the_source_and_its_universes(self, offer: SourceOffer) -> None:
        info = offer.remake().info()
        assert info.name
        assert info.label
        assert info.universes
        assert info.is_market == offer.is_market


class SourcePluginContract:
    """Subclass it and give it two fixtures: ``plugin`` returns the plugin, ``options`` the values that it needs."""

    @pytest.fixture
    def context(self, plugin: SourcePlugin[Any], options: dict[str, Any], tmp_path: Path) -> PluginContext:
        """Return what the plugin is opened with: its defaults, and ``options`` over them."""
        values = {option.name: option.default for option in plugin.options} | options
        return PluginContext(tmp_path / plugin.name, SystemClock(), values)

    def test_it_describes_itself_and_each_of_its_options(self, plugin: SourcePlugin[Any]) -> None:
        assert plugin.label
        assert len({option.name for option in plugin.options}) == len(plugin.options)
        for option in plugin.options:
            assert option.name.isidentifier()
            assert option.help.endswith(".")
            assert option.variable(plugin.name) == option.variable(plugin.name).upper()

    def test_it_describes_its_source(self, plugin: SourcePlugin[Any], context: PluginContext) -> None:
        info = plugin.describe(context)
        assert info == plugin.describe(context)
        assert info.name == plugin.name
        assert info.label
        assert info.universes

    def test_it_opens_what_it_describes(self, plugin: SourcePlugin[Any], context: PluginContext) -> None:
        info, source = plugin.describe(context), plugin.open(context, ScanConfig(source=plugin.name))
        assert source.info().name == info.name
        assert source.info().universes[0] == info.universes[0]

    def test_every_universe_that_it_names_can_be_opened(
        self, plugin: SourcePlugin[Any], context: PluginContext
    ) -> None:
        for name in plugin.describe(context).universes:
            source = plugin.open(context, ScanConfig(source=plugin.name, universe=name))
            assert source.universe(name, CancelToken()).name == name

    def test_the_same_config_has_the_same_name_in_the_cache(
        self, plugin: SourcePlugin[Any], context: PluginContext
    ) -> None:
        config = ScanConfig(source=plugin.name)
        parts = {plugin.cache_part(plugin.open(context, config), config) for _ in range(2)}
        assert len(parts) == 1
        assert parts.pop().count("@") <= 1
