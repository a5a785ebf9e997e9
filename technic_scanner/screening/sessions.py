"""Sort symbols into groups that trade on the same days, and find the newest session of each group by a quorum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from technic_scanner.screening.bars import DateArray, FloatArray, Panel
from technic_scanner.screening.matrix import BoolArray, IntArray

# Sessions that are compared to tell groups apart: a year has enough holidays to tell two exchanges from each other.
COMPARED = 252
# Fewer bars tell nothing about where a symbol is traded.
LEAST_BARS = 20
# A symbol trades on a weekday if it has this share of its bars on it.
WEEKDAY_SHARE = 0.08
# The share of a symbol's bars that may be on no session of its group: to found the group together, and to belong to it.
ALIKE, FOREIGN = 0.02, 0.05
# A session is one of a group if this share of its listed members has a bar.
ATTENDANCE = 0.10
# Members with a bar in so many of the group's newest sessions are live; half of the live ones make a newest session.
LIVE_SESSIONS, QUORUM = 5, 0.5
MOST_GROUPS = 16
# A symbol that trades on days of its own has ended if its last bar is so much older than the newest of all groups.
ENDED_AFTER_DAYS = 10
_DAYS_PER_WEEK = 7
_MONDAY = 3  # of the first week of 1970, in days


@dataclass(frozen=True, slots=True, eq=False)
class SessionGroup:
    """Symbols that trade on the same days: ``days`` since 1970, ascending, the last of them its newest session."""

    days: IntArray
    members: int

    @property
    def newest(self) -> int:
        """The newest session, in days since 1970."""
        return int(self.days[-1])

    def first_of(self, sessions: int) -> int:
        """Return the day of the first of the newest ``sessions`` sessions."""
        return int(self.days[-min(sessions, len(self.days))])


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """The group of each of n rows of a panel, and the part of its bars that is used; columns of the panel.

    ``group`` (n,): −1 for a symbol that trades on days of its own. ``first`` and ``last`` (n,): columns of the first
    and the last bar that may be used, ``last`` −1 if there is none. ``lag`` (n,): sessions of the group after the last
    bar. ``ahead`` (n,): whether there are bars after the group's newest session, which are not used.
    """

    group: IntArray
    first: IntArray
    last: IntArray
    lag: IntArray
    ahead: BoolArray

    def take(self, rows: IntArray) -> Placement:
        """Return that of ``rows``, in that order."""
        return Placement(self.group[rows], self.first[rows], self.last[rows], self.lag[rows], self.ahead[rows])


@dataclass(frozen=True, slots=True, eq=False)
class UsedBars:
    """A panel with only the bars that are used of each symbol, and which those are."""

    panel: Panel
    placement: Placement

    def take(self, rows: IntArray) -> UsedBars:
        """Return those of ``rows``, in that order."""
        return UsedBars(self.panel.take(rows), self.placement.take(rows))


def session_groups(panel: Panel) -> tuple[SessionGroup, ...]:
    """Return the groups of the panel's symbols, those with the most bars first; at least one unless it has no bar."""
    present = np.isfinite(panel.close)
    if not present.any():
        return ()
    days = day_numbers(panel.sessions)
    found = _founded(present[:, -COMPARED:], days[-COMPARED:])
    if not found:
        return (_group(present, days),)
    return tuple(_group(present[rows], days) for rows in found)


