"""The synthetic market: as large as asked for, the same for a seed, in cents, with one switch of regime."""

from __future__ import annotations

import hashlib
from datetime import date

import numpy as np
import pytest

from technic_scanner.adapters.market_data.synthetic import BENCHMARK, SyntheticSource, sized
from technic_scanner.domain.sectors import GICS_SECTORS
from technic_scanner.errors import ConfigError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.screening.bars import FIELDS, Panel
from technic_scanner.testing.sources import bars_of


def everything(source: SyntheticSource) -> Panel:
    return bars_of(source, [security.symbol for security in source.universe(None, CancelToken()).securities])


def test_it_is_as_large_as_asked_for() -> None:
    panel = everything(SyntheticSource(33, 77))
    assert panel.shape == (33, 77)
    assert not np.isnan(panel.close).any()


def test_prices_are_cents_and_volumes_whole() -> None:
    panel = everything(SyntheticSource(20, 300))
    for name in FIELDS[:4]:
        cents = np.rint(getattr(panel, name) * 100)
        assert np.array_equal(cents / 100, getattr(panel, name))
    assert np.array_equal(np.rint(panel.volume), panel.volume)
    assert (panel.low >= 0.01).all()


def test_a_symbol_depends_neither_on_how_many_nor_on_batches() -> None:
    few = bars_of(SyntheticSource(5, 200), ["SYN00003"])
    many = bars_of(SyntheticSource(500, 200, batch_size=7), ["SYN00009", "SYN00003", "SYN00001"])
    for name in FIELDS:
        assert np.array_equal(getattr(few, name)[0], getattr(many, name)[1])


def test_another_seed_is_another_market() -> None:
    left, right = everything(SyntheticSource(5, 200, seed=1)), everything(SyntheticSource(5, 200, seed=2))
    assert (left.close != right.close).mean() > 0.9


def test_it_is_never_labelled_as_a_market() -> None:
    info = SyntheticSource(10, 20).info()
    assert not info.is_market
    assert "ynthetic" in info.label
    assert "generated" in info.label


def test_every_sector_has_members_and_industries() -> None:
    securities = SyntheticSource(100, 2).universe(None, CancelToken()).securities
    assert {security.sector for security in securities} == set(GICS_SECTORS)
    assert len({security.industry for security in securities}) > len(GICS_SECTORS)


def test_the_index_falls_and_shakes_after_the_switch() -> None:
    index = bars_of(SyntheticSource(1, 2000), [BENCHMARK]).close[0]
    returns = np.diff(np.log(index))
    calm, rough = returns[: int(0.6 * 2000) - 1], returns[int(0.6 * 2000) :]
    assert rough.std() > 1.8 * calm.std()
    assert calm.mean() > 0 > rough.mean()


def test_symbols_move_with_the_index() -> None:
    source = SyntheticSource(60, 1000)
    index = np.diff(np.log(bars_of(source, [BENCHMARK]).close[0]))
    returns = np.diff(np.log(everything(source).close), axis=1)
    correlations = [np.corrcoef(index, row)[0, 1] for row in returns]
    assert 0.3 < np.mean(correlations) < 0.9


def test_the_benchmark_is_not_in_the_universe() -> None:
    source = SyntheticSource(10, 20)
    assert source.benchmark() == BENCHMARK
    assert BENCHMARK not in {security.symbol for security in source.universe(None, CancelToken()).securities}


def test_late_listings_begin_somewhere_in_between() -> None:
    panel = everything(SyntheticSource(200, 100, late_listings=0.5))
    gaps = np.isnan(panel.close)
    late = gaps.any(axis=1)
    assert 60 < late.sum() < 140
    assert (np.diff(gaps[late].astype(int), axis=1) <= 0).all()  # NaN on the left only


def test_sessions_are_weekdays_up_to_the_last_one() -> None:
    info = SyntheticSource(1, 10, last_session=date(2024, 6, 9)).info()  # a Sunday
    assert info.last_session == date(2024, 6, 7)
    assert info.first_session == date(2024, 5, 27)


@pytest.mark.parametrize("symbol", ["SYN", "SYN0", "SYN00000", "SYN00011", "SYN000001", "syn00001", "SYN٣", "00001"])
def test_only_its_own_spelling_is_known(symbol: str) -> None:
    assert bars_of(SyntheticSource(10, 20), [symbol]).symbols == ()


def test_every_bad_argument_is_named() -> None:
    with pytest.raises(ConfigError) as caught:
        SyntheticSource(0, -1, late_listings=2.0, batch_size=0)
    fields = {problem.field for problem in caught.value.problems}
    assert fields == {f"synthetic.{name}" for name in ("symbols", "sessions", "late_listings", "batch_size")}


def test_a_size_is_a_universe() -> None:
    source = sized("30x40")
    assert source.universe("30x40", CancelToken()).name == "30x40"
    assert everything(source).shape == (30, 40)


@pytest.mark.parametrize("name", ["", "30", "30x", "x40", "0x10", "30x40x2", "-1x5", "1e3x5"])
def test_a_size_that_is_none_is_a_bad_field(name: str) -> None:
    if name == "":
        assert sized(name).universe(None, CancelToken()).name == "500x1260"
        return
    with pytest.raises(ConfigError) as caught:
        sized(name)
    assert [problem.field for problem in caught.value.problems] == ["universe"]


def test_its_bars_stay_the_same() -> None:
    source = SyntheticSource(25, 90, seed=-3, late_listings=0.4, batch_size=12)
    panel = bars_of(
        source, [BENCHMARK, *(security.symbol for security in source.universe(None, CancelToken()).securities)]
    )
    prices = b"".join(getattr(panel, name).tobytes() for name in FIELDS[:4])
    assert hashlib.sha256(prices).hexdigest()[:16] == "629d7c065ff1b0a4"
    # Its last digit depends on how a processor computes exponentials in single precision.
    assert np.nansum(panel.volume) == pytest.approx(40_905_742_921, rel=1e-6)
