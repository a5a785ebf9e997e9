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
from technic_scanner.pipeline.context import ScanContext
from technic_scanner.pipeline.market import MarketView, describe_market, regime_of
from technic_scanner.pipeline.reasons import BELOW_TOP_N, NO_SIGNAL
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.pipeline.table import RETURN_SESSIONS, Scored, others_table, picks_table
from technic_scanner.screening.alpha import alpha, blend
from technic_scanner.screening.bars import FloatArray, Panel
from technic_scanner.screening.filters import Reason, eligibility, rating_filter
from technic_scanner.screening.indicator_names import COLUMN, INDICATORS
from technic_scanner.screening.macro import steering
from technic_scanner.screening.matrix import IntArray
from technic_scanner.screening.regime import RegimePolicy, regime_policy
from technic_scanner.screening.scoring import profile_weights, tech_rating
from technic_scanner.screening.signals import WATCH, Selection, Signals, judge, select

MIN_BARS = 20
STEPS = ("blend", "plan")


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The table of the picks, that of the ``others`` scanned, why symbols are no picks, and the market context."""

    table: pa.Table
    others: pa.Table
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
    """The rows in the order of the result: ``picked`` picks, the others that are ranked, then those that are not."""

    scored: Scored
    picked: int
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
    keep, turned_down = eligibility(
        indicators, min_price=config.min_price, min_dollar_volume=config.min_dollar_volume, min_bars=MIN_BARS
    )
    rows = np.flatnonzero(keep)
    kept, sectors = indicators[rows], [listed[i].sector for i in rows]
    macro_facts = market.macro_facts(panel.last_session)
    policy = regime_policy(regime, steering(kept, macro_facts))
    about = describe_market(regime, policy, kept, sectors, macro_facts)
    rating, missing = tech_rating(sub, profile_weights(config.strategy_profile_name, config.profile_weights))
    factors = alpha(kept, sectors, sector_neutral=config.sector_neutral)
    alpha_score = _spread(factors.score, rows, len(listed))
    alpha_share = _spread(policy.alpha_weight * factors.coverage, rows, len(listed))
    # Without an alpha a row has no score either: it would not be comparable.
    score = np.where(keep, blend(rating, alpha_score, alpha_share), np.nan)
    judged = judge(score, sub, config.direction)
    # On the row's own side, so that a weak chart can pass as a short.
    oriented = np.where(judged.side > 0, rating, 100.0 - rating)
    rated, below = rating_filter(oriented[rows], min_rating=config.min_tech_rating)
    reasons = [*turned_down, *((int(rows[i]), code, sentence) for i, code, sentence in below)]
    chosen = rows[rated]
    ranked = judged.take(chosen)
    selection = select(ranked, config.top_n)
    reasons += _unselected(ranked, chosen, selection)
    at = np.concatenate([chosen[selection.order], np.setdiff1d(np.arange(len(listed)), chosen)])
    scored = Scored(
        securities=tuple([listed[i] for i in at.tolist()]),
        ranked=len(chosen),
        closes=panel.close[at[: selection.picked], -RETURN_SESSIONS - 1 :],
        indicators=indicators[at],
        sub=sub[at],
        missing=missing[at],
        rating=rating[at],
        alpha_score=alpha_score[at],
        alpha_share=alpha_share[at],
        signals=judged.take(at),
        not_picked=_codes(reasons, at),
        context=_with_notes(about, selection.note),
    )
    return _Judged(scored, selection.picked, policy, _rejections(listed, reasons), scored.context)


def _listed(securities: Sequence[Security], panel: Panel) -> list[Security]:
    """Return the securities of the panel's symbols, in its order."""
    by_symbol = {security.symbol: security for security in securities}
    return [by_symbol[symbol] for symbol in panel.symbols]


def _planned(context: ScanContext, judged: _Judged) -> Ranking:
    """Return the tables of the picks and of the others, with their plans."""
    table, notes = picks_table(context.config, judged.scored.part(0, judged.picked), judged.policy)
    others = others_table(context.config, judged.scored.part(judged.picked), judged.policy)
    return Ranking(table, others, judged.failures, _with_notes(judged.context, *notes))


def _blank_stale(indicators: FloatArray, panel: Panel) -> None:
    """Clear the close of symbols without a bar in the newest session, which must not be ranked on an old price."""
    if panel.shape[1]:
        indicators[np.isnan(panel.close[:, -1]), COLUMN["close"]] = np.nan


def _rejections(listed: list[Security], reasons: Iterable[Reason]) -> tuple[SymbolFailure, ...]:
    return tuple(
        SymbolFailure(listed[i].symbol, Stage.FINALIZATION, FailureKind.REJECTED, code, sentence)
        for i, code, sentence in reasons
    )


def _unselected(ranked: Signals, rows: IntArray, selection: Selection) -> list[Reason]:
    """Return why each ranked row that is no pick is none, best first: it has no signal, or others are better."""
    order, at = selection.order.tolist(), rows.tolist()
    best = f"of {selection.passing:,} rows with a signal; the best {selection.picked:,} are picks."
    behind = range(selection.picked, selection.passing)
    return [
        *[(at[order[place]], BELOW_TOP_N, f"It is ranked {place + 1:,} {best}") for place in behind],
        *[(at[i], NO_SIGNAL, ranked.reasons[i].removeprefix(WATCH).capitalize()) for i in order[selection.passing :]],
    ]


def _codes(reasons: Sequence[Reason], at: IntArray) -> list[str]:
    """Return why each of the rows ``at`` (n,) is no pick, as a code; empty for picks."""
    by_row = {i: code for i, code, _ in reasons}
    return [by_row.get(i, "") for i in at.tolist()]


def _spread(values: FloatArray, rows: IntArray, count: int) -> FloatArray:
    """Return the ``values`` (m,) of ``rows`` (m,) in an array of all ``count`` rows, NaN elsewhere."""
    spread = np.full(count, np.nan)
    spread[rows] = values
    return spread


def _with_notes(about: MarketContext, *notes: str) -> MarketContext:
    return replace(about, notes=(*about.notes, *notes))


def _step(context: ScanContext, name: str, rows: int) -> None:
    context.cancel.check()
    context.reporter.advance(rows, name, name)
    context.reporter.complete_substage(name)
