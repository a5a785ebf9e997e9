"""Format result rows as a table: column formats, views, and a selection that follows the symbol, not the position."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from technic_scanner.domain.price_text import price_decimals
from technic_scanner.pipeline.columns import COLUMN_BY_NAME, SUB_SCORE_COLUMNS, Column, Kind

PRICES = "Prices"
SCORES = "Scores"
CURRENCY = "Currency"
DRAWN = frozenset({PRICES, SCORES})

_CORE = ("Rank", "Symbol", PRICES, "Signal", "Tier", "CompositeScore")
VIEWS: dict[str, tuple[str, ...]] = {
    "Picks": (
        *_CORE,
        *(SCORES, "TechRating", "AlphaScore", "Close", "Entry", "Stop", "Target", CURRENCY, "RewardRisk"),
        *("PositionSize", "PositionValue", "Sector", "Rationale"),
    ),
    "Scores": (*_CORE, "TechRating", "AlphaScore", *SUB_SCORE_COLUMNS, "MissingInputs", "TierReasons", "Explanation"),
    "Plan": (
        *("Rank", "Symbol", PRICES, "Signal", "Tier", "Close", "Entry", "Stop", "Target", CURRENCY),
        *("RewardRisk", "PositionSize", "PositionValue", "RiskAmount", "SizeLimitedBy"),
        *("WeightEqual", "WeightScore", "WeightInverseVol", "WeightRiskParity"),
    ),
    "Indicators": (
        *("Rank", "Symbol", PRICES, "Close", CURRENCY),
        *(name for name, column in COLUMN_BY_NAME.items() if column.group == "indicator"),
    ),
    "Everything": (PRICES, *COLUMN_BY_NAME),
}
# What all picks have in common; shown where a table has other rows too.
_STANDING = ("Picked", "NotPicked", "NotPickedReason")
_PINNED = frozenset({"Rank", "Symbol"})
_SMALL = {"Rank": 60, "Symbol": 84, "Signal": 100, "Tier": 84, "Currency": 76}
_OF_ACCOUNT = ("PositionValue", "RiskAmount")
_LARGE_TEXT = frozenset({"Rationale", "Explanation", "TierReasons", "NotPickedReason"})
# Fractions that are shown as percentages.
_SHARES = frozenset(
    {
        "WeightEqual",
        "WeightScore",
        "WeightInverseVol",
        "WeightRiskParity",
        "AlphaWeight",
        "ATR14_pct",
        "ROC5",
        "ROC21",
        "ROC63",
        "Momentum12_1",
        "High252Distance",
        "Low252Distance",
        "RealisedVol20",
        "RelativeStrength63",
    }
)


def view(name: str, *, whole: bool) -> tuple[str, ...]:
    """Return the columns of a view; ``whole`` tables, which have more than picks, say why rows are no picks."""
    columns = tuple(column for column in VIEWS[name] if column not in _STANDING)
    if not whole:
        return columns
    place = columns.index("Tier") + 1 if "Tier" in columns else 2
    return (*columns[:place], *_STANDING, *columns[place:])


def with_own(names: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of a view with a run's own columns behind what names the row and its tier."""
    place = names.index("Tier") + 1 if "Tier" in names else min(3, len(names))
    return (*names[:place], *own, *names[place:])


def own_settings(own: Sequence[str]) -> dict[str, Any]:
    """Return the ``column_config`` of columns that the criteria of a run ask for."""
    return {name: st.column_config.Column(name, help="A column of this run's criteria.") for name in own}


def drawn(names: Sequence[str], rows: pd.DataFrame) -> list[str]:
    """Return the columns of a view that the rows have; without currencies where none is known."""
    known = CURRENCY in rows and rows[CURRENCY].fillna("").ne("").any()
    return [name for name in names if (name in rows or name in DRAWN) and (name != CURRENCY or known)]


