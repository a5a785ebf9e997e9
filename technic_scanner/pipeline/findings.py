"""Hold what the stages of a scan have found so far; when a scan stops, this becomes its result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from technic_scanner.domain.metrics import FailureKind, Outcome, SymbolFailure
from technic_scanner.domain.stage import Stage
from technic_scanner.domain.symbol_text import first_named
from technic_scanner.domain.universe import Security, Universe
from technic_scanner.pipeline.analyse import Analysis
from technic_scanner.pipeline.criteria_chunks import ScanCriteria
from technic_scanner.pipeline.criteria_rows import Asked
from technic_scanner.pipeline.fetch import FetchedPrices
from technic_scanner.pipeline.finalize import Analysed, Ranking
from technic_scanner.pipeline.market import MarketView
from technic_scanner.pipeline.measure import Tally
from technic_scanner.pipeline.money import Money
from technic_scanner.pipeline.reasons import NOT_REACHED
from technic_scanner.pipeline.reference_bars import Reference
from technic_scanner.pipeline.universe import UniverseSelection
from technic_scanner.screening.matrix import IntArray
from technic_scanner.screening.sessions import UsedBars

_NAMED = 5


@dataclass(slots=True)
class Findings:
    """The finds of each stage, None until it has run."""

    universe: Universe | None = None
    filtered: UniverseSelection | None = None
    money: Money = field(default_factory=Money)
    market: MarketView | None = None
    reference: Reference | None = None
    fetched: FetchedPrices | None = None
    used: UsedBars | None = None
    criteria: ScanCriteria | None = None
    analysis: Analysis | None = None
    ranking: Ranking | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def scanned(self) -> int:
        """The number of scanned symbols."""
        return self.analysis.scanned if self.analysis is not None else 0

    @property
    def as_of(self) -> date | None:
        """The newest session that a row was judged on; before rows are judged, of the bars."""
        if self.ranking is not None:
            return self.ranking.context.newest_session
        return self.fetched.panel.last_session if self.fetched else None

    @property
    def fetch_failures(self) -> tuple[SymbolFailure, ...]:
        """The symbols without bars."""
        return self.fetched.failures if self.fetched else ()

    def unread(self) -> tuple[str, ...]:
        """Say how many symbols could not be read, which makes the result partial, and name the first of them."""
        failed, asked = [failure.symbol for failure in self.fetch_failures], self.filtered
        if not failed or asked is None:
            return ()
        return (f"{len(failed):,} of {len(asked.kept):,} symbols could not be read: {first_named(failed, _NAMED)}.",)

    def analysed(self, rows: IntArray) -> Analysed:
        """Return the analysis of ``rows`` of the used bars, with the market that they are judged against."""
        assert self.used is not None  # set by the stages before, as are the others
        assert self.analysis is not None
        assert self.reference is not None
        assert self.market is not None
        assert self.filtered is not None
        complete = len(rows) == len(self.used.panel.symbols)
        used = self.used if complete else self.used.take(rows)
        matrix = self.analysis.matrix[rows]
        by_symbol = {security.symbol: security for security in self.filtered.kept}
        listed = tuple(map(by_symbol.__getitem__, used.panel.symbols))
        market = self.reference.market_of(used, matrix, complete=complete)
        asked = None
        if self.criteria is not None:
            panel = self.criteria.panel if complete else self.criteria.take(rows)
            asked = Asked(self.criteria, panel, self.analysis.kept[rows])
        return Analysed(listed, used, matrix, self.market, market, self.money, self.reference.rates, asked)

    def failures(self, *, cancelled: bool) -> tuple[SymbolFailure, ...]:
        """Return the reason of every symbol that is not in the table."""
        parts = [*(self.filtered.failures if self.filtered else ()), *self.fetch_failures]
        if self.ranking is not None:
            parts.extend(self.ranking.failures)
        if self.filtered is not None and (self.ranking is None or cancelled):
            parts.extend(_not_reached(self.filtered.kept, parts, self.ranking))
        return tuple(parts)

    def outcome(self, failures: Sequence[SymbolFailure], *, cancelled: bool) -> Outcome:
        """Return how complete the result is."""
        if self.ranking is None or cancelled:
            return Outcome.PARTIAL
        if self.ranking.table.num_rows == 0:
            return Outcome.EMPTY
        failed = any(failure.kind is FailureKind.ERROR for failure in failures)
        return Outcome.PARTIAL if failed or self.ranking.warnings else Outcome.COMPLETE

    def tally(self, failures: Sequence[SymbolFailure], returned: int) -> Tally:
        """Return the counts of symbols."""
        return Tally(
            in_universe=len(self.universe.securities) if self.universe else 0,
            attempted=len(self.filtered.kept) if self.filtered else 0,
            scanned=self.scanned,
            returned=returned,
            rejected=sum(failure.kind is FailureKind.REJECTED for failure in failures),
            failed=sum(failure.kind is FailureKind.ERROR for failure in failures),
        )


def _not_reached(
    kept: Sequence[Security], failures: Sequence[SymbolFailure], ranking: Ranking | None
) -> Iterator[SymbolFailure]:
    """Yield those of ``kept`` that were not evaluated when the scan ended."""
    named = {failure.symbol for failure in failures}
    if ranking is not None:
        named.update(ranking.table["Symbol"].to_pylist())
    text = "the scan ended before this symbol was judged"
    for security in kept:
        if security.symbol not in named:
            yield SymbolFailure(security.symbol, Stage.SYMBOL_SCANNING, FailureKind.ERROR, NOT_REACHED, text)
