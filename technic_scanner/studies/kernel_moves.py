"""What the entries of a study did in each session while they were held, against the universe; compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from technic_scanner.criteria.kernel_compile import exact


@exact
def session_moves(
    close: Any,
    rows: Any,
    columns: Any,
    weights: Any,
    universe: Any,
    horizons: Any,
    most: Any,
    moves: Any,
    held: Any,
    squares: Any,
) -> None:
    """Add to ``moves`` (K, T) the excess that entries gain in each of the ``horizons`` (K,) sessions after theirs.

    ``rows`` (E,) ascend, with ``columns`` ascending in each. ``weights`` (K, T): that of each entry of a session.
    ``universe`` (T,): its mean return from each session to the next. A symbol without a bar stands still at its last
    close; above ``most`` so does every entry. ``held`` (K, T) gets the weights that are held in each session,
    ``squares`` (K, T) the sum over symbols of their squares.
    """
    total, longest, kinds = close.shape[1], horizons.max(), len(horizons)
    prices, gains = np.empty(longest + 1), np.empty(longest)
    market = np.where(universe == universe, 1.0 + universe, 1.0)
    # Of each horizon: what the symbol holds of entries that are held together, in the sessions ``begin`` … ``end`` − 1.
    own, begin, end = np.zeros((kinds, total)), np.zeros(kinds, np.int64), np.zeros(kinds, np.int64)
    for e in range(len(rows)):
        i, first = rows[e], columns[e] + 1
        size = min(longest, total - first)
        _gain(close[i, columns[e] : first + size], market[columns[e] : first + size - 1], most, prices, gains)
        following = total if e + 1 == len(rows) or rows[e + 1] != i else columns[e + 1] + 1
        for k in range(kinds):
            weight = weights[k, columns[e]]
            if begin[k] == end[k]:
                begin[k] = first
            if weight != 0.0:
                end[k] = first + min(horizons[k], size)
                if begin[k] == first and following >= end[k]:  # held alone
                    held_alone = held[k, first : end[k]], squares[k, first : end[k]]
                    _add_alone(weight, gains[: end[k] - first], moves[k, first : end[k]], *held_alone)
                    begin[k] = end[k]
                    continue
                _add(weight, gains[: end[k] - first], moves[k, first : end[k]], own[k, first : end[k]])
            if following >= end[k]:
                _settle(own[k, begin[k] : end[k]], held[k, begin[k] : end[k]], squares[k, begin[k] : end[k]])
                begin[k] = end[k]


@exact
def _add_alone(weight: Any, gains: Any, moves: Any, held: Any, squares: Any) -> None:
    square = weight * weight
    for t in range(len(gains)):
        moves[t] += weight * gains[t]
        held[t] += weight
        squares[t] += square


@exact
def _gain(close: Any, market: Any, most: Any, prices: Any, gains: Any) -> None:
    """Fill ``gains`` with what one gains against the market in each session after the first of ``close`` (m + 1,)."""
    bought = close[0]
    last, ceiling = bought, bought * (1.0 + most)
    for t in range(len(close)):
        last = close[t] if close[t] == close[t] else last
        prices[t] = last if last < ceiling else ceiling
    for t in range(len(market)):
        gains[t] = (prices[t + 1] - prices[t] * market[t]) / bought


@exact
def _add(weight: Any, gains: Any, moves: Any, own: Any) -> None:
    for t in range(len(gains)):
        moves[t] += weight * gains[t]
        own[t] += weight


@exact
def _settle(own: Any, held: Any, squares: Any) -> None:
    """Add what one symbol holds to ``held`` and its squares to ``squares``, and forget it."""
    for t in range(len(own)):
        held[t] += own[t]
        squares[t] += own[t] * own[t]
        own[t] = 0.0
