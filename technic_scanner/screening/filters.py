"""Which symbols may be scored, and for every one that may not, the one filter that turned it down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import numpy as np

from technic_scanner.domain.number_text import text_apart, text_with
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import BoolArray, IntArray, column

Reason = tuple[int, str, str]
R = TypeVar("R")

# Bars stored as float32 put a close a hair outside its own range; that is noise, not a bad bar.
_RANGE_TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True)
class RowFilter(Generic[R]):
    """Turns rows down for one reason.

    ``code`` is stable: it is stored and sent. ``label`` names the reason where symbols are counted by it. ``rejects``
    returns which rows (n,) it turns down; ``detail`` says in a sentence why it turned down row i.
    """

    code: str
    label: str
    rejects: Callable[[R], BoolArray]
    detail: Callable[[R, int], str]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What is known of the rows (n,) before they are scored, and the limits that are asked for; currencies are those
    of the prices. ``dollars`` is the 20-session mean of close × volume, ``high`` and ``low`` those of ten sessions,
    ``lag`` the sessions after the last bar.
    """

    bars: FloatArray
    close: FloatArray
    dollars: FloatArray
    high: FloatArray
    low: FloatArray
    lag: IntArray
    min_price: float
    min_dollar_volume: FloatArray
    currencies: Sequence[str]
    min_bars: int


@dataclass(frozen=True, slots=True, eq=False)
class Rated:
    """The rating of rows (n,), as seen from each row's side, and the lowest one that is asked for (0–100)."""

    rating: FloatArray
    min_rating: float


def _bad_bars(rows: Candidates) -> BoolArray:
    close, dollars = rows.close, rows.dollars
    bad = ~np.isfinite(close) | (close <= 0.0) | np.isinf(dollars) | (dollars < 0.0) | (rows.low <= 0.0)
    bad |= (rows.low > close * (1.0 + _RANGE_TOLERANCE)) | (rows.high < close * (1.0 - _RANGE_TOLERANCE))
    return bad | (np.isnan(dollars) & (rows.min_dollar_volume > 0.0))


def _why_bad(rows: Candidates, i: int) -> str:
    close, dollars = rows.close[i], rows.dollars[i]
    if not close > 0.0 or np.isinf(close):
        return f"Its last close of {text_with(close, 6)} is not a price."
    if np.isnan(dollars):
        return "Its volume is unknown, so its dollar volume cannot be judged."
    if dollars < 0.0 or np.isinf(dollars):
        return f"Its 20-session dollar volume of {text_with(dollars, 6)} is not possible."
    return f"Its last close of {text_with(close, 4)} lies outside the lows and highs of its last bars."


def _amount(number: str, rows: Candidates, i: int) -> str:
    """Return an amount with the currency of the row, as far as that is known."""
    return f"{number} {rows.currencies[i]}".rstrip()


def _why_not_recent(lag: int) -> str:
    if lag <= 0:
        return "It has no bar in the newest session."
    sessions = "session" if lag == 1 else "sessions"
    return f"It has no bar in the newest session; its last one is {lag:,} {sessions} older."


# The first filter that turns a row down gives its reason: no price is judged that is not known to be one.
ELIGIBILITY_FILTERS: Final[tuple[RowFilter[Candidates], ...]] = (
    RowFilter(
        "too_few_bars",
        "too few bars",
        lambda rows: rows.bars < max(rows.min_bars, 1),
        lambda rows, i: f"It has {rows.bars[i]:.0f} bars; {rows.min_bars} are needed.",
    ),
    RowFilter(
        "no_recent_bar",
        "no bar in the newest session",
        lambda rows: np.isnan(rows.close),
        lambda rows, i: _why_not_recent(int(rows.lag[i])),
    ),
    RowFilter("bad_bars", "invalid bars", _bad_bars, _why_bad),
    RowFilter(
        "price_below_minimum",
        "price below the minimum",
        lambda rows: rows.close < rows.min_price,
        lambda rows, i: (
            f"Its close of {text_apart(rows.close[i], rows.min_price)} is below the minimum of "
            f"{_amount(text_with(rows.min_price, 15), rows, i)}."
        ),
    ),
    RowFilter(
        "dollar_volume_below_minimum",
        "dollar volume below the minimum",
        lambda rows: rows.dollars < rows.min_dollar_volume,
        lambda rows, i: (
            f"Its 20-session dollar volume of {text_apart(rows.dollars[i], rows.min_dollar_volume[i])} is below the "
            f"minimum of {_amount(text_with(rows.min_dollar_volume[i], 15), rows, i)}."
        ),
    ),
)

