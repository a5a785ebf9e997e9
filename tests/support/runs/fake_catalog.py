"""A catalog of one small source, in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.execution import ExecutorInfo
from technic_scanner.domain.universe import Security, SourceInfo, Universe
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import MacroSeries, MessageSink, PriceBatch

INFO = SourceInfo("sample", "S&P 500, Aug 2009 – Aug 2010", ("sp500", "tech"), date(2009, 8, 21), date(2010, 8, 20))

SECURITIES = (
    Security("AAPL", "Apple", "Information Technology", "Computers"),
    Security("MSFT", "Microsoft", "Information Technology", "Software"),
    Security("XOM", "Exxon", "Energy", "Oil"),
    Security("ZZZ", None, None, None),
)


class FakeSource:
    """Four securities; counts how often the universe is loaded."""

    def __init__(self) -> None:
        self.loads = 0

    def info(self) -> SourceInfo:
        return INFO

    def universe(self, name: str | None, cancel: CancelToken) -> Universe:
        self.loads += 1
        return Universe(name or "sp500", SECURITIES)

    def macro(self, as_of: date | None, cancel: CancelToken) -> tuple[MacroSeries, ...]:
        return ()

    def benchmark(self) -> str | None:
        return None

    def fetch(
        self, symbols: Sequence[str], start: date | None, end: date | None, cancel: CancelToken, say: MessageSink
    ) -> Iterator[PriceBatch]:
        raise AssertionError("the service fetches nothing")


class FakeCatalog:
    """Knows the one source, and two executors; ``lacking`` says what a source or an executor of this name lacks."""

    def __init__(self) -> None:
        self.fake = FakeSource()
        self.lacking: dict[str, str] = {}

    def sources(self) -> tuple[SourceInfo, ...]:
        return (INFO,)

    def source(self, name: str, config: ScanConfig) -> FakeSource:
        if name != "sample":
            raise ConfigError([FieldProblem("source", f"{name!r} is not one of sample")])
        return self.fake

    def unreadable_here(self, name: str) -> str | None:
        return self.lacking.get(name)

    def missing(self, name: str) -> str | None:
        self.source(name, ScanConfig())
        return self.lacking.get(name)

    def executor_problems(self, options: RunOptions) -> tuple[FieldProblem, ...]:
        return ()

    def executors(self) -> tuple[ExecutorInfo, ...]:
        return tuple(ExecutorInfo(name, name.capitalize(), self.lacking.get(name)) for name in ("local", "dask"))
