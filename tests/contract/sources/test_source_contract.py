"""What every source must hold, whatever its data; run over each shipped one."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from technic_scanner.domain.metrics import FailureKind
from technic_scanner.domain.sectors import GICS_SECTORS
from technic_scanner.errors import CancelledError, ConfigError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.screening.bars import FIELDS, Panel
from tests.contract.sources.offers import OFFERS, Offer, bars_of, silent


@pytest.fixture(params=list(OFFERS), scope="module")
def offer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Offer:
    return OFFERS[request.param](tmp_path_factory.mktemp(request.param))


def same(left: Panel, right: Panel) -> bool:
    return (
        left.symbols == right.symbols
        and np.array_equal(left.sessions, right.sessions)
        and all(np.array_equal(getattr(left, name), getattr(right, name), equal_nan=True) for name in FIELDS)
    )


def test_every_symbol_asked_for_is_in_exactly_one_batch(offer: Offer) -> None:
    asked = [*offer.symbols, offer.unknown, offer.symbols[0]]
    arrived: list[str] = []
    for batch in offer.remake().fetch(asked, None, None, CancelToken(), silent):
        arrived += [*batch.panel.symbols, *(failure.symbol for failure in batch.failures)]
    assert sorted(arrived) == sorted({*offer.symbols, offer.unknown})


def test_bars_are_sorted_whole_and_plausible(offer: Offer) -> None:
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
def test_no_session_lies_outside_the_span(offer: Offer, first: int | None, last: int | None) -> None:
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


def test_the_same_request_brings_the_same_bars(offer: Offer) -> None:
    source = offer.remake()
    first = bars_of(source, offer.symbols)
    assert same(first, bars_of(source, offer.symbols))
    assert same(first, bars_of(offer.remake(), offer.symbols))


def test_a_symbol_has_the_same_bars_in_whatever_company(offer: Offer) -> None:
    source = offer.remake()
    together = bars_of(source, offer.symbols)
    for symbol in offer.symbols[-2:]:
        alone = bars_of(source, [symbol])
        row = together.close[together.symbols.index(symbol)]
        assert np.array_equal(alone.close[0][~np.isnan(alone.close[0])], row[~np.isnan(row)])


def test_an_unknown_symbol_is_a_failure_with_a_reason(offer: Offer) -> None:
    (batch,) = offer.remake().fetch([offer.unknown], None, None, CancelToken(), silent)
    (failure,) = batch.failures
    assert batch.panel.symbols == ()
    assert (failure.symbol, failure.reason, failure.kind) == (offer.unknown, "not_found", FailureKind.ERROR)
    assert failure.stage == "data_fetching"
    assert offer.unknown in failure.detail


def test_a_span_without_bars_is_a_failure_not_an_empty_row(offer: Offer) -> None:
    (batch,) = offer.remake().fetch(offer.symbols[:1], None, date(1990, 1, 1), CancelToken(), silent)
    assert batch.panel.symbols == ()
    assert [failure.reason for failure in batch.failures] == ["no_data"]


def test_nothing_asked_for_brings_nothing(offer: Offer) -> None:
    batches = list(offer.remake().fetch([], None, None, CancelToken(), silent))
    assert not [symbol for batch in batches for symbol in batch.panel.symbols]
    assert not [failure for batch in batches for failure in batch.failures]


def test_a_cancelled_fetch_stops(offer: Offer) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(CancelledError):
        list(offer.remake().fetch(offer.symbols, None, None, cancel, silent))


def test_a_cancel_between_batches_stops(offer: Offer) -> None:
    cancel = CancelToken()
    source = offer.remake()
    every = [security.symbol for security in source.universe(None, CancelToken()).securities]
    batches = source.fetch([*offer.symbols, *every], None, None, cancel, silent)
    next(batches)
    cancel.cancel()
    with pytest.raises(CancelledError):
        list(batches)


def test_the_universe_is_sorted_and_speaks_gics(offer: Offer) -> None:
    source = offer.remake()
    universe = source.universe(None, CancelToken())
    symbols = [security.symbol for security in universe.securities]
    assert symbols == sorted(set(symbols))
    assert {security.sector for security in universe.securities} <= {*GICS_SECTORS, None}
    assert universe == source.universe(None, CancelToken())


def test_the_default_universe_is_the_first_one_named(offer: Offer) -> None:
    source = offer.remake()
    assert source.universe(source.info().universes[0], CancelToken()).name == source.universe(None, CancelToken()).name


def test_an_unknown_universe_is_a_bad_field(offer: Offer) -> None:
    with pytest.raises(ConfigError) as caught:
        offer.remake().universe("no such universe", CancelToken())
    assert [problem.field for problem in caught.value.problems] == ["universe"]


def test_the_benchmark_is_served_or_none(offer: Offer) -> None:
    source = offer.remake()
    symbol = source.benchmark()
    if symbol is not None and source.info().name != "yahoo":  # the fake client knows the made-up symbols only
        assert bars_of(source, [symbol]).symbols == (symbol,)


def test_macro_looks_not_ahead(offer: Offer) -> None:
    day = offer.last - timedelta(days=30)
    for series in offer.remake().macro(day, CancelToken()):
        assert (series.sessions <= np.datetime64(day)).all()
        assert len(series.sessions) == len(series.values)


def test_info_names_the_source_and_its_universes(offer: Offer) -> None:
    info = offer.remake().info()
    assert info.name
    assert info.label
    assert info.universes
    assert info.is_market == (info.name != "synthetic")
