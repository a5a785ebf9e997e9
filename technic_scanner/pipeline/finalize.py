"""Stage 4, finalization: rank the scored symbols, and create plans, reasons and weights of the picks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import FailureKind, SymbolFailure
from technic_scanner.domain.stage import Stage
from technic_scanner.domain.universe import Security
from technic_scanner.pipeline.analyse import split_matrix
from technic_scanner.pipeline.columns import empty_table
from technic_scanner.pipeline.context import ScanContext
from technic_scanner.pipeline.flags import flag_notes, flags_of, outdated
from technic_scanner.pipeline.market import MarketView, describe_market, regime_of
from technic_scanner.pipeline.reasons import BELOW_TOP_N
from technic_scanner.pipeline.reference import MIN_BARS, ReferenceMarket
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.pipeline.table import RETURN_SESSIONS, Scored, build_table
from technic_scanner.screening.alpha import alpha, blend
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.filters import Reason, eligibility, rating_filter
from technic_scanner.screening.indicator_names import COLUMN
from technic_scanner.screening.matrix import BoolArray, IntArray
from technic_scanner.screening.regime import Macro, RegimePolicy, regime_policy
from technic_scanner.screening.scoring import profile_weights, tech_rating
from technic_scanner.screening.sessions import UsedBars
from technic_scanner.screening.signals import Signals, judge, select

STEPS = ("blend", "plan")


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The ranked table, the symbols that are not in it, and the market context.

    ``is_outdated``: more than 5 % of the symbols that still trade were left out because their last bar is too old.
    """

    table: pa.Table
    failures: tuple[SymbolFailure, ...]
    context: MarketContext
    is_outdated: bool = False

    def why_empty(self, earlier: Iterable[SymbolFailure]) -> str:
        """Return how many symbols each reason removed, as text for an empty table."""
        counts = Counter(failure.reason for failure in (*earlier, *self.failures))
        return "; ".join(f"{reason.replace('_', ' ')}: {count}" for reason, count in counts.most_common())


@dataclass(frozen=True, slots=True, eq=False)
class Analysed:
    """The scanned symbols' bars as far as they are used, their analysis, and the market that they are judged against.

    ``securities`` and ``matrix`` have the rows of ``used``.
    """

    securities: tuple[Security, ...]
    used: UsedBars
    matrix: FloatArray
    view: MarketView
    reference: ReferenceMarket

    @property
    def newest(self) -> date | None:
        """The newest session of any row."""
        last = int(self.used.placement.last.max(initial=-1))
        if last < 0:
            return self.reference.newest
        day: date = self.used.panel.sessions[last].astype("datetime64[D]").item()
        return day


def finalize(context: ScanContext, rows: int, analysed: Callable[[], Analysed]) -> Ranking:
    """Rank the ``rows`` analysed symbols and plan the picks; the first step finds what they are judged against."""
    reporter = context.reporter
    for name in STEPS:
        reporter.declare(Stage.FINALIZATION, name, rows)
    reporter.start_stage(Stage.FINALIZATION, rows * len(STEPS))
    reporter.start_substage("blend", rows)
    judged = _judge(context, analysed())
    _step(context, "blend", rows)
    reporter.start_substage("plan", rows)
    ranking = _planned(context, judged)
    _step(context, "plan", rows)
    reporter.complete_stage()
    return ranking


def rank_scanned(context: ScanContext, analysed: Analysed) -> Ranking:
    """Rank and plan the symbols of a stopped scan: like ``finalize``, but without progress reports."""
    return _planned(context, _judge(context, analysed))


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    scored: Scored | None
    policy: RegimePolicy
    failures: tuple[SymbolFailure, ...]
    context: MarketContext
    is_outdated: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Rated:
    """The rows that may be scored (indices in the analysis), with m rows in every array."""

    rows: IntArray
    sub: FloatArray
    missing: BoolArray
    rating: FloatArray
    alpha_score: FloatArray
    alpha_share: FloatArray
    signals: Signals


