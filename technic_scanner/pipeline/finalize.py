"""Stage 4, finalization: rank the scored symbols, and create plans, reasons and weights of the picks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pyarrow as pa

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import FailureKind, SymbolFailure
from technic_scanner.domain.stage import Stage
from technic_scanner.domain.universe import Security
from technic_scanner.pipeline.analyse import split_matrix
from technic_scanner.pipeline.context import ScanContext
from technic_scanner.pipeline.criteria_rows import Asked, Found, meeting
from technic_scanner.pipeline.flags import flag_notes, flags_of, outdated
from technic_scanner.pipeline.market import MarketView, describe_market, regime_of
from technic_scanner.pipeline.money import Money
from technic_scanner.pipeline.reasons import BELOW_TOP_N, NO_SIGNAL
from technic_scanner.pipeline.reference import MIN_BARS, ReferenceMarket, in_one_currency
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.pipeline.table import RETURN_SESSIONS, Scored, others_table, picks_table
from technic_scanner.screening.alpha import alpha, blend
from technic_scanner.screening.bars import DateArray, FloatArray
from technic_scanner.screening.filters import Reason, eligibility, rating_filter
from technic_scanner.screening.indicator_names import COLUMN
from technic_scanner.screening.matrix import IntArray
from technic_scanner.screening.regime import Macro, RegimePolicy, regime_policy
from technic_scanner.screening.scoring import missing_inputs, profile_weights, tech_rating
from technic_scanner.screening.sessions import UsedBars
from technic_scanner.screening.signals import WATCH, Selection, Signals, judge, select

STEPS = ("blend", "plan")


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The table of the picks, that of the ``others`` scanned, why symbols are no picks, and the market context.

    ``warnings`` make the result partial: many symbols that still trade were left out because their last bar is too old.
    """

    table: pa.Table
    others: pa.Table
    failures: tuple[SymbolFailure, ...]
    context: MarketContext
    warnings: tuple[str, ...] = ()

    def why_empty(self, earlier: Iterable[SymbolFailure]) -> str:
        """Return how many symbols each reason removed, as text for an empty table."""
        counts = Counter(failure.reason for failure in (*earlier, *self.failures))
        return "; ".join(f"{reason.replace('_', ' ')}: {count}" for reason, count in counts.most_common())


@dataclass(frozen=True, slots=True, eq=False)
class Analysed:
    """The scanned symbols' bars as far as they are used, their analysis, and the market that they are judged against.

    ``securities`` and ``matrix`` have the rows of ``used``, and so has what is ``asked`` of them, None where the scan
    has no criteria. ``rates`` make dollar volumes comparable, see ``money.liquidity_rates``.
    """

    securities: tuple[Security, ...]
    used: UsedBars
    matrix: FloatArray
    view: MarketView
    reference: ReferenceMarket
    money: Money = field(default_factory=Money)
    rates: Mapping[str, float] = field(default_factory=dict)
    asked: Asked | None = None

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
    """The rows in the order of the result: ``picked`` picks, the others that are ranked, then those that are not."""

    scored: Scored
    picked: int
    policy: RegimePolicy
    failures: tuple[SymbolFailure, ...]
    context: MarketContext
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Rated:
    """All n analysed rows, in the analysis' order; alpha and score are NaN for rows that may not be scored."""

    sub: FloatArray
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
    keep, turned_down = eligibility(
        indicators,
        min_price=config.min_price,
        min_dollar_volume=config.min_dollar_volume / analysed.money.worth(listed),
        min_bars=MIN_BARS,
        lag=placement.lag,
        currencies=[security.currency or "" for security in listed],
    )
    rows = np.flatnonzero(keep)
    macro_facts = analysed.view.macro_facts(analysed.reference.newest)
    regime = regime_of(analysed.view, analysed.reference)
    policy = regime_policy(regime, Macro(dict(macro_facts).get("VIX"), analysed.reference.breadth))
    rated = _rate(config, analysed, rows, policy)
    # On the row's own side, so that a weak chart can pass as a short.
    oriented = np.where(rated.signals.side > 0, rated.rating, 100.0 - rated.rating)
    met = meeting(analysed.asked, _found(rated), rows)
    good, below = rating_filter(oriented[met.rows], min_rating=config.min_tech_rating)
    reasons = [*turned_down, *met.reasons, *((int(met.rows[i]), code, sentence) for i, code, sentence in below)]
    chosen = met.rows[good]
    ranked = rated.signals.take(chosen)
    selection = met.ordered(select(ranked, config.top_n), chosen, config.top_n)
    reasons += _unselected(ranked, chosen, selection)
    warning = outdated(placement, config.max_lag_sessions)
    about = describe_market(regime, policy, analysed.reference, macro_facts)
    notes = (*warning, *about.notes[:1], selection.note, *met.notes, *about.notes[1:])
    notes += tuple(flag_notes(listed, rows, doubts, placement))
    notes += _on_liquidity(analysed.rates)
    money = analysed.money
    about = replace(
        about,
        newest_session=analysed.newest,
        notes=notes,
        currency=money.prices,
        account_currency=money.account,
    )
    at = np.concatenate([chosen[selection.order], np.setdiff1d(np.arange(len(listed)), chosen)])
    scored = replace(_scored(analysed, rated, at, selection, about, _codes(reasons, at)), own=met.own_columns(at))
    return _Judged(scored, selection.picked, policy, _rejections(listed, reasons), about, warning)


