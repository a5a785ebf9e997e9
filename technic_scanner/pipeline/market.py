"""Determine market regime and macro context from the benchmark, the macro series and the reference universe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from technic_scanner.pipeline.context import ScanContext
from technic_scanner.pipeline.fetch import fetch_benchmark
from technic_scanner.pipeline.ports import MacroSeries
from technic_scanner.pipeline.reference import ReferenceMarket
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.screening.bars import DateArray, FloatArray, Panel
from technic_scanner.screening.macro import STALE_AFTER_DAYS, Fact, series_facts
from technic_scanner.screening.regime import Regime, RegimePolicy, market_regime


@dataclass(frozen=True, slots=True, eq=False)
class MarketView:
    """The source's data on the market up to the as-of date: the benchmark's name and bars, and the macro series."""

    benchmark_name: str | None
    benchmark: Panel
    series: tuple[MacroSeries, ...]

    def macro_facts(self, newest: date | None) -> tuple[Fact, ...]:
        """Return the facts of the macro series on ``newest``, the newest scanned session (None: the newest values)."""
        return series_facts(self.series, newest)

    def benchmark_close(self, sessions: DateArray) -> FloatArray | None:
        """Return the benchmark's closes on ``sessions``, NaN where it has none; None without a benchmark."""
        if not self.benchmark.symbols:
            return None
        closes = np.full(len(sessions), np.nan)
        at = np.searchsorted(self.benchmark.sessions, sessions)
        inside = at < len(self.benchmark.sessions)
        inside[inside] = self.benchmark.sessions[at[inside]] == sessions[inside]
        closes[inside] = self.benchmark.close[0][at[inside]]
        return closes


def read_market(context: ScanContext, step_done: Callable[[str], None]) -> MarketView:
    """Read the benchmark's bars and the source's macro series; the sub-steps ``regime`` and ``macro``.

    They are evaluated later, on the newest session of the scanned symbols, because either may end before or after it.
    """
    reporter = context.reporter
    reporter.start_substage("regime", 1)
    benchmark = fetch_benchmark(context).until(context.as_of)
    step_done("regime")
    reporter.start_substage("macro", 1)
    series = context.source.macro(context.as_of, context.cancel)
    step_done("macro")
    return MarketView(context.source.benchmark(), benchmark, tuple(series))


def regime_of(view: MarketView, reference: ReferenceMarket) -> Regime:
    """Return the regime of the benchmark, or of the reference's equal-weight index, on the reference's newest session.

    The index is used if the source has no benchmark, or one that ended more than 10 days before.
    """
    name, newest = view.benchmark_name, reference.newest
    benchmark = view.benchmark.until(newest)
    traded = np.flatnonzero(np.isfinite(benchmark.close).any(axis=0))
    if name is None or not len(traded):
        return reference.index
    last: date = benchmark.sessions[traded[-1]].astype("datetime64[D]").item()
    if newest is not None and (newest - last).days > STALE_AFTER_DAYS:
        return replace(reference.index, index_name=f"{reference.index.index_name}, for {name} ends on {last}")
    return market_regime(benchmark.close[0], name)


def describe_market(
    regime: Regime, policy: RegimePolicy, reference: ReferenceMarket, macro_facts: Sequence[Fact]
) -> MarketContext:
    """Return the market context: regime with its evidence, breadth, rotation, macro series, and their effects."""
    return MarketContext(
        regime_trend=regime.trend,
        regime_volatility=regime.volatility,
        market_regime=regime.market_regime,
        facts=(*regime.facts, *reference.facts, *macro_facts),
        notes=(policy.sentence, _reference_sentence(reference)),
        reference=reference.name,
        reference_count=reference.count,
    )


def _reference_sentence(reference: ReferenceMarket) -> str:
    if not reference.count:
        return "The reference universe has no symbol to judge against."
    symbols = "symbol" if reference.count == 1 else "symbols"
    whole = f" of {reference.listed:,}" if reference.count != reference.listed else ""
    counted = f"{reference.name or 'all symbols'} ({reference.count:,}{whole} {symbols})"
    return (
        f"Breadth, alpha and the market's index are those of the reference universe {counted}, whatever filters leave."
    )
