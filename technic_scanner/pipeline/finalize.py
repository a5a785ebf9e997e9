"""Stage 4, finalization: rank the scored symbols, and create plans, reasons and weights of the picks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from technic_scanner.domain.metrics import FailureKind, SymbolFailure
from technic_scanner.domain.stage import Stage
from technic_scanner.domain.universe import Security
from technic_scanner.pipeline.columns import empty_table
from technic_scanner.pipeline.context import ScanContext
from technic_scanner.pipeline.market import MarketView, describe_market, regime_of
from technic_scanner.pipeline.reasons import BELOW_TOP_N
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.pipeline.table import RETURN_SESSIONS, Scored, build_table
from technic_scanner.screening.alpha import alpha, blend
from technic_scanner.screening.bars import FloatArray, Panel
from technic_scanner.screening.filters import Reason, eligibility, rating_filter
from technic_scanner.screening.indicator_names import COLUMN, INDICATORS
from technic_scanner.screening.macro import steering
from technic_scanner.screening.matrix import IntArray
from technic_scanner.screening.regime import RegimePolicy, regime_policy
from technic_scanner.screening.scoring import profile_weights, tech_rating
from technic_scanner.screening.signals import judge, select

MIN_BARS = 20
STEPS = ("blend", "plan")


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The ranked table, the symbols that are not in it, and the market context."""

    table: pa.Table
    failures: tuple[SymbolFailure, ...]
    context: MarketContext

    def why_empty(self, earlier: Iterable[SymbolFailure]) -> str:
        """Return how many symbols each reason removed, as text for an empty table."""
        counts = Counter(failure.reason for failure in (*earlier, *self.failures))
        return "; ".join(f"{reason.replace('_', ' ')}: {count}" for reason, count in counts.most_common())


def finalize(
    context: ScanContext, securities: Sequence[Security], panel: Panel, matrix: FloatArray, market: MarketView
) -> Ranking:
    """Rank the symbols of ``panel`` by their analysis ``matrix`` (rows in the panel's order) and plan the picks."""
    reporter, rows = context.reporter, len(panel.symbols)
    for name in STEPS:
        reporter.declare(Stage.FINALIZATION, name, rows)
    reporter.start_stage(Stage.FINALIZATION, rows * len(STEPS))
    reporter.start_substage("blend", rows)
    judged = _judge(context, _listed(securities, panel), panel, matrix, market)
    _step(context, "blend", rows)
    reporter.start_substage("plan", rows)
    ranking = _planned(context, judged)
    _step(context, "plan", rows)
    reporter.complete_stage()
    return ranking


def rank_scanned(
    context: ScanContext, securities: Sequence[Security], panel: Panel, matrix: FloatArray, market: MarketView
) -> Ranking:
    """Rank and plan the symbols of a stopped scan: like ``finalize``, but without progress reports."""
    return _planned(context, _judge(context, _listed(securities, panel), panel, matrix, market))


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    scored: Scored | None
    policy: RegimePolicy
    failures: tuple[SymbolFailure, ...]
    context: MarketContext


def _judge(
    context: ScanContext, listed: list[Security], panel: Panel, matrix: FloatArray, market: MarketView
) -> _Judged:
    """Filter, rate, blend, classify and select."""
    config = context.config
    indicators, sub = matrix[:, : len(INDICATORS)], matrix[:, len(INDICATORS) :]
    _blank_stale(indicators, panel)
    regime = regime_of(market, panel)
    keep, reasons = eligibility(
        indicators, min_price=config.min_price, min_dollar_volume=config.min_dollar_volume, min_bars=MIN_BARS
    )
    failures = _rejections(listed, np.arange(len(listed)), reasons)
    rows = np.flatnonzero(keep)
    kept, sectors = indicators[rows], [listed[i].sector for i in rows]
    macro_facts = market.macro_facts(panel.last_session)
    policy = regime_policy(regime, steering(kept, macro_facts))
    about = describe_market(regime, policy, kept, sectors, macro_facts)
    rating, missing = tech_rating(sub[rows], profile_weights(config.strategy_profile_name, config.profile_weights))
    factors = alpha(kept, sectors, sector_neutral=config.sector_neutral)
    alpha_share = policy.alpha_weight * factors.coverage
    score = blend(rating, factors.score, alpha_share)
    judged = judge(score, sub[rows], config.direction)
    # On the row's own side, so that a weak chart can pass as a short.
    oriented = np.where(judged.side > 0, rating, 100.0 - rating)
    rated, reasons = rating_filter(oriented, min_rating=config.min_tech_rating)
    failures += _rejections(listed, rows, reasons)
    chosen = np.flatnonzero(rated)
    signals = judged.take(chosen)
    selection = select(signals, config.top_n)
    failures += _unselected(listed, rows[chosen], selection.order)
    about = _with_notes(about, selection.note)
    if not len(selection.order):
        return _Judged(None, policy, tuple(failures), about)
    picks = chosen[selection.order]
    at = rows[picks]
    scored = Scored(
        securities=tuple(listed[i] for i in at),
        closes=panel.close[at, -RETURN_SESSIONS - 1 :],
        indicators=indicators[at],
        sub=sub[at],
        missing=missing[picks],
        rating=rating[picks],
        alpha_score=factors.score[picks],
        alpha_share=alpha_share[picks],
        signals=signals.take(selection.order),
        context=about,
    )
    return _Judged(scored, policy, tuple(failures), about)


def _listed(securities: Sequence[Security], panel: Panel) -> list[Security]:
    """Return the securities of the panel's symbols, in its order."""
    by_symbol = {security.symbol: security for security in securities}
    return [by_symbol[symbol] for symbol in panel.symbols]


def _planned(context: ScanContext, judged: _Judged) -> Ranking:
    """Return the table of the selected picks with their plans."""
    if not judged.scored:
        return Ranking(empty_table(), judged.failures, judged.context)
    table, notes = build_table(context.config, judged.scored, judged.policy)
    return Ranking(table, judged.failures, _with_notes(judged.context, *notes))


def _blank_stale(indicators: FloatArray, panel: Panel) -> None:
    """Clear the close of symbols without a bar in the newest session, which must not be ranked on an old price."""
    if panel.shape[1]:
        indicators[np.isnan(panel.close[:, -1]), COLUMN["close"]] = np.nan


def _rejections(listed: list[Security], rows: IntArray, reasons: Iterable[Reason]) -> list[SymbolFailure]:
    return [
        SymbolFailure(listed[rows[i]].symbol, Stage.FINALIZATION, FailureKind.REJECTED, code, sentence)
        for i, code, sentence in reasons
    ]


def _unselected(listed: list[Security], rows: IntArray, order: IntArray) -> list[SymbolFailure]:
    left = np.setdiff1d(np.arange(len(rows)), order)
    text = f"ranked below the best {len(order)}"
    return [
        SymbolFailure(listed[rows[i]].symbol, Stage.FINALIZATION, FailureKind.REJECTED, BELOW_TOP_N, text) for i in left
    ]


def _with_notes(about: MarketContext, *notes: str) -> MarketContext:
    return replace(about, notes=(*about.notes, *notes))


def _step(context: ScanContext, name: str, rows: int) -> None:
    context.cancel.check()
    context.reporter.advance(rows, name, name)
    context.reporter.complete_substage(name)
