"""Market regime and macro context: what the universe stage reads of the market, and what the bars add later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from technic_scanner.pipeline.context import ScanContext
from technic_scanner.pipeline.fetch import fetch_benchmark
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.screening.bars import DateArray, FloatArray, Panel
from technic_scanner.screening.macro import breadth_facts, rotation_facts, sector_rotation, series_facts
from technic_scanner.screening.regime import Regime, RegimePolicy, equal_weight_index, market_regime

EQUAL_WEIGHT_NAME = "equal-weight index of the scanned symbols"


@dataclass(frozen=True, slots=True, eq=False)
class MarketView:
    """What is known of the market before any bar of the universe is in: the benchmark's bars and the macro facts."""

    benchmark: Panel
    regime: Regime | None
    macro_facts: tuple[tuple[str, float | None], ...]

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
    """Read the benchmark's regime and the source's macro series; the sub-steps ``regime`` and ``macro``.

    Without a benchmark the regime is judged later, from the equal-weight index of the scanned symbols.
    """
    reporter = context.reporter
    reporter.start_substage("regime", 1)
    benchmark = fetch_benchmark(context).until(context.as_of)
    name = context.source.benchmark()
    regime = market_regime(benchmark.close[0], name) if name is not None and benchmark.symbols else None
    step_done("regime")
    reporter.start_substage("macro", 1)
    facts = series_facts(context.source.macro(context.as_of), context.as_of)
    step_done("macro")
    return MarketView(benchmark, regime, facts)


def regime_of(market: MarketView, panel: Panel) -> Regime:
    """Return the benchmark's regime or, without a benchmark, that of the panel's equal-weight index."""
    return market.regime or market_regime(equal_weight_index(panel), EQUAL_WEIGHT_NAME)


def describe_market(
    market: MarketView, regime: Regime, policy: RegimePolicy, indicators: FloatArray, sectors: Sequence[str | None]
) -> MarketContext:
    """Return the context for people: regime with its evidence, breadth, rotation, macro series, what they change."""
    return MarketContext(
        regime_trend=regime.trend,
        regime_volatility=regime.volatility,
        market_regime=regime.market_regime,
        facts=(
            *regime.facts,
            *breadth_facts(indicators),
            *rotation_facts(sector_rotation(indicators, sectors)),
            *market.macro_facts,
        ),
        notes=(policy.sentence,),
    )