def _found(rated: _Rated) -> Found:
    """Return what criteria may read of what the scan found."""
    score = blend(rated.rating, rated.alpha_score, rated.alpha_share)
    numbers = {"tech_rating": rated.rating, "alpha_score": rated.alpha_score, "score": score}
    return Found(numbers, rated.signals.signal)


def _rate(config: ScanConfig, analysed: Analysed, rows: IntArray, policy: RegimePolicy) -> _Rated:
    """Return rating, alpha, blend and signal of every row; those not in ``rows`` have no alpha and no score.

    Each is judged by its own numbers and those of the reference.
    """
    indicators, sub, doubts = split_matrix(analysed.matrix)
    rating, _ = tech_rating(sub, profile_weights(config.strategy_profile_name, config.profile_weights))
    scored = [analysed.securities[i] for i in rows.tolist()]
    sectors = [security.sector for security in scored]
    compared = in_one_currency(indicators[rows], scored, analysed.rates)
    scale = analysed.reference.neutral if config.sector_neutral else analysed.reference.plain
    factors = alpha(compared, sectors, sector_neutral=config.sector_neutral, scale=scale)
    alpha_score = _spread(factors.score, rows, len(rating))
    alpha_share = _spread(policy.alpha_weight * factors.coverage, rows, len(rating))
    # Without an alpha a row has no score either: it would not be comparable.
    score = _spread(blend(rating[rows], alpha_score[rows], alpha_share[rows]), rows, len(rating))
    return _Rated(sub, rating, alpha_score, alpha_share, judge(score, sub, config.direction, doubts))


def _scored(
    analysed: Analysed, rated: _Rated, at: IntArray, selection: Selection, about: MarketContext, codes: Sequence[str]
) -> Scored:
    """Return what the tables are built from: all rows, in the order ``at``, the picks first."""
    placement, panel = analysed.used.placement, analysed.used.panel
    indicators, _, doubts = split_matrix(analysed.matrix)
    listed = tuple([analysed.securities[i] for i in at.tolist()])
    return Scored(
        securities=listed,
        worth=analysed.money.worth(listed),
        ranked=len(selection.order),
        closes=panel.close[at[: selection.picked], -RETURN_SESSIONS - 1 :],
        indicators=indicators[at],
        sub=rated.sub[at],
        lacking=missing_inputs(indicators[at]),
        rating=rated.rating[at],
        alpha_score=rated.alpha_score[at],
        alpha_share=rated.alpha_share[at],
        signals=rated.signals.take(at),
        as_of=_sessions_at(panel.sessions, placement.last[at]),
        flags=flags_of(at, doubts, placement),
        ahead=placement.ahead[at],
        not_picked=codes,
        context=about,
    )


def _sessions_at(sessions: DateArray, positions: IntArray) -> DateArray:
    """Return the sessions at ``positions`` (m,), NaT where a position is negative."""
    found = np.full(len(positions), np.datetime64("NaT"), dtype="datetime64[D]")
    known = positions >= 0
    found[known] = sessions[positions[known]]
    return found


def _planned(context: ScanContext, judged: _Judged) -> Ranking:
    """Return the tables of the picks and of the others, with their plans."""
    table, notes = picks_table(context.config, judged.scored.part(0, judged.picked), judged.policy)
    others = others_table(context.config, judged.scored.part(judged.picked), judged.policy)
    return Ranking(table, others, judged.failures, _with_notes(judged.context, *notes), judged.warnings)


def _rejections(listed: Sequence[Security], reasons: Iterable[Reason]) -> tuple[SymbolFailure, ...]:
    stage, kind = Stage.FINALIZATION, FailureKind.REJECTED
    return tuple([SymbolFailure(listed[i].symbol, stage, kind, code, sentence) for i, code, sentence in reasons])


def _unselected(ranked: Signals, rows: IntArray, selection: Selection) -> list[Reason]:
    """Return why each ranked row that is no pick is none, best first: it has no signal, or others are better."""
    order, at = selection.order.tolist(), rows.tolist()
    best = f"of {selection.passing:,} rows with a signal; the best {selection.picked:,} are picks."
    behind = range(selection.picked, selection.passing)
    return [
        *[(at[order[place]], BELOW_TOP_N, f"It is ranked {place + 1:,} {best}") for place in behind],
        *[(at[i], NO_SIGNAL, _as_sentence(ranked.reasons[i])) for i in order[selection.passing :]],
    ]


def _as_sentence(reason: str) -> str:
    """Return the reason of a row to watch without its first word."""
    start = len(WATCH)
    return reason[start].upper() + reason[start + 1 :]


def _codes(reasons: Sequence[Reason], at: IntArray) -> list[str]:
    """Return why each of the rows ``at`` (n,) is no pick, as a code; empty for picks."""
    by_row = {i: code for i, code, _ in reasons}
    return [by_row.get(i, "") for i in at.tolist()]


def _on_liquidity(rates: Mapping[str, float]) -> tuple[str, ...]:
    """Return a note where AlphaScore does without liquidity, because dollar volumes cannot be compared."""
    lacking = [code or "an unknown currency" for code, rate in rates.items() if math.isnan(rate)]
    if not lacking:
        return ()
    return (f"Of symbols in {', '.join(lacking)}, AlphaScore leaves liquidity out: no rate makes it comparable.",)


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