def _judge(context: ScanContext, analysed: Analysed) -> _Judged:
    """Filter, rate, blend, classify and select."""
    config, listed, placement = context.config, analysed.securities, analysed.used.placement
    indicators, _, doubts = split_matrix(analysed.matrix)
    stale = (placement.last < 0) | (placement.lag > config.max_lag_sessions)
    indicators[stale, COLUMN["close"]] = np.nan  # it must not be ranked on an old price
    keep, reasons = eligibility(
        indicators,
        min_price=config.min_price,
        min_dollar_volume=config.min_dollar_volume,
        min_bars=MIN_BARS,
        lag=placement.lag,
    )
    failures = _rejections(listed, np.arange(len(listed)), reasons)
    macro_facts = analysed.view.macro_facts(analysed.reference.newest)
    regime = regime_of(analysed.view, analysed.reference)
    policy = regime_policy(regime, Macro(dict(macro_facts).get("VIX"), analysed.reference.breadth))
    rated = _rate(config, analysed, np.flatnonzero(keep), policy)
    # On the row's own side, so that a weak chart can pass as a short.
    oriented = np.where(rated.signals.side > 0, rated.rating, 100.0 - rated.rating)
    good, reasons = rating_filter(oriented, min_rating=config.min_tech_rating)
    failures += _rejections(listed, rated.rows, reasons)
    chosen = np.flatnonzero(good)
    selection = select(rated.signals.take(chosen), config.top_n)
    failures += _unselected(listed, rated.rows[chosen], selection.order)
    warning = outdated(placement, config.max_lag_sessions)
    about = describe_market(regime, policy, analysed.reference, macro_facts)
    notes = (*warning, *about.notes[:1], selection.note, *about.notes[1:])
    notes += tuple(flag_notes(listed, rated.rows, doubts, placement))
    about = replace(about, newest_session=analysed.newest, notes=notes)
    scored = _scored(analysed, rated, chosen[selection.order], about) if len(selection.order) else None
    return _Judged(scored, policy, tuple(failures), about, bool(warning))


def _rate(config: ScanConfig, analysed: Analysed, rows: IntArray, policy: RegimePolicy) -> _Rated:
    """Return rating, alpha, blend and signal of ``rows``, each by its own numbers and those of the reference."""
    indicators, sub, doubts = split_matrix(analysed.matrix[rows])
    rating, missing = tech_rating(sub, profile_weights(config.strategy_profile_name, config.profile_weights))
    sectors = [analysed.securities[i].sector for i in rows]
    scale = analysed.reference.neutral if config.sector_neutral else analysed.reference.plain
    factors = alpha(indicators, sectors, sector_neutral=config.sector_neutral, scale=scale)
    alpha_share = policy.alpha_weight * factors.coverage
    signals = judge(blend(rating, factors.score, alpha_share), sub, config.direction, doubts)
    return _Rated(rows, sub, missing, rating, factors.score, alpha_share, signals)


def _scored(analysed: Analysed, rated: _Rated, picks: IntArray, about: MarketContext) -> Scored:
    """Return what the table is built from, of the rows ``picks`` of ``rated``, in that order."""
    at, placement, panel = rated.rows[picks], analysed.used.placement, analysed.used.panel
    indicators, _, doubts = split_matrix(analysed.matrix)
    return Scored(
        securities=tuple(analysed.securities[i] for i in at),
        closes=panel.close[at, -RETURN_SESSIONS - 1 :],
        indicators=indicators[at],
        sub=rated.sub[picks],
        missing=rated.missing[picks],
        rating=rated.rating[picks],
        alpha_score=rated.alpha_score[picks],
        alpha_share=rated.alpha_share[picks],
        signals=rated.signals.take(picks),
        as_of=panel.sessions[placement.last[at]],
        flags=flags_of(at, doubts, placement),
        ahead=placement.ahead[at],
        context=about,
    )


def _planned(context: ScanContext, judged: _Judged) -> Ranking:
    """Return the table of the selected picks with their plans."""
    if not judged.scored:
        return Ranking(empty_table(), judged.failures, judged.context, judged.is_outdated)
    table, notes = build_table(context.config, judged.scored, judged.policy)
    return Ranking(table, judged.failures, _with_notes(judged.context, *notes), judged.is_outdated)


def _rejections(listed: Sequence[Security], rows: IntArray, reasons: Iterable[Reason]) -> list[SymbolFailure]:
    return [
        SymbolFailure(listed[rows[i]].symbol, Stage.FINALIZATION, FailureKind.REJECTED, code, sentence)
        for i, code, sentence in reasons
    ]


def _unselected(listed: Sequence[Security], rows: IntArray, order: IntArray) -> list[SymbolFailure]:
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