def place(panel: Panel, groups: Sequence[SessionGroup], lookback: int) -> Placement:
    """Return the group of each symbol of the panel by its own bars alone, and its newest ``lookback`` sessions."""
    present = np.isfinite(panel.close)
    days = day_numbers(panel.sessions)
    group = _assigned(present, days, groups)
    count, sessions = panel.shape
    first, stop, last_day = np.zeros(count, np.int64), np.full(count, sessions), np.zeros(count, np.int64)
    for number, about in enumerate(groups):
        rows = group == number
        first[rows] = np.searchsorted(days, about.first_of(lookback))
        stop[rows] = np.searchsorted(days, about.newest, side="right")
    columns = np.arange(sessions)
    ahead = np.asarray((present & (columns >= stop[:, None])).any(axis=1))
    usable = present & (columns < stop[:, None]) if ahead.any() else present
    some = usable.any(axis=1)
    last = np.where(some, sessions - 1 - usable[:, ::-1].argmax(axis=1), -1) if sessions else np.full(count, -1)
    for row in np.flatnonzero((group < 0) & some).tolist():
        own = np.flatnonzero(present[row])
        first[row] = own[-min(lookback, len(own))]
    last_day[some] = days[last[some]]
    return Placement(group, first, last, _lags(group, last_day, groups), ahead)


def used_bars(panel: Panel, placement: Placement) -> UsedBars:
    """Return the panel without the bars that ``placement`` does not use; the panel itself if it uses all."""
    columns = np.arange(panel.shape[1])
    unused = (columns < placement.first[:, None]) | (columns > placement.last[:, None])
    rows = np.flatnonzero((unused & np.isfinite(panel.close)).any(axis=1))
    if not len(rows):
        return UsedBars(panel, placement)

    def without(values: FloatArray) -> FloatArray:
        changed = np.array(values)
        changed[rows] = np.where(unused[rows], np.nan, changed[rows])
        return changed

    arrays = (without(values) for values in (panel.open, panel.high, panel.low, panel.close, panel.volume))
    return UsedBars(Panel(panel.symbols, panel.sessions, *arrays), placement)


def _lags(group: IntArray, last_day: IntArray, groups: Sequence[SessionGroup]) -> IntArray:
    """Return the sessions (n,) of a row's group after its last bar; in days for an ended row without a group."""
    newest = max((about.newest for about in groups), default=0)
    age = newest - last_day
    lag = np.where((group < 0) & (age > ENDED_AFTER_DAYS), age, 0)
    for number, about in enumerate(groups):
        rows = group == number
        lag[rows] = len(about.days) - np.searchsorted(about.days, last_day[rows], side="right")
    return lag


def day_numbers(sessions: DateArray) -> IntArray:
    """Return days since 1970."""
    return sessions.astype("datetime64[D]").astype(np.int64)


def _founded(present: BoolArray, days: IntArray) -> list[IntArray]:
    """Return the rows of each group: symbols whose bars are on the same weekdays and on the same days."""
    patterns, which, counts = _patterns(present)
    bars = patterns.sum(axis=1)
    weekdays = _weekdays(patterns, days, bars)
    left = bars >= LEAST_BARS
    found: list[IntArray] = []
    while left.any() and len(found) < MOST_GROUPS:
        seed = int(np.where(left, bars * counts, -1).argmax())
        candidates = left & (weekdays == weekdays[seed])
        members = candidates & _alike(patterns, bars, patterns[seed])
        members[seed] = True
        members = candidates & _alike(patterns, bars, _attended(patterns[members], counts[members]))
        members[seed] = True
        left &= ~members
        found.append(np.flatnonzero(members[which]))
    return found


def _patterns(present: BoolArray) -> tuple[BoolArray, IntArray, IntArray]:
    """Return the distinct rows of (n, T), the number of its distinct row for each row, and how often each occurs."""
    packed, which, counts = np.unique(np.packbits(present, axis=1), axis=0, return_inverse=True, return_counts=True)
    return np.unpackbits(packed, axis=1, count=present.shape[1]).astype(bool), which.ravel(), counts


def _weekdays(patterns: BoolArray, days: IntArray, bars: IntArray) -> IntArray:
    """Return the weekdays on which each pattern has bars, as the bits of a number."""
    week = (days + _MONDAY) % _DAYS_PER_WEEK
    share = np.stack([patterns[:, week == day].sum(axis=1) for day in range(_DAYS_PER_WEEK)], axis=1)
    return (share >= WEEKDAY_SHARE * np.maximum(bars, 1)[:, None]) @ (1 << np.arange(_DAYS_PER_WEEK))


