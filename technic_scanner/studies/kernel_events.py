"""Entries, what the universe did after each session, and what the entries did; compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from technic_scanner.criteria.kernel_compile import exact

_WORD = 8  # truth values in an integer
_TRUE = 2  # of the language's truth values: 0 false, 1 unknown


@exact
def entries(truth: Any, eligible: Any, first: Any, stop: Any, every: Any, out: Any) -> None:
    """Fill ``out`` (n, stop − first): where a row is eligible and its condition true, in sessions first … stop − 1.

    Unless ``every``, only where it was not true in the session before, which may be before ``first``.
    """
    begin = max(first, 1)
    for i in range(truth.shape[0]):
        if first == 0 and stop > 0:
            out[i, 0] = (truth[i, 0] == _TRUE) & eligible[i, 0]
        if begin < stop:
            before, window = truth[i, begin - 1 : stop - 1], slice(begin, stop)
            _begin(truth[i, window], before, eligible[i, window], every, out[i, begin - first :])


@exact
def _begin(now: Any, before: Any, eligible: Any, every: Any, out: Any) -> None:
    for t in range(len(out)):
        out[t] = (now[t] == _TRUE) & eligible[t] & (every | (before[t] != _TRUE))


@exact
def begun(truth: Any, close: Any, rows: Any, columns: Any, out: Any) -> None:
    """Fill ``out`` (E,): whether the condition was not true on the own bar before an entry, across missing ones."""
    for e in range(len(rows)):
        out[e] = _is_new(truth[rows[e]], close[rows[e]], columns[e])


@exact
def _is_new(truth: Any, close: Any, column: Any) -> Any:
    before = column - 1
    while before >= 0 and close[before] != close[before]:
        before -= 1
    return before < 0 or truth[before] != _TRUE


@exact
def add_entries(
    truth: Any,
    close: Any,
    eligible: Any,
    first: Any,
    every: Any,
    offsets: Any,
    most: Any,
    means: Any,
    counts: Any,
    sums: Any,
    hits: Any,
) -> None:
    """Add the entries of some rows in the sessions ``first`` … first + W − 1, as ``entries`` and ``begun`` find them.

    ``counts`` (W,) gets how many there are in each session, ``sums`` (K, W) their returns to ``offsets`` (K,) sessions
    later, and ``hits`` (K,) how many of them are above the universe's ``means`` (K, W). The return of a horizon that
    ends after the last session is left out.
    """
    total, width = truth.shape[1], len(counts)
    marks = np.zeros((1, -(-width // _WORD) * _WORD), np.bool_)
    words = marks[0].view(np.int64)  # to pass over many sessions without an entry at once
    for i in range(truth.shape[0]):
        window = slice(0, first + width)
        entries(truth[i : i + 1, window], eligible[i : i + 1, window], first, first + width, every, marks[:, :width])
        for word in range(len(words)):
            if words[word] == 0:
                continue
            for at in range(word * _WORD, min(word * _WORD + _WORD, width)):
                t = first + at
                if not marks[0, at] or not (every or _is_new(truth[i], close[i], t)):
                    continue
                counts[at] += 1.0
                for k in range(len(offsets)):
                    to = t + offsets[k]
                    if to >= total:
                        continue
                    while close[i, to] != close[i, to]:
                        to -= 1
                    change = min(close[i, to] / close[i, t] - 1.0, most)
                    sums[k, at] += change
                    hits[k] += 1.0 if change > means[k, at] else 0.0


@exact
def universe_sums(
    close: Any, eligible: Any, offsets: Any, first: Any, stop: Any, most: Any, sums: Any, counts: Any, limited: Any
) -> None:
    """Add the growth of eligible rows from sessions first … stop − 1 to ``offsets`` (K,) sessions later.

    Growth is the later close ÷ the earlier one, at most 1 + ``most``; a close that is missing is the last one before.
    ``sums`` (K, T) get it, ``counts`` (K, T) how many rows have it, and ``limited`` (K,) how many were above.
    """
    total = close.shape[1]
    held, inverse = np.empty(total), np.empty(total)
    # How many rows are bought of those whose prices are all sound, so that every later one is known; and of those
    # without a missing bar, of which every price is known.
    bought, always = np.zeros(total), np.zeros(total)
    ceiling = 1.0 + most
    for i in range(close.shape[0]):
        sound, whole = _hold(close[i], held)
        _invert(close[i], eligible[i], inverse)
        if whole:
            _count(eligible[i], always)
        elif sound:
            _count(eligible[i], bought)
        for k in range(len(offsets)):
            offset = offsets[k]
            begin, end = max(first, -offset), min(stop, total - offset)
            if begin >= end:
                continue
            if whole or (sound and offset >= 0):
                later = held[begin + offset : end + offset]
                limited[k] += _add_growth(later, inverse[begin:end], ceiling, sums[k, begin:end])
                continue
            for t in range(begin, end):
                if eligible[i, t] and held[t + offset] > 0.0:
                    growth = held[t + offset] * inverse[t]
                    limited[k] += 1 if growth > ceiling else 0
                    sums[k, t] += min(growth, ceiling)
                    counts[k, t] += 1.0
    for k in range(len(offsets)):
        for t in range(max(first, -offsets[k]), min(stop, total - offsets[k])):
            counts[k, t] += always[t] + (bought[t] if offsets[k] >= 0 else 0.0)


@exact
def _hold(close: Any, held: Any) -> Any:
    """Fill ``held`` (T,) with the last close of each session, 0 before the first one.

    Return whether all closes are above 0 and finite, and whether moreover none is missing.
    """
    good, missing = 0, 0
    for t in range(len(close)):
        good += (close[t] > 0.0) & (close[t] < np.inf)
        missing += close[t] != close[t]
    if not missing:
        held[:] = close
        return good == len(close), good == len(close)
    last = 0.0
    for t in range(len(close)):
        last = close[t] if close[t] == close[t] else last
        held[t] = last
    return good + missing == len(close), False


@exact
def _invert(close: Any, eligible: Any, out: Any) -> None:
    """Fill ``out`` (T,) with 1 ÷ close where a row is eligible, and 0 elsewhere."""
    for t in range(len(out)):
        one = 1.0 / close[t]
        out[t] = one if eligible[t] else 0.0


@exact
def _count(eligible: Any, into: Any) -> None:
    for t in range(len(into)):
        into[t] += 1.0 if eligible[t] else 0.0


@exact
def _add_growth(later: Any, inverse: Any, ceiling: Any, sums: Any) -> Any:
    """Add later × inverse, at most the ceiling, to ``sums`` (m,); return how many were above it."""
    above = 0
    for t in range(len(sums)):
        growth = later[t] * inverse[t]
        above += growth > ceiling
        sums[t] += growth if growth < ceiling else ceiling
    return above


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
        opened[columns[e]] += 1.0
        opened[min(columns[e] + horizon, total)] -= 1.0
    for t in range(1, total + 1):
        opened[t] += opened[t - 1]
    out[:] = 0.0
    own = np.zeros(total)
    start = 0
    while start < len(rows):
        # Those of one symbol of which each begins before the one before has ended, or as it ends.
        begin, end, last = columns[start], columns[start], start
        while last < len(rows) and rows[last] == rows[start] and columns[last] <= end:
            end = min(columns[last] + horizon, total)
            for t in range(columns[last], end):
                own[t] += 1.0
            last += 1
        before = 0.0
        for t in range(begin, end):
            now = own[t] / opened[t]
            out[t] += abs(now - before)
            before = now
            own[t] = 0.0
        if end < total:
            out[end] += before
        start = last
    days = (opened > 0.0).sum()
    return opened.sum() / days if days else 0.0


@exact
def shared_entries(rows: Any, columns: Any, counts: Any, horizon: Any) -> Any:
    """Return how alike the symbols of dates that begin less than ``horizon`` sessions apart are, 0–1.

    It is the mean cosine of their sets of symbols, weighed by the part of the horizon that they share; 1 where no two
    dates overlap. ``rows`` (E,) ascending with ``columns`` ascending in each; ``counts`` (T,) entries of each session.
    """
    shared, possible = 0.0, 0.0
    share, parts = np.zeros(len(counts)), np.empty(horizon)
    for t in range(len(counts)):
        share[t] = 1.0 / np.sqrt(counts[t]) if counts[t] > 0.0 else 0.0
    for apart in range(len(parts)):
        parts[apart] = 1.0 - apart / horizon
    # From the newest entry back: the sums of the shares of later entries of the symbol within the horizon, and of the
    # same times the sessions that they are apart. ``stop`` is one past the last of these.
    sums, apart_sums, stop = 0.0, 0.0, len(rows)
    for e in range(len(rows) - 2, -1, -1):
        if rows[e] != rows[e + 1]:
            sums, apart_sums, stop = 0.0, 0.0, e + 1
            continue
        sums += share[columns[e + 1]]
        apart_sums += (columns[e + 1] - columns[e]) * sums
        while stop > e + 1 and columns[stop - 1] - columns[e] >= horizon:
            stop -= 1
            sums -= share[columns[stop]]
            apart_sums -= share[columns[stop]] * (columns[stop] - columns[e])
        if stop == e + 1:
            sums, apart_sums = 0.0, 0.0
        shared += (sums - apart_sums / horizon) * share[columns[e]]
    for t in range(len(counts)):
        for apart in range(1, min(horizon, len(counts) - t)):
            if counts[t] > 0.0 and counts[t + apart] > 0.0:
                possible += parts[apart]
    return shared / possible if possible > 0.0 else 1.0
