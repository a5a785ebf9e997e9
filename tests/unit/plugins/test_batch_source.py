"""A source of three methods holds the contract of sources, and serves what it is asked for alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest

from technic_scanner.domain.universe import Security, SourceInfo
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.plugins import BatchSource
from technic_scanner.screening.bars import FIELDS, Panel
from technic_scanner.testing.fakes import random_panel
from technic_scanner.testing.sources import SourceContract, SourceOffer, silent

SYMBOLS = ("DDD", "AAA", "CCC", "BBB", "EEE")
MARKET = random_panel(SYMBOLS, 120)
LATE = "EEE"  # has bars on the last ten sessions only


def with_a_late_listing() -> Panel:
    arrays = [np.array(getattr(MARKET, name)) for name in FIELDS]
    for array in arrays:
        array[SYMBOLS.index(LATE), :-10] = np.nan
    return Panel(MARKET.symbols, MARKET.sessions, *arrays)


class Small(BatchSource):
    """Two symbols at a time, of everything that it has whatever is asked for."""

    batch_size = 2

    def __init__(self) -> None:
        self.panel = with_a_late_listing()
        self.asked: list[Sequence[str]] = []

    def info(self) -> SourceInfo:
        return SourceInfo("small", "A few symbols", ("all", "first"))

    def securities(self, universe: str) -> list[Security]:
        return [Security(symbol) for symbol in (SYMBOLS if universe == "all" else SYMBOLS[:1])]

    def bars(self, symbols: Sequence[str], start: date | None, end: date | None) -> Panel:
        self.asked.append(symbols)
        return self.panel


class TestBatchSource(SourceContract):
    @pytest.fixture
    def offer(self) -> SourceOffer:
        last = MARKET.last_session
        assert last is not None
        return SourceOffer(Small, ["AAA", "BBB", "CCC"], "NOPE", last)


def test_each_universe_has_its_own_securities() -> None:
    assert [item.symbol for item in Small().universe("first", CancelToken()).securities] == ["DDD"]


def test_the_source_is_asked_for_one_batch_after_the_other() -> None:
    source = Small()
    batches = source.fetch(["CCC", "AAA", "NOPE", "CCC", "DDD"], None, None, CancelToken(), silent)
    assert [batch.panel.symbols for batch in batches] == [("CCC", "AAA"), ("DDD",)]
    assert source.asked == [["CCC", "AAA"], ["NOPE", "DDD"]]


def test_a_symbol_that_was_not_listed_yet_has_no_data_beside_one_that_was() -> None:
    last = MARKET.last_session
    assert last is not None
    end = last - timedelta(days=60)
    (batch,) = Small().fetch(["AAA", LATE], None, end, CancelToken(), silent)
    assert batch.panel.symbols == ("AAA",)
    assert [(failure.symbol, failure.reason) for failure in batch.failures] == [(LATE, "no_data")]
