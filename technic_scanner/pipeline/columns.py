"""Define the columns of a result table: names, types, units and meanings, used by all tables, files and pages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from technic_scanner.arrow_arrays import no_rows


class Kind(StrEnum):
    """The type of a column's values."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``indicator`` is the name of the indicator that it contains unchanged, if any."""

    name: str
    kind: Kind
    unit: str
    group: str
    meaning: str
    indicator: str | None = None


def _text(name: str, group: str, meaning: str) -> Column:
    return Column(name, Kind.TEXT, "", group, meaning)


def _number(name: str, unit: str, group: str, meaning: str, indicator: str | None = None) -> Column:
    return Column(name, Kind.NUMBER, unit, group, meaning, indicator)


# Prices of a symbol, which have as many decimals as they need; other amounts have two.
PRICE_COLUMNS = frozenset({"Close", "Entry", "Stop", "Target"})
COLUMNS: tuple[Column, ...] = (
    Column("Rank", Kind.INTEGER, "", "pick", "1 is the best of this scan; unknown for rows that its filters removed"),
    _text("Symbol", "pick", "ticker, as the source spells it"),
    _text("Name", "pick", "company name, empty if the source has none"),
    _text("Sector", "pick", "GICS sector, empty if unknown"),
    _text("Industry", "pick", "industry, empty if unknown"),
    _text("SubIndustry", "pick", "sub-industry, empty if unknown"),
    _text("Signal", "pick", "Strong Long, Long, Neutral, Short or Strong Short"),
    _text("Tier", "pick", "core, satellite or watch"),
    Column("Picked", Kind.FLAG, "", "pick", "true for picks: rows with a signal, at most the best N"),
    _text("NotPicked", "pick", "code of why the row is not a pick, empty for picks"),
    _number("CompositeScore", "0-100", "score", "TechRating and AlphaScore blended, oriented to the signal"),
    _number("TechRating", "0-100", "score", "weighted blend of the six sub-scores"),
    _number("AlphaScore", "0-100", "score", "cross-sectional factor score, 50 is the middle of the reference universe"),
    _number("AlphaWeight", "x", "score", "weight of AlphaScore in the score; TechRating has the rest"),
    _number("TrendScore", "0-100", "score", "trend sub-score"),
    _number("MomentumScore", "0-100", "score", "momentum sub-score"),
    _number("VolumeScore", "0-100", "score", "volume sub-score"),
    _number("VolatilityScore", "0-100", "score", "volatility sub-score"),
    _number("OscillatorScore", "0-100", "score", "oscillator sub-score"),
    _number("BreakoutScore", "0-100", "score", "breakout sub-score"),
    _text("MissingInputs", "score", "indicators that had no data, so that a sub-score does without them"),
    _text("Currency", "plan", "currency of the row's prices and of its dollar volume, empty if unknown"),
    _number("Close", "currency", "plan", "last close", "close"),
    _number("Entry", "currency", "plan", "planned entry price"),
    _number("Stop", "currency", "plan", "planned stop price"),
    _number("Target", "currency", "plan", "planned target price"),
    _number("RewardRisk", "x", "plan", "|target - entry| / |entry - stop|"),
    Column("PositionSize", Kind.INTEGER, "shares", "plan", "whole shares"),
    _number("PositionValue", "currency", "plan", "shares x entry, in the currency of the account"),
    _number("RiskAmount", "currency", "plan", "shares x |entry - stop|, in the currency of the account"),
    _text(
        "SizeLimitedBy",
        "plan",
        "what kept the size from being larger: risk, max_position, liquidity, below_one_share, account, total_risk",
    ),
    _number("WeightEqual", "x", "portfolio", "portfolio weight: equal"),
    _number("WeightScore", "x", "portfolio", "portfolio weight: by score"),
    _number("WeightInverseVol", "x", "portfolio", "portfolio weight: inverse volatility"),
    _number("WeightRiskParity", "x", "portfolio", "portfolio weight: risk parity"),
    _number("RSI14", "0-100", "indicator", "relative strength index", "rsi_14"),
    _number("MACDHist", "currency", "indicator", "MACD histogram", "macd_hist"),
    _number("ADX14", "0-100", "indicator", "average directional index", "adx_14"),
    _number("ATR14", "currency", "indicator", "average true range", "atr_14"),
    _number("ATR14_pct", "x", "indicator", "ATR14 / Close"),
    _number("SMA20", "currency", "indicator", "20-bar simple moving average", "sma_20"),
    _number("SMA50", "currency", "indicator", "50-bar simple moving average", "sma_50"),
    _number("SMA200", "currency", "indicator", "200-bar simple moving average", "sma_200"),
    _number("BollingerPctB", "x", "indicator", "position in the Bollinger bands", "bollinger_pct_b"),
    _number("StochK", "0-100", "indicator", "slow stochastic %K", "stoch_k"),
    _number("MFI14", "0-100", "indicator", "money flow index", "mfi_14"),
    _number("ROC5", "x", "indicator", "return over 5 bars", "roc_5"),
    _number("ROC21", "x", "indicator", "return over 21 bars", "roc_21"),
    _number("ROC63", "x", "indicator", "return over 63 bars", "roc_63"),
    _number("Momentum12_1", "x", "indicator", "return from 252 to 21 bars ago", "momentum_12_1"),
    _number("High252Distance", "x", "indicator", "distance to the 252-bar high", "high_252_distance"),
    _number("Low252Distance", "x", "indicator", "distance to the 252-bar low", "low_252_distance"),
    _number("RealisedVol20", "x", "indicator", "annualised volatility of 20 bars", "realised_vol_20"),
    _number("DollarVolume20", "currency", "indicator", "20-bar mean dollar volume", "dollar_volume_20"),
    _number("RelativeVolume", "x", "indicator", "last volume / 20-bar mean before it", "relative_volume"),
    _number("Beta252", "x", "indicator", "beta against the benchmark", "beta_252"),
    _number("RelativeStrength63", "x", "indicator", "63-bar return less the benchmark's", "relative_strength_63"),
    Column("Bars", Kind.INTEGER, "bars", "indicator", "bars behind the numbers", "bars"),
    _text("RegimeTrend", "context", "market trend: up, sideways, down, unknown"),
    _text("RegimeVol", "context", "market volatility: low, normal, high, unknown"),
    _text("MarketRegime", "context", "both in one word pair"),
    _text("AsOf", "context", "session of the last bar behind the row, YYYY-MM-DD"),
    _text(
        "Flags",
        "reason",
        "what speaks against its prices: unadjusted_split, price_off, pinned, lagging; empty if nothing does",
    ),
    _text("NotPickedReason", "reason", "why the row is not a pick, in a sentence"),
    _text("TierReasons", "reason", "why the row is in its tier"),
    _text("Rationale", "reason", "two or three sentences from the numbers themselves"),
    _text("Explanation", "reason", "how TechRating and the score add up"),
)

# Names under which pages draw columns of their own beside those of a result.
DRAWN_NAMES: tuple[str, ...] = ("prices", "scores", "New", "RanksUp", "ScoreChange", "Sessions")
COLUMN_NAMES: tuple[str, ...] = tuple(column.name for column in COLUMNS)
COLUMN_BY_NAME: dict[str, Column] = {column.name: column for column in COLUMNS}

_ARROW_TYPES: dict[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.FLAG: pa.bool_(),
}

SCHEMA: pa.Schema = pa.schema([(column.name, _ARROW_TYPES[column.kind]) for column in COLUMNS])


def empty_table() -> pa.Table:
    """Return a table without rows, with all columns."""
    return no_rows(SCHEMA)


SUB_SCORE_COLUMNS: tuple[str, ...] = (
    "TrendScore",
    "MomentumScore",
    "VolumeScore",
    "VolatilityScore",
    "OscillatorScore",
    "BreakoutScore",
)