def column_settings(
    names: Sequence[str], account_currency: str = "", rows: pd.DataFrame | None = None
) -> dict[str, Any]:
    """Return the ``column_config`` of result columns: labels, formats, bars, and each column's meaning as help.

    Amounts in the currency of the account have it in their labels, if it is known. Prices have the decimals that the
    smallest close of the ``rows`` needs.
    """
    settings: dict[str, Any] = {
        PRICES: st.column_config.LineChartColumn("Last 60", width=100, color="auto", help=_PRICES_HELP),
        SCORES: st.column_config.BarChartColumn("Six scores", width=84, y_min=0, y_max=100, help=_SCORES_HELP),
    }
    ends = dict.fromkeys(_OF_ACCOUNT, f", {account_currency}" if account_currency else "")
    known = [COLUMN_BY_NAME[name] for name in names if name in COLUMN_BY_NAME]
    decimals = price_decimals([] if rows is None else rows["Close"].dropna())
    return settings | {column.name: _setting(column, ends.get(column.name, ""), decimals) for column in known}


def height(rows: int, most: int) -> int | Literal["content"]:
    """Return a table's height: that of its rows, unless they exceed ``most`` pixels by a row or more.

    In that case it is at most ``most`` pixels and ends with half a row, which shows that the table can be scrolled.
    """
    if _ROW_PIXELS * (rows + 1) + _BORDER_PIXELS < most + _ROW_PIXELS:
        return "content"
    spare = _BORDER_PIXELS + _ROW_PIXELS // 2
    return (most - spare) // _ROW_PIXELS * _ROW_PIXELS + spare


def in_window(rows: int, key: str) -> DeltaGenerator:
    """Return a container for a table of ``height="stretch"``: as high as its rows, but no more than the window allows.

    Some of the page stays in view above and below it, so that a finger finds where to scroll. ``key`` is unique on the
    page.
    """
    whole = _ROW_PIXELS * (rows + 1) + _BORDER_PIXELS
    high = f"min({whole}px, max({_LEAST_PIXELS}px, 100dvh - {_AROUND_PIXELS}px))"
    # Streamlit gives the height to the box around the container; where a later one does not, it stays _LEAST_PIXELS.
    st.html(f"<style>:has(> .st-key-{key}) {{ height: {high} !important; flex-basis: {high} !important; }}</style>")
    return st.container(height=_LEAST_PIXELS, border=False, key=key)


def label(name: str) -> str:
    """Return a column's display name: ``TechRating`` → ``Tech rating``; acronyms are kept."""
    return _LABELS.get(name, name)


def long_label(name: str) -> str:
    """Return what a column is called in a list of all columns, drawn ones among them."""
    return _DRAWN_LABELS.get(name) or label(name)


def with_prices(rows: pd.DataFrame, prices: Mapping[str, Any]) -> pd.DataFrame:
    """Return the rows with a sparkline column; symbols without bars get an empty cell."""
    column = pd.Series([prices.get(symbol) for symbol in rows["Symbol"]], index=rows.index, dtype=object)
    return rows.assign(**{PRICES: column})


