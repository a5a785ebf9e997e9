"""Which symbols may be scored, and for every one that may not, the one rule that turned it down."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import BoolArray, column

Reason = tuple[int, str, str]

TOO_FEW_BARS = "too_few_bars"
NO_RECENT_BAR = "no_recent_bar"
BAD_BARS = "bad_bars"
PRICE_BELOW_MINIMUM = "price_below_minimum"
DOLLAR_VOLUME_BELOW_MINIMUM = "dollar_volume_below_minimum"
NOT_SCORED = "not_scored"
RATING_BELOW_MINIMUM = "rating_below_minimum"

REASON_CODES: tuple[str, ...] = (
    TOO_FEW_BARS,
    NO_RECENT_BAR,
    BAD_BARS,
    PRICE_BELOW_MINIMUM,
    DOLLAR_VOLUME_BELOW_MINIMUM,
    NOT_SCORED,
    RATING_BELOW_MINIMUM,
)

# Bars stored as float32 put a close a hair outside its own range; that is noise, not a bad bar.
_RANGE_TOLERANCE = 1e-4


def eligibility(
    indicators: FloatArray, *, min_price: float, min_dollar_volume: float, min_bars: int
) -> tuple[BoolArray, list[Reason]]:
    """Return which rows of the matrix (n, K) may be scored, (n,), and why each of the others may not.

    Every row that is turned down has exactly one reason (row index, code, sentence): the first of these that holds.
    ``too_few_bars``: fewer than ``min_bars`` bars. ``no_recent_bar``: no close in the newest session. ``bad_bars``: a
    close, range or volume that no market can print, or no volume where one is needed. ``price_below_minimum``: close
    below ``min_price`` (currency). ``dollar_volume_below_minimum``: 20-session mean of close × volume below
    ``min_dollar_volume`` (currency). A minimum of 0 turns its rule off.
    """
    bars, close = column(indicators, "bars"), column(indicators, "close")
    dollars = column(indicators, "dollar_volume_20")
    known_bars = np.nan_to_num(bars, nan=0.0)
    bad = _bad_bars(indicators, close, dollars, needs_volume=min_dollar_volume > 0.0)
    code = np.select(
        [
            known_bars < max(min_bars, 1),
            np.isnan(close),
            bad,
            close < min_price,
            (dollars < min_dollar_volume),
        ],
        [0, 1, 2, 3, 4],
        default=-1,
    )
    sentences: tuple[Callable[[int], str], ...] = (
        lambda i: f"It has {known_bars[i]:.0f} bars; {min_bars} are needed.",
        lambda _: "It has no bar in the newest session.",
        lambda i: _bad_bar_sentence(close[i], dollars[i]),
        lambda i: f"Its close of {close[i]:.4g} is below the minimum of {min_price:g}.",
        lambda i: (
            f"Its 20-session dollar volume of {dollars[i]:,.0f} is below the minimum of {min_dollar_volume:,.0f}."
        ),
    )
    rejected = np.flatnonzero(code >= 0)
    kinds = code[rejected].tolist()
    reasons = [(i, REASON_CODES[kind], sentences[kind](i)) for i, kind in zip(rejected.tolist(), kinds, strict=True)]
    return code < 0, reasons


def rating_filter(rating: FloatArray, *, min_rating: float) -> tuple[BoolArray, list[Reason]]:
    """Return which rows (n,) have a rating of at least ``min_rating`` (0–100), and why each of the others is out.

    Give the rating as seen from the row's side (``signals.rank_score``), so that shorts pass too. ``not_scored``: the
    rating is NaN because every input was unknown.
    """
    unknown = np.isnan(rating)
    low = ~unknown & (rating < min_rating)
    reasons: list[Reason] = [
        (i, NOT_SCORED, "None of the sub-scores that the profile weighs could be computed.")
        for i in np.flatnonzero(unknown).tolist()
    ]
    reasons += [
        (i, RATING_BELOW_MINIMUM, f"Its rating of {rating[i]:.1f} is below the minimum of {min_rating:g}.")
        for i in np.flatnonzero(low).tolist()
    ]
    return ~(unknown | low), reasons


def _bad_bars(indicators: FloatArray, close: FloatArray, dollars: FloatArray, *, needs_volume: bool) -> BoolArray:
    high, low = column(indicators, "swing_high_10"), column(indicators, "swing_low_10")
    bad = ~np.isfinite(close) | (close <= 0.0) | np.isinf(dollars) | (dollars < 0.0)
    bad |= (low <= 0.0) | (low > close * (1.0 + _RANGE_TOLERANCE)) | (high < close * (1.0 - _RANGE_TOLERANCE))
    return bad | np.isnan(dollars) if needs_volume else bad


def _bad_bar_sentence(close: float, dollars: float) -> str:
    if not close > 0.0 or np.isinf(close):
        return f"Its last close of {close:g} is not a price."
    if np.isnan(dollars):
        return "Its volume is unknown, so its dollar volume cannot be judged."
    if dollars < 0.0 or np.isinf(dollars):
        return f"Its 20-session dollar volume of {dollars:g} is not possible."
    return f"Its last close of {close:.4g} lies outside the lows and highs of its last bars."
