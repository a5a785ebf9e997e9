"""Build the result table: the picks' numbers, plans, weights and sentences in the columns of ``columns``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.profiles import SUB_SCORES
from technic_scanner.domain.universe import Security
from technic_scanner.pipeline.columns import COLUMNS, SCHEMA, Kind
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.screening.bars import DateArray, FloatArray
from technic_scanner.screening.explanation import rating_sums, score_sums
from technic_scanner.screening.indicator_names import COLUMN
from technic_scanner.screening.matrix import BoolArray
from technic_scanner.screening.portfolio import METHODS, Portfolio, allocate
from technic_scanner.screening.rationale import sentences
from technic_scanner.screening.regime import RegimePolicy
from technic_scanner.screening.scoring import missing_inputs, profile_weights
from technic_scanner.screening.signals import Signals
from technic_scanner.screening.trade_plan import TradePlans, plan

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
    """The picks, best first, with m rows in every array; ``closes`` are those of the last RETURN_SESSIONS + 1 sessions.

    ``alpha_share`` is the weight of alpha in the score, 0–1: the regime's weight × the row's coverage. ``as_of`` is the
    session of the last bar, ``flags`` the codes separated by spaces, ``ahead`` whether later bars are not used.
    """

    securities: tuple[Security, ...]
    closes: FloatArray
    indicators: FloatArray
    sub: FloatArray
    missing: BoolArray
    rating: FloatArray
    alpha_score: FloatArray
    alpha_share: FloatArray
    signals: Signals
    as_of: DateArray
    flags: tuple[str, ...]
    ahead: BoolArray
    context: MarketContext


def build_table(config: ScanConfig, scored: Scored, policy: RegimePolicy) -> tuple[pa.Table, tuple[str, ...]]:
    """Return the ranked table of the picks, one row each, in the order of ``scored``, and notes on its weights."""
    plans = plan(
        scored.indicators,
        scored.signals.side,
        account_size=config.account_size,
        risk_pct=config.risk_pct,
        target_rr=config.target_rr,
        max_position_pct=config.max_position_pct,
        liquidity_share=LIQUIDITY_SHARE,
        size_multiplier=policy.sizes(scored.signals.side),
    )
    values: dict[str, object] = {
        column.name: scored.indicators[:, COLUMN[column.indicator]] for column in COLUMNS if column.indicator
    }
    portfolios = _portfolios(config, scored)
    values |= _identity(scored) | _scores(config, scored) | _plan_columns(plans) | _context(scored)
    values |= {WEIGHT_COLUMNS[method]: portfolio.weights for method, portfolio in portfolios.items()}
    values["ATR14_pct"] = scored.indicators[:, COLUMN["atr_14"]] / scored.indicators[:, COLUMN["close"]]
    values["Rationale"] = _with_unused_bars(
        sentences(scored.indicators, scored.sub, scored.rating, scored.alpha_score, scored.signals, plans), scored
    )
    arrays = [_array(values[column.name], column.kind) for column in COLUMNS]
    notes = tuple(
        f"Portfolio by {method.replace('_', ' ')}: {note}"
        for method, portfolio in portfolios.items()
        for note in portfolio.notes
    )
    return pa.Table.from_arrays(arrays, schema=SCHEMA), notes


def _identity(scored: Scored) -> dict[str, object]:
    listed = scored.securities
    return {
        "Rank": np.arange(1, len(listed) + 1),
        "Symbol": [security.symbol for security in listed],
        "Name": [security.name or "" for security in listed],
        "Sector": [security.sector or "" for security in listed],
        "Industry": [security.industry or "" for security in listed],
        "SubIndustry": [security.sub_industry or "" for security in listed],
        "Signal": scored.signals.signal,
        "Tier": scored.signals.tier,
        "TierReasons": scored.signals.reasons,
        "AsOf": np.datetime_as_string(scored.as_of, unit="D").tolist(),
        "Flags": scored.flags,
    }


def _with_unused_bars(texts: tuple[str, ...], scored: Scored) -> list[str]:
    """Return the sentences, with one more for rows whose later bars are not used."""
    said = list(texts)
    for row in np.flatnonzero(scored.ahead).tolist():
        said[row] += f" Its bars after {scored.as_of[row]}, the newest session of most symbols like it, are not used."
    return said


def _scores(config: ScanConfig, scored: Scored) -> dict[str, object]:
    weights = profile_weights(config.strategy_profile_name, config.profile_weights)
    named = {f"{name.capitalize()}Score": scored.sub[:, i] for i, name in enumerate(SUB_SCORES)}
    return named | {
        "CompositeScore": scored.signals.rank_score,
        "TechRating": scored.rating,
        "AlphaScore": scored.alpha_score,
        "MissingInputs": missing_inputs(scored.indicators),
        "Explanation": _explanations(scored, weights),
    }


def _explanations(scored: Scored, weights: Sequence[float]) -> list[str]:
    """Return texts on how each TechRating is composed, and each score of TechRating and alpha."""
    ratings = rating_sums(scored.rating, scored.sub, scored.missing, weights)
    scores = score_sums(
        scored.signals.rank_score, scored.rating, scored.alpha_score, scored.alpha_share, scored.signals.side
    )
    return list(map("; ".join, zip(ratings, scores, strict=True)))


def _plan_columns(plans: TradePlans) -> dict[str, object]:
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


def _context(scored: Scored) -> dict[str, object]:
    count = len(scored.securities)
    return {
        "RegimeTrend": [scored.context.regime_trend] * count,
        "RegimeVol": [scored.context.regime_volatility] * count,
        "MarketRegime": [scored.context.market_regime] * count,
    }


def _array(values: object, kind: Kind) -> pa.Array:
    """Return an Arrow array, with unknown numbers (NaN) as null so that no file or page shows them as values."""
    if kind is Kind.TEXT:
        return pa.array(values, type=pa.string())
    if kind is Kind.INTEGER:
        return pa.array(np.asarray(values).astype(np.int64), type=pa.int64())
    return pa.array(np.asarray(values, dtype=np.float64), type=pa.float64(), from_pandas=True)
