"""Tell a close that was traded from an adjusted one by the lows and highs between which it must lie."""

from __future__ import annotations

import numpy as np

from technic_scanner.adapters.market_data.files.first_numbers import SAMPLE, first_numbers, mark_of
from technic_scanner.adapters.market_data.files.names import PRICES
from technic_scanner.adapters.market_data.files.sheet import Sheet
from technic_scanner.errors import SourceDataError
from technic_scanner.screening.bars import FloatArray

_SLACK = 1e-3
_FEW_ROWS = 5
_MOST = 0.8


def choose_raw_close(sheet: Sheet, places: dict[str, int]) -> int | None:
    """Set the close in ``places`` to the one that fits open, high and low; return a column that is not needed.

    ``raw_close``, taken out of ``places``, is a close that is named as one that nobody has adjusted. Where it lies
    between low and high more often than the other does, open, high and low are as traded, and the other tells how they
    are to be adjusted. Raises SourceDataError where only an adjusted close is there and it does not fit them.
    """
    raw = places.pop("raw_close", None)
    if raw is not None and "close" not in places:
        places["close"] = raw
        return None
    if "close" not in places or any(f"adj_{name}" in places for name in PRICES[:3]) or not _has_range(places):
        return raw
    other = places["close"]
    if raw is not None and _share_inside(sheet, places, raw) > _share_inside(sheet, places, other):
        places.setdefault("adj_close", other)
        places["close"] = raw
        return None
    if places.get("adj_close") == other and _share_inside(sheet, places, other) < _MOST:
        raise SourceDataError(
            f"has an adjusted close alone, {sheet.names[other]}, which does not lie between its lows and highs; add "
            "the close as it was traded, or leave out that the close is adjusted and give all prices on one scale"
        )
    return raw


def _has_range(places: dict[str, int]) -> bool:
    return "low" in places and "high" in places


def _share_inside(sheet: Sheet, places: dict[str, int], close: int) -> float:
    """Return the share of rows in which a column lies between low and high; 1 where there are too few to tell."""
    mark = mark_of([sheet.columns[places[name]].slice(0, SAMPLE) for name in ("low", "high")])
    values, low, high = (_sizes(sheet, place, mark) for place in (close, places["low"], places["high"]))
    known = (values > 0) & (low > 0) & (high > 0)
    if int(known.sum()) < _FEW_ROWS:
        return 1.0
    rounding = 0.5 * 10.0 ** -_decimals(np.concatenate([low[known], high[known]]))
    inside = (values >= low * (1 - _SLACK) - rounding) & (values <= high * (1 + _SLACK) + rounding)
    return float(inside[known].mean())


def _decimals(prices: FloatArray) -> int:
    """Return how many decimals prices are written with, at most four."""
    return next((n for n in range(4) if np.allclose(prices, np.round(prices, n), rtol=0.0, atol=1e-9)), 4)


def _sizes(sheet: Sheet, place: int, mark: str | None) -> FloatArray:
    return np.nan_to_num(np.abs(first_numbers(sheet.columns[place], mark, rows=None)))
