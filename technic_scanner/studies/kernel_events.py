"""Entries, what the universe did after each session, and what the entries did; compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from technic_scanner.criteria.kernel_compile import exact

_TRUE = 2  # of the language's truth values: 0 false, 1 unknown


@exact
def entries(truth: Any, close: Any, eligible: Any, first: Any, stop: Any, every: Any, out: Any) -> None:
    """Fill ``out`` (n, T): where a row is eligible and its condition true, in the sessions first … stop − 1.

    Unless ``every``, only where it was not true on the row's own bar before, which may lie before ``first``.
    """
    for i in range(truth.shape[0]):
        before = False
        for t in range(truth.shape[1]):
            out[i, t] = False
            if close[i, t] != close[i, t]:
                continue
            now = truth[i, t] == _TRUE
            if now and (every or not before) and first <= t < stop and eligible[i, t]:
                out[i, t] = True
            before = now


@exact
def universe_sums(
    close: Any, eligible: Any, offsets: Any, first: Any, stop: Any, most: Any, sums: Any, counts: Any, limited: Any
) -> None:
    """Add to (K, T): the returns of eligible rows from sessions first … stop − 1 to ``offsets`` (K,) sessions later.

    A close that is missing is the last one before. Returns above ``most`` count as it, and are counted in ``limited``.
    """
    total = close.shape[1]
    held, known, inverse, weight = np.empty(total), np.empty(total), np.empty(total), np.empty(total)
    for i in range(close.shape[0]):
        last = 0.0
        for t in range(total):
            price = close[i, t]
            if price == price:
                last = price
            held[t] = last
            known[t] = 1.0 if last > 0.0 else 0.0
            bought = eligible[i, t]
            weight[t] = 1.0 if bought else 0.0
            inverse[t] = 1.0 / price if bought else 0.0
        for k in range(len(offsets)):
            offset = offsets[k]
            begin, end = max(first, -offset), min(stop, total - offset)
            for t in range(begin, end):
                change = held[t + offset] * inverse[t] - 1.0
                share = weight[t] * known[t + offset]
                limited[k, t] += share if change > most else 0.0
                sums[k, t] += share * min(change, most)
                counts[k, t] += share


@exact
def entry_returns(close: Any, rows: Any, columns: Any, offset: Any, most: Any, out: Any) -> None:
    """Fill ``out`` (E,): the return of each entry to ``offset`` sessions later, at the last close; NaN if unknown."""
    total = close.shape[1]
    for e in range(len(rows)):
        i, t = rows[e], columns[e]
        to = t + offset
        out[e] = np.nan
        if to < 0 or to >= total:
            continue
        while to >= 0 and close[i, to] != close[i, to]:
            to -= 1
        if to >= 0:
            out[e] = min(close[i, to] / close[i, t] - 1.0, most)


@exact
def turnover(rows: Any, columns: Any, horizon: Any, total: Any, out: Any) -> Any:
    """Fill ``out`` (total,) with Σ |change of weight| of each session, holding each entry for ``horizon`` sessions.

    ``rows`` ascending with ``columns`` ascending in each. Open entries have equal weights. Return the mean number of
    them in sessions with any.
    """
    opened = np.zeros(total + 1)
    for e in range(len(rows)):
        for t in range(columns[e], min(columns[e] + horizon, total)):
            opened[t] += 1.0
    out[:] = 0.0
    start = 0
    own = np.zeros(total + 1)
    while start < len(rows):
        end = start
        while end < len(rows) and rows[end] == rows[start]:
            for t in range(columns[end], min(columns[end] + horizon, total)):
                own[t] += 1.0
            end += 1
        first, last = columns[start], min(columns[end - 1] + horizon, total - 1)
        before = 0.0
        for t in range(first, last + 1):
            now = own[t] / opened[t] if own[t] > 0.0 else 0.0
            out[t] += abs(now - before)
            before = now
            own[t] = 0.0
        start = end
    days = (opened > 0.0).sum()
    return opened.sum() / days if days else 0.0


@exact
def shared_entries(rows: Any, columns: Any, counts: Any, horizon: Any) -> Any:
    """Return how alike the symbols of dates that begin less than ``horizon`` sessions apart are, 0–1.

    It is the mean cosine of their sets of symbols, weighed by the part of the horizon that they share; 1 where no two
    dates overlap. ``rows`` (E,) ascending with ``columns`` ascending in each; ``counts`` (T,) entries of each session.
    """
    shared, possible = 0.0, 0.0
    for e in range(len(rows)):
        for other in range(e + 1, len(rows)):
            apart = columns[other] - columns[e]
            if rows[other] != rows[e] or apart >= horizon:
                break
            shared += (1.0 - apart / horizon) / np.sqrt(counts[columns[e]] * counts[columns[other]])
    for t in range(len(counts)):
        for apart in range(1, min(horizon, len(counts) - t)):
            if counts[t] > 0.0 and counts[t + apart] > 0.0:
                possible += 1.0 - apart / horizon
    return shared / possible if possible > 0.0 else 1.0
