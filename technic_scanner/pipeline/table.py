"""Build the result tables: the numbers, plans and weights of the picks, and of the other scanned rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from technic_scanner.arrow_arrays import array_of, texts_of
from technic_scanner.domain.choices import ONE_ACCOUNT
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.profiles import SUB_SCORES
from technic_scanner.domain.universe import Security
from technic_scanner.pipeline.columns import COLUMNS, Kind, empty_table
from technic_scanner.pipeline.completed import completed
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.screening.bars import DateArray, FloatArray
from technic_scanner.screening.indicator_names import COLUMN
from technic_scanner.screening.matrix import BoolArray, ratio
from technic_scanner.screening.portfolio import METHODS, Portfolio, allocate
from technic_scanner.screening.regime import RegimePolicy
from technic_scanner.screening.signals import Signals
from technic_scanner.screening.trade_plan import TradePlans, fit_account, plan

# The maximum size of a position as a share of the mean traded value per day over 20 sessions.
LIQUIDITY_SHARE = 0.01
SECTOR_CAP = 0.35
# Sessions of returns used for risk parity.
RETURN_SESSIONS = 126
WEIGHT_COLUMNS: dict[str, str] = {
    "equal": "WeightEqual",
    "score": "WeightScore",
    "inverse_volatility": "WeightInverseVol",
    "risk_parity": "WeightRiskParity",
}


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Scanned rows in the order of the result, with m rows in every array but ``closes``.

    The first ``ranked`` rows passed the filters and are ranked, best first. ``closes`` are those of the picks, the
    first rows, in the last RETURN_SESSIONS + 1 sessions. ``alpha_share`` is the weight of alpha in the score, 0–1: the
    regime's weight × the row's coverage. ``as_of`` is the session of the last bar (NaT: none), ``flags`` the codes
    separated by spaces, ``ahead`` whether later bars are not used. ``not_picked`` has the codes of why rows are no
    picks, empty for picks. ``worth`` is what one unit of each row's currency is in that of the account. ``own`` are the
    columns that the criteria ask for, by name.
    """

    securities: tuple[Security, ...]
    ranked: int
    closes: FloatArray
    indicators: FloatArray
    sub: FloatArray
    lacking: tuple[str, ...]
    rating: FloatArray
    alpha_score: FloatArray
    alpha_share: FloatArray
    signals: Signals
    as_of: DateArray
    flags: tuple[str, ...]
    ahead: BoolArray
    not_picked: Sequence[str]
    context: MarketContext
    worth: FloatArray
    own: Mapping[str, pa.Array] = field(default_factory=dict)
    first_rank: int = 1

    def part(self, start: int, stop: int | None = None) -> Scored:
        """Return the rows from ``start`` to ``stop``, which keep their ranks."""
        rows = slice(start, stop)
        count = len(self.securities[rows])
        return replace(
            self,
            securities=self.securities[rows],
            ranked=min(max(self.ranked - start, 0), count),
            closes=self.closes[rows],
            indicators=self.indicators[rows],
            sub=self.sub[rows],
            lacking=self.lacking[rows],
            rating=self.rating[rows],
            alpha_score=self.alpha_score[rows],
            alpha_share=self.alpha_share[rows],
            signals=self.signals.part(rows),
            as_of=self.as_of[rows],
            flags=self.flags[rows],
            ahead=self.ahead[rows],
            not_picked=self.not_picked[rows],
            worth=self.worth[rows],
            own={name: column[start:stop] for name, column in self.own.items()},
            first_rank=self.first_rank + start,
        )


def picks_table(config: ScanConfig, picks: Scored, policy: RegimePolicy) -> tuple[pa.Table, tuple[str, ...]]:
    """Return the table of the picks, one row each, in their order, and notes on its weights."""
    if not picks.securities:
        return _with_own(empty_table(), picks), ()
    portfolios = _portfolios(config, picks)
    plans = _plans(config, picks, policy)
    if config.position_sizing == ONE_ACCOUNT:
        plans = fit_account(
            plans, account_size=config.account_size, total_risk_pct=config.total_risk_pct, worth=picks.worth
        )
    values = _values(picks, plans)
    values |= {WEIGHT_COLUMNS[method]: portfolio.weights for method, portfolio in portfolios.items()}
    notes = tuple(
        f"Portfolio by {method.replace('_', ' ')}: {note}"
        for method, portfolio in portfolios.items()
        for note in portfolio.notes
    )
    return completed(_with_own(_table(values), picks), {}, config), notes


def others_table(config: ScanConfig, others: Scored, policy: RegimePolicy) -> pa.Table:
    """Return the table of scanned rows that are no picks: without weights and without what ``completed`` fills in."""
    return _with_own(_table(_values(others, _plans(config, others, policy))), others)


def _with_own(table: pa.Table, scored: Scored) -> pa.Table:
    """Return the table with the columns that the criteria ask for behind its own."""
    for name, column in scored.own.items():
        table = table.append_column(name, column)
    return table