def with_scores(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a column of small bar charts: the six sub-scores in order, unknown ones left empty."""
    scores = rows[list(SUB_SCORE_COLUMNS)].astype(float).round(1)
    column = [[None if score != score else score for score in line] for line in scores.to_numpy()]  # noqa: PLR0124
    return rows.assign(**{SCORES: pd.Series(column, index=rows.index, dtype=object)})


def revision(*parts: object) -> str:
    """Return a short hash of what a table shows, for use in its key: other content or order gives another key."""
    return hashlib.blake2s("\x1f".join(map(str, parts)).encode(), digest_size=6).hexdigest()


def selected_symbol(rows: pd.DataFrame, positions: Sequence[int]) -> str | None:
    """Return the symbol at the first selected position of the frame that was displayed, None if nothing is selected."""
    if not positions or not 0 <= positions[0] < len(rows):
        return None
    return str(rows["Symbol"].iloc[positions[0]])


def position_of(rows: pd.DataFrame, symbol: str | None) -> int | None:
    """Return the position of a symbol in the displayed frame, None if it is not there."""
    if symbol is None:
        return None
    found = (rows["Symbol"] == symbol).to_numpy().nonzero()[0]
    return int(found[0]) if len(found) else None


# As drawn at the theme's base font size; the header counts as a row.
_ROW_PIXELS = 31
_LEAST_PIXELS, _AROUND_PIXELS = 320, 150
_BORDER_PIXELS = 2
_PRICES_HELP = "Closes of the last 60 sessions up to the scan's as-of date."
_SCORES_HELP = "The six sub-scores, 0-100: " + ", ".join(name.removesuffix("Score") for name in SUB_SCORE_COLUMNS) + "."
_LABELS = {
    "CompositeScore": "Score",
    "TechRating": "Tech rating",
    "AlphaScore": "Alpha",
    "TrendScore": "Trend",
    "MomentumScore": "Momentum",
    "VolumeScore": "Volume",
    "VolatilityScore": "Volatility",
    "OscillatorScore": "Oscillator",
    "BreakoutScore": "Breakout",
    "MissingInputs": "Missing inputs",
    "RewardRisk": "Reward ÷ risk",
    "PositionSize": "Shares",
    "PositionValue": "Value",
    "RiskAmount": "At risk",
    "SizeLimitedBy": "Size limited by",
    "WeightEqual": "Weight: equal",
    "WeightScore": "Weight: score",
    "WeightInverseVol": "Weight: inverse vol.",
    "WeightRiskParity": "Weight: risk parity",
    "TierReasons": "Why this tier",
    "SubIndustry": "Sub-industry",
    "NotPicked": "Reason",
    "NotPickedReason": "Why not a pick",
    "AlphaWeight": "Weight of alpha",
    "RSI14": "RSI 14",
    "MACDHist": "MACD histogram",
    "ADX14": "ADX 14",
    "ATR14": "ATR 14",
    "ATR14_pct": "ATR %",
    "SMA20": "SMA 20",
    "SMA50": "SMA 50",
    "SMA200": "SMA 200",
    "BollingerPctB": "Bollinger %B",
    "StochK": "Stochastic %K",
    "MFI14": "MFI 14",
    "ROC5": "Return 5",
    "ROC21": "Return 21",
    "ROC63": "Return 63",
    "Momentum12_1": "Momentum 12–1",
    "High252Distance": "From 52-week high",
    "Low252Distance": "From 52-week low",
    "RealisedVol20": "Volatility 20",
    "DollarVolume20": "Dollar volume 20",
    "RelativeVolume": "Relative volume",
    "Beta252": "Beta",
    "RelativeStrength63": "Strength vs. market 63",
    "RegimeTrend": "Market trend",
    "RegimeVol": "Market volatility",
    "MarketRegime": "Market",
    "AsOf": "Last bar",
}
_DRAWN_LABELS = {PRICES: "Last 60 closes", SCORES: "Six scores", "RanksUp": "Δ rank", "ScoreChange": "Δ score"}


def _setting(column: Column, end: str, decimals: int) -> Any:
    title, help_text = label(column.name) + end, _help(column)
    pinned = column.name in _PINNED
    if column.kind is Kind.TEXT:
        width: Any = "large" if column.name in _LARGE_TEXT else _SMALL.get(column.name)
        return st.column_config.TextColumn(title, help=help_text, pinned=pinned, width=width)
    if column.kind is Kind.FLAG:
        return st.column_config.CheckboxColumn(title, help=help_text, pinned=pinned, width=70)
    if column.name == "CompositeScore":
        return st.column_config.ProgressColumn(
            title, help=help_text, format="%.1f", min_value=0, max_value=100, width=110
        )
    return st.column_config.NumberColumn(
        title, help=help_text, pinned=pinned, format=_format(column, decimals), width=_SMALL.get(column.name)
    )


def _format(column: Column, decimals: int) -> str:
    if column.name in _SHARES:
        return "percent"
    if column.kind is Kind.INTEGER:
        return "localized"
    if column.name in ("DollarVolume20", "PositionValue", "RiskAmount"):
        return "accounting"
    return {"0-100": "%.1f", "currency": f"%.{decimals}f", "x": "%.2f"}.get(column.unit, "%.2f")


def _help(column: Column) -> str:
    return f"{column.name}: {column.meaning}" + (f" ({column.unit})" if column.unit else "")