RATING_FILTERS: Final[tuple[RowFilter[Rated], ...]] = (
    RowFilter(
        "not_scored",
        "no sub-score available",
        lambda rows: np.isnan(rows.rating),
        lambda _rows, _i: "None of the sub-scores that the profile weighs could be computed.",
    ),
    RowFilter(
        "rating_below_minimum",
        "rating below the minimum",
        lambda rows: rows.rating < rows.min_rating,
        lambda rows, i: (
            f"Its rating of {text_apart(rows.rating[i], rows.min_rating, 3)} is below the minimum of "
            f"{text_with(rows.min_rating, 15)}."
        ),
    ),
)

# Every code with its label, in the order in which the filters work.
REASONS: Final[dict[str, str]] = {
    **{row_filter.code: row_filter.label for row_filter in ELIGIBILITY_FILTERS},
    **{row_filter.code: row_filter.label for row_filter in RATING_FILTERS},
}
REASON_CODES: Final = tuple(REASONS)


def eligibility(
    indicators: FloatArray,
    *,
    min_price: float,
    min_dollar_volume: float | FloatArray,
    min_bars: int,
    lag: IntArray | None = None,
    currencies: Sequence[str] | None = None,
) -> tuple[BoolArray, list[Reason]]:
    """Return which rows of the matrix (n, K) may be scored, (n,), and why each of the others may not.

    A row whose last bar is too old has no close; ``lag`` (n,) says how many sessions old it is, for its reason.

    Every row that is turned down has exactly one reason (row index, code, sentence), in row order: that of the first
    of ``ELIGIBILITY_FILTERS`` that rejects it. A minimum of 0 turns its filter off; without one for the dollar volume
    the volume may be unknown.
    """
    rows = Candidates(
        bars=np.nan_to_num(column(indicators, "bars"), nan=0.0),
        close=column(indicators, "close"),
        dollars=column(indicators, "dollar_volume_20"),
        high=column(indicators, "swing_high_10"),
        low=column(indicators, "swing_low_10"),
        lag=np.zeros(len(indicators), np.int64) if lag is None else lag,
        min_price=min_price,
        min_dollar_volume=np.broadcast_to(np.asarray(min_dollar_volume, dtype=np.float64), len(indicators)),
        currencies=[""] * len(indicators) if currencies is None else currencies,
        min_bars=min_bars,
    )
    first = _first_rejecting(ELIGIBILITY_FILTERS, rows)
    return first < 0, _reasons(ELIGIBILITY_FILTERS, rows, first, np.flatnonzero(first >= 0))


def rating_filter(rating: FloatArray, *, min_rating: float) -> tuple[BoolArray, list[Reason]]:
    """Return which rows (n,) have a rating of at least ``min_rating`` (0–100), and why each of the others is out.

    Give the rating as seen from the row's side (``signals.rank_score``), so that shorts pass too. A rating is NaN
    where every input was unknown. Reasons come filter by filter, in row order within each.
    """
    rows = Rated(rating, min_rating)
    first = _first_rejecting(RATING_FILTERS, rows)
    rejected = np.flatnonzero(first >= 0)
    by_filter = rejected[np.argsort(first[rejected], kind="stable")]
    return first < 0, _reasons(RATING_FILTERS, rows, first, by_filter)


def _first_rejecting(filters: Sequence[RowFilter[R]], rows: R) -> IntArray:
    """Return the number of the first filter that rejects each row, (n,); −1 for rows that pass all."""
    return np.select([row_filter.rejects(rows) for row_filter in filters], list(range(len(filters))), default=-1)


def _reasons(filters: Sequence[RowFilter[R]], rows: R, first: IntArray, rejected: IntArray) -> list[Reason]:
    chosen = [(i, filters[number]) for i, number in zip(rejected.tolist(), first[rejected].tolist(), strict=True)]
    return [(i, row_filter.code, row_filter.detail(rows, i)) for i, row_filter in chosen]