def _table(values: dict[str, Any]) -> pa.Table:
    """Return the columns that have values, in the order of COLUMNS."""
    there = [column for column in COLUMNS if column.name in values]
    return pa.table({column.name: _array(values[column.name], column.kind) for column in there})


def _plans(config: ScanConfig, scored: Scored, policy: RegimePolicy) -> TradePlans:
    """Return the plan of each row as if it were alone."""
    return plan(
        scored.indicators,
        scored.signals.side,
        account_size=config.account_size,
        risk_pct=config.risk_pct,
        target_rr=config.target_rr,
        max_position_pct=config.max_position_pct,
        liquidity_share=LIQUIDITY_SHARE,
        size_multiplier=policy.sizes(scored.signals.side),
        worth=scored.worth,
    )


def _values(scored: Scored, plans: TradePlans) -> dict[str, Any]:
    """Return the values of the rows by column, without weights and sentences."""
    values: dict[str, Any] = {
        column.name: scored.indicators[:, COLUMN[column.indicator]] for column in COLUMNS if column.indicator
    }
    values |= _identity(scored) | _scores(scored) | _plan_columns(plans) | _context(scored)
    values["ATR14_pct"] = ratio(scored.indicators[:, COLUMN["atr_14"]], scored.indicators[:, COLUMN["close"]])
    return values


def _identity(scored: Scored) -> dict[str, Any]:
    listed = scored.securities
    ranks = np.arange(scored.first_rank, scored.first_rank + len(listed))
    return {
        "Rank": array_of(ranks, np.arange(len(listed)) < scored.ranked),
        "Symbol": [security.symbol for security in listed],
        "Name": [security.name or "" for security in listed],
        "Sector": [security.sector or "" for security in listed],
        "Industry": [security.industry or "" for security in listed],
        "SubIndustry": [security.sub_industry or "" for security in listed],
        "Currency": [security.currency or "" for security in listed],
        "Signal": scored.signals.signal,
        "Tier": scored.signals.tier,
        "Picked": np.array([not code for code in scored.not_picked], dtype=bool),
        "NotPicked": scored.not_picked,
        "TierReasons": _with_unused_bars(scored.signals.reasons, scored),
        "AsOf": ["" if day is None else day.isoformat() for day in scored.as_of.astype("datetime64[D]").tolist()],
        "Flags": scored.flags,
    }


def _with_unused_bars(texts: tuple[str, ...], scored: Scored) -> list[str]:
    """Return the reasons, with one more sentence for rows whose later bars are not used."""
    said = list(texts)
    for row in np.flatnonzero(scored.ahead).tolist():
        said[row] += f" Its bars after {scored.as_of[row]}, the newest session of most symbols like it, are not used."
    return said


def _scores(scored: Scored) -> dict[str, Any]:
    named = {f"{name.capitalize()}Score": scored.sub[:, i] for i, name in enumerate(SUB_SCORES)}
    return named | {
        "CompositeScore": scored.signals.rank_score,
        "TechRating": scored.rating,
        "AlphaScore": scored.alpha_score,
        "AlphaWeight": scored.alpha_share,
        "MissingInputs": scored.lacking,
    }


def _plan_columns(plans: TradePlans) -> dict[str, Any]:
    return {
        "Entry": plans.entry,
        "Stop": plans.stop,
        "Target": plans.target,
        "RewardRisk": plans.reward_risk,
        "PositionSize": plans.shares,
        "PositionValue": plans.notional,
        "RiskAmount": plans.risk_amount,
        "SizeLimitedBy": plans.limited_by,
    }


def _portfolios(config: ScanConfig, scored: Scored) -> dict[str, Portfolio]:
    returns = scored.closes[:, 1:] / scored.closes[:, :-1] - 1.0
    return {
        method: allocate(
            method,
            score=scored.signals.rank_score,
            volatility=scored.indicators[:, COLUMN["realised_vol_60"]],
            sectors=[security.sector for security in scored.securities],
            returns=returns,
            side=scored.signals.side,
            sector_cap=SECTOR_CAP,
            position_cap=config.max_position_pct / 100.0,
        )
        for method in METHODS
    }


def _context(scored: Scored) -> dict[str, Any]:
    count = len(scored.securities)
    return {
        "RegimeTrend": [scored.context.regime_trend] * count,
        "RegimeVol": [scored.context.regime_volatility] * count,
        "MarketRegime": [scored.context.market_regime] * count,
    }


def _array(values: Any, kind: Kind) -> pa.Array:
    """Return an Arrow array, with unknown numbers (not finite) as null so that no file or page shows them as values."""
    if isinstance(values, pa.Array):
        return values
    if kind is Kind.TEXT:
        return texts_of(values)
    if kind is Kind.FLAG:
        return array_of(np.asarray(values, dtype=np.bool_))
    if kind is Kind.INTEGER:
        return array_of(np.asarray(values).astype(np.int64))
    numbers = np.ascontiguousarray(values, dtype=np.float64)
    known = np.isfinite(numbers)
    return array_of(numbers, None if known.all() else known)
