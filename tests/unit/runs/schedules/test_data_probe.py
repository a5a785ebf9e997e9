"""The share of a session's data counts the symbols that trade, in a sample of the scan's own symbols."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np
import pytest

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.universe import Security, SourceInfo, Universe
from technic_scanner.pipeline.ports import PriceBatch
from technic_scanner.runs.schedule_ports import DataShare
from technic_scanner.runs.schedules.data_probe import SourceProbe
from technic_scanner.screening.bars import Panel

SESSION = date(2026, 11, 27)


class Source:
    """A source of 100 symbols, of which each has bars up to a day of its own, one a batch."""

    def __init__(self, ends: dict[str, date], last: date | None = None) -> None:
        self.ends, self.last, self.asked = ends, last, ()

    def info(self) -> SourceInfo:
        return SourceInfo("fake", "Fake", ("all",), date(2000, 1, 3), self.last)

    def universe(self, name: str | None, cancel: object) -> Universe:
        sector = {True: "Energy", False: "Utilities"}
        return Universe("all", tuple(Security(symbol, sector=sector[symbol < "S050"]) for symbol in self.ends))

    def fetch(
        self, symbols: Sequence[str], start: date, end: date, cancel: object, say: object
    ) -> Iterator[PriceBatch]:
        self.asked = tuple(symbols)
        days = np.arange(np.datetime64(start, "D"), np.datetime64(end, "D") + 1)
        for symbol in symbols:
            closes = np.where(days <= np.datetime64(self.ends[symbol], "D"), 10.0, np.nan)[None, :]
            yield PriceBatch(Panel((symbol,), days, *[closes] * 5))


class Catalog:
    def __init__(self, source: Source) -> None:
        self.one = source

    def source(self, name: str, config: ScanConfig) -> Source:
        return self.one


def ends(missing: int = 0, dead: int = 0) -> dict[str, date]:
    found = dict.fromkeys((f"S{number:03d}" for number in range(100)), SESSION)
    for number in range(missing):
        found[f"S{number:03d}"] = SESSION - timedelta(days=1)
    for number in range(99, 99 - dead, -1):
        found[f"S{number:03d}"] = SESSION - timedelta(days=400)
    return found


@pytest.mark.parametrize(("missing", "dead", "share"), [(0, 0, (100, 100)), (3, 0, (97, 100)), (3, 20, (77, 80))])
def test_symbols_that_do_not_trade_any_more_are_not_waited_for(missing: int, dead: int, share: tuple[int, int]) -> None:
    probe = SourceProbe(Catalog(Source(ends(missing, dead))))  # type: ignore[arg-type]
    assert probe(ScanConfig(), SESSION) == DataShare(*share)


def test_only_a_sample_of_the_scan_s_own_symbols_is_asked_for() -> None:
    source = Source(ends())
    share = SourceProbe(Catalog(source), sample=20)(ScanConfig(sectors=("Energy",)), SESSION)  # type: ignore[arg-type]
    assert share is not None
    assert share.of == len(source.asked) == 17
    assert set(source.asked) < {f"S{number:03d}" for number in range(50)}


def test_a_source_that_ends_before_the_session_is_not_asked() -> None:
    source = Source(ends(), last=SESSION - timedelta(days=1))
    assert SourceProbe(Catalog(source))(ScanConfig(), SESSION) is None  # type: ignore[arg-type]
    assert source.asked == ()


def test_nothing_to_wait_for_is_no_hindrance() -> None:
    assert DataShare(0, 0).fraction == 1.0
