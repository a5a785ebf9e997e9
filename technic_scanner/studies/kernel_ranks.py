"""Mean ranks of the entries of each date, and Spearman's correlation of them with returns; compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from technic_scanner.criteria.kernel_compile import exact, kernel

_STEPS = 2  # for each value, into which values are put before they are sorted
_CROWD = 24  # values in one step that are sorted by moving them one by one; more are put into steps of their own


@kernel
def date_ranks(values: Any, starts: Any, out: Any) -> None:
    """Fill ``out`` (E,): the rank of each of ``values`` (E,) among those of its date, from 1 on.

    Equal values share their mean rank; one that is not finite has none: NaN. Those of date d are from ``starts[d]`` to
    ``starts[d + 1]``.
    """
    most = _most(starts)
    known, places, ascending, order = np.empty(most), np.empty(most), np.empty(most), np.empty(most)
    ends = np.empty((2, _STEPS * most), np.int32)
    for date in range(len(starts) - 1):
        count = 0
        for e in range(starts[date], starts[date + 1]):
            out[e] = np.nan
            if np.isfinite(values[e]):
                known[count] = values[e]
                places[count] = e  # exact, and so that there is one kind of sort
                count += 1
        _sort(known[:count], places[:count], ends, ascending, order)
        start = 0
        while start < count:
            end = start + 1
            while end < count and ascending[end] == ascending[start]:
                end += 1
            for place in range(start, end):
                out[int(order[place])] = (start + end + 1) / 2.0
            start = end


@kernel
def coefficients(
    close: Any, rows: Any, dates: Any, starts: Any, ranks: Any, horizons: Any, most: Any, least: Any, out: Any
) -> None:
    """Fill ``out`` (D, K): the correlation of ``ranks`` (E,) with the returns to each of ``horizons`` (K,) later.

    The entries of session ``dates[d]`` are from ``starts[d]`` to ``starts[d + 1]``, their symbols ``rows`` (E,).
    ``ranks`` are those of ``date_ranks``; entries without rank or return are left out. Returns are at the last close,
    at most ``most``. NaN where fewer than ``least`` are left, or where one of the two does not vary.
    """
    width = _most(starts)
    changes, own = np.empty((len(horizons), width)), np.empty(width)
    ascending, beside, ends = np.empty(width), np.empty(width), np.empty((2, _STEPS * width), np.int32)
    shared = np.empty(2 * width + 1)
    for date in range(len(starts) - 1):
        part = slice(starts[date], starts[date + 1])
        _changes(close, rows[part], dates[date], horizons, most, changes)
        for k in range(len(horizons)):
            count, ranked = _known(ranks[part], changes[k], own)
            out[date, k] = np.nan
            if count < least:
                continue
            if count < ranked:
                _rank_again(own[:count], shared)
            _sort(changes[k][:count], own[:count], ends, ascending, beside)
            out[date, k] = _correlation(ascending[:count], beside)


@exact
def _most(starts: Any) -> Any:
    """Return how many entries a date has at most."""
    most = 0
    for date in range(len(starts) - 1):
        most = max(most, starts[date + 1] - starts[date])
    return most


@exact
def _changes(close: Any, rows: Any, column: Any, horizons: Any, most: Any, changes: Any) -> None:
    """Fill ``changes`` (K, m): the returns of ``rows`` (m,) from a session on, as ``kernel_events.entry_returns``."""
    total = close.shape[1]
    for e in range(len(rows)):
        i = rows[e]
        bought = close[i, column]
        for k in range(len(horizons)):
            to = column + horizons[k]
            if to < 0 or to >= total:
                changes[k, e] = np.nan
                continue
            while to >= 0 and close[i, to] != close[i, to]:
                to -= 1
            changes[k, e] = min(close[i, to] / bought - 1.0, most) if to >= 0 else np.nan


@exact
def _known(ranks: Any, changes: Any, own: Any) -> Any:
    """Move the known ``changes`` (m,) of ranked entries to the front, their ranks into ``own``.

    Return how many there are, and how many entries have a rank.
    """
    count, ranked = 0, 0
    for e in range(len(ranks)):
        rank, change = ranks[e], changes[e]
        if rank != rank:
            continue
        ranked += 1
        if np.isfinite(change):
            own[count] = rank
            changes[count] = change
            count += 1
    return count, ranked


@exact
def _rank_again(ranks: Any, shared: Any) -> None:
    """Replace mean ranks (m,) of which some are gone by those among the ones that are left.

    Twice a mean rank is a whole number, so that they are counted instead of sorted.
    """
    shared[:] = 0.0
    for e in range(len(ranks)):
        shared[int(2.0 * ranks[e])] += 1.0
    before = 0.0
    for place in range(len(shared)):
        count = shared[place]
        shared[place] = before + (count + 1.0) / 2.0
        before += count
    for e in range(len(ranks)):
        ranks[e] = shared[int(2.0 * ranks[e])]


@exact
def _sort(values: Any, others: Any, ends: Any, ascending: Any, beside: Any) -> None:
    """Put finite ``values`` (m,) into ``ascending`` in their order, and what belongs to each of ``others`` beside it.

    They are spread over steps of equal width from the lowest to the highest, those of a crowded step once more, and
    moved to their places from there. ``ends`` (2, ≥ 2m) is where that is counted.
    """
    count = len(values)
    steps = _spread(values, others, ends[0], ascending, beside)
    start = 0
    for step in range(steps):
        end = ends[0, step]
        if end - start > _CROWD and not _all_equal(ascending[start:end]):
            _spread_again(ascending[start:end], beside[start:end], ends[1])
        start = end
    if steps == 0 and not _all_equal(values):
        _heap(ascending[:count], beside[:count])
    for place in range(1, count):
        value, other, at = ascending[place], beside[place], place
        while at > 0 and ascending[at - 1] > value:
            ascending[at] = ascending[at - 1]
            beside[at] = beside[at - 1]
            at -= 1
        ascending[at] = value
        beside[at] = other


@exact
def _spread(values: Any, others: Any, ends: Any, ascending: Any, beside: Any) -> Any:
    """Fill ``ascending`` and ``beside`` by steps; return how many, which end at ``ends``; 0: as they are, unspread."""
    low, high = np.inf, -np.inf
    for e in range(len(values)):
        low, high = min(low, values[e]), max(high, values[e])
    steps = _STEPS * len(values)
    scale = (steps - 1) / (high - low)
    if not 0.0 < scale < np.inf:
        for e in range(len(values)):
            ascending[e] = values[e]
            beside[e] = others[e]
        return 0
    ends[:steps] = 0
    for e in range(len(values)):
        ends[int((values[e] - low) * scale)] += 1
    before = 0
    for step in range(steps):
        count = ends[step]
        ends[step] = before
        before += count
    for e in range(len(values)):
        step = int((values[e] - low) * scale)
        place = ends[step]
        ends[step] = place + 1
        ascending[place] = values[e]
        beside[place] = others[e]
    return steps


@exact
def _spread_again(values: Any, others: Any, ends: Any) -> None:
    """Put ``values`` (m,) and ``others`` nearly in order; those of steps that are crowded still are put in order."""
    steps = _spread(values.copy(), others.copy(), ends, values, others)
    start = 0
    for step in range(steps):
        end = ends[step]
        if end - start > _CROWD and not _all_equal(values[start:end]):
            _heap(values[start:end], others[start:end])
        start = end
    if steps == 0:
        _heap(values, others)


@exact
def _all_equal(values: Any) -> Any:
    e = 1
    while e < len(values) and values[e] == values[0]:
        e += 1
    return e >= len(values)


@exact
def _heap(values: Any, others: Any) -> None:
    """Put ``values`` (m,) and ``others`` in order by way of a heap, which takes no longer whatever they are."""
    count = len(values)
    for top in range(count // 2 - 1, -1, -1):
        _sink(values, others, top, count)
    for last in range(count - 1, 0, -1):
        values[0], values[last] = values[last], values[0]
        others[0], others[last] = others[last], others[0]
        _sink(values, others, 0, last)


@exact
def _sink(values: Any, others: Any, place: Any, stop: Any) -> None:
    """Move what is at ``place`` of a heap down, until no child before ``stop`` is larger."""
    value, other, child = values[place], others[place], 2 * place + 1
    while child < stop:
        if child + 1 < stop and values[child + 1] > values[child]:
            child += 1
        if not values[child] > value:
            break
        values[place], others[place] = values[child], others[child]
        place, child = child, 2 * child + 1
    values[place], others[place] = value, other


@exact
def _correlation(ascending: Any, ranks: Any) -> Any:
    """Return the correlation of mean ``ranks`` (m,) with those of the values (m,) beside them, which ascend.

    Equal values share their mean rank. NaN where one of the two does not vary.
    """
    count = len(ascending)
    middle = (count + 1) / 2.0
    both, ours = 0.0, 0.0
    for place in range(count):
        own = ranks[place] - middle
        both += own * (place + 1 - middle)
        ours += own * own
    theirs = _cubes(count)
    start = 0
    for place in range(1, count + 1):
        if place < count and ascending[place] == ascending[place - 1]:
            continue
        if place - start > 1:
            both += _shared(ranks[start:place])
            theirs -= _cubes(place - start)
        start = place
    scale = np.sqrt(ours * theirs)
    return both / scale if scale > 0.0 else np.nan


@exact
def _cubes(count: Any) -> Any:
    """Return the sum of squares of ranks 1 … ``count`` around their middle."""
    size = float(count)
    return (size * size * size - size) / 12.0


@exact
def _shared(ranks: Any) -> Any:
    """Return what the sum of products changes by if the values beside ``ranks`` (m,) are equal instead of ascending."""
    change, middle = 0.0, (len(ranks) - 1) / 2.0
    for place in range(len(ranks)):
        change += ranks[place] * (middle - place)
    return change