def _alike(patterns: BoolArray, bars: IntArray, calendar: BoolArray) -> BoolArray:
    """Return which patterns have nearly all of their bars on days of ``calendar`` (T,), as far as it reaches."""
    reach = np.flatnonzero(calendar)
    inside = slice(reach[0], reach[-1] + 1)
    shared = patterns[:, inside].sum(axis=1)
    strange = (patterns[:, inside] & ~calendar[inside]).sum(axis=1)
    alike: BoolArray = (shared >= LEAST_BARS) & (strange <= np.maximum(1, ALIKE * bars))
    return alike


def _attended(present: BoolArray, counts: IntArray | None = None) -> BoolArray:
    """Return the sessions (T,) in which a tenth of the symbols (n, T) listed at the time has a bar."""
    weights = np.ones(len(present), np.int64) if counts is None else counts
    sessions = present.shape[1]
    listed = np.zeros(sessions + 1, np.int64)
    some = present.any(axis=1)
    np.add.at(listed, present.argmax(axis=1)[some], weights[some])
    np.subtract.at(listed, sessions - present[:, ::-1].argmax(axis=1)[some], weights[some])
    attending = weights @ present
    attended: BoolArray = (attending > 0) & (attending >= ATTENDANCE * np.cumsum(listed[:-1]))
    return attended


def _group(present: BoolArray, days: IntArray) -> SessionGroup:
    """Return the group of the symbols (n, T): its sessions up to the newest that half of the live ones have."""
    calendar = np.flatnonzero(_attended(present))
    for end in range(len(calendar), 0, -1):
        newest = calendar[max(0, end - LIVE_SESSIONS) : end]
        live = present[:, newest].any(axis=1)
        if present[live, calendar[end - 1]].sum() >= QUORUM * live.sum():
            break
    return SessionGroup(days[calendar[:end]], len(present))


def _assigned(present: BoolArray, days: IntArray, groups: Sequence[SessionGroup]) -> IntArray:
    """Return the number of the group (n,) whose days are most like those of each row's bars, −1 where none is."""
    best = np.zeros(len(present))
    group = np.full(len(present), -1)
    for number, about in enumerate(groups):
        likeness, foreign = _likeness(present, days, about)
        better = ~foreign & (likeness > best)
        best[better], group[better] = likeness[better], number
    if len(groups):
        group[~(present & (days >= min(about.days[0] for about in groups))).any(axis=1)] = 0  # it ended before
    return group


def _likeness(present: BoolArray, days: IntArray, about: SessionGroup) -> tuple[FloatArray, BoolArray]:
    """Return the share of days (n,) that a row and a group have in common, and whether the row does not belong to it.

    Compared are the group's last year and the time in which the row has bars. A row without a bar in that year, which
    no longer trades, is compared by all its bars.
    """
    start = about.first_of(COMPARED)
    inside = (days >= start) & (days <= about.newest)
    rows = present & inside
    silent = ~rows.any(axis=1)
    rows[silent] = present[silent] & (days >= about.days[0]) & (days <= about.newest)
    sessions = np.isin(days, about.days)
    bars = rows.sum(axis=1)
    shared = (rows & sessions).sum(axis=1)
    strange = bars - shared
    first = np.where(bars > 0, rows.argmax(axis=1), 0)
    last = np.where(bars > 0, rows.shape[1] - 1 - rows[:, ::-1].argmax(axis=1), 0)
    begin = np.searchsorted(about.days, days[first]) if len(days) else first
    end = np.searchsorted(about.days, days[last], side="right") if len(days) else last
    likeness = shared / np.maximum(end - begin + strange, 1)
    return likeness, (bars == 0) | (strange > np.maximum(1, FOREIGN * bars))
