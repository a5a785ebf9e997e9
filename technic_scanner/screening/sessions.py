"""Sort symbols into groups that trade on the same days, and find the newest session of each group by a quorum."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from technic_scanner.screening.bars import DateArray, FloatArray, Panel
from technic_scanner.screening.matrix import BoolArray, IntArray
from technic_scanner.screening.session_days import ALIKE, attended, exceeds, founded

# A year has enough holidays to tell two exchanges from each other.
COMPARED = 252
# The share of a symbol's bars that may be on no session of its group to belong to it.
FOREIGN = 0.05
# Members with a bar in this many of the group's newest sessions are live; half of the live ones make a newest session.
LIVE_SESSIONS, QUORUM = 5, 0.5
# A symbol that trades on days of its own has ended if its last bar is so much older than the newest of all groups.
ENDED_AFTER_DAYS = 10
_OWN = 2.0  # more than any likeness


@dataclass(frozen=True, slots=True, eq=False)
class SessionGroup:
    """Symbols that trade on the same days: ``days`` since 1970, ascending, the last of them its newest session.

    ``exchange`` is the code of the one whose calendar the days are; empty for days that were found from bars.
    """

    days: IntArray
    members: int
    exchange: str = ""

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
    bar. ``early`` and ``ahead`` (n,): whether there are bars before ``first``, and after the group's newest session;
    they are not used.
    """

    group: IntArray
    first: IntArray
    last: IntArray
    lag: IntArray
    early: BoolArray
    ahead: BoolArray

    def take(self, rows: IntArray) -> Placement:
        """Return that of ``rows``, in that order."""
        early, ahead = self.early[rows], self.ahead[rows]
        return Placement(self.group[rows], self.first[rows], self.last[rows], self.lag[rows], early, ahead)


@dataclass(frozen=True, slots=True, eq=False)
class UsedBars:
    """A panel with only the bars that are used of each symbol, and which those are."""

    panel: Panel
    placement: Placement

    def take(self, rows: IntArray) -> UsedBars:
        """Return those of ``rows``, in that order."""
        return UsedBars(self.panel.take(rows), self.placement.take(rows))


# The code of an exchange -> its sessions in days since 1970, ascending; None where they are not known.
Calendars = Callable[[str], IntArray | None]


def session_groups(
    panel: Panel, exchanges: Mapping[str, str] | None = None, calendars: Calendars | None = None
) -> tuple[SessionGroup, ...]:
    """Return the groups of the panel's symbols, those with the most bars first; at least one unless it has no bar.

    Symbols of one exchange (``exchanges``, by symbol) are a group on the sessions of its calendar, if their bars do
    not contradict it. The groups of all others are found from their bars.
    """
    present = np.isfinite(panel.close)
    if not present.any():
        return ()
    days = day_numbers(panel.sessions)
    listed = _by_exchange(panel.symbols, present, days, exchanges or {}, calendars) if calendars else {}
    groups = [_group(present[rows], days, sessions, code) for code, (rows, sessions) in listed.items()]
    left = np.ones(len(present), dtype=bool)
    for rows, _ in listed.values():
        left[rows] = False
    rest = present[left]
    groups += [_group(rest[rows], days) for rows in founded(rest[:, -COMPARED:], days[-COMPARED:])]
    if not groups:
        return (_group(present, days),)
    return tuple(sorted(groups, key=lambda group: -group.members * len(group.days)) if listed else groups)


def place(
    panel: Panel, groups: Sequence[SessionGroup], lookback: int, exchanges: Mapping[str, str] | None = None
) -> Placement:
    """Return the group of each symbol of the panel by its own bars alone, and its newest ``lookback`` sessions.

    A symbol whose exchange is known (``exchanges``) is in the group of that exchange, unless its bars contradict it.
    """
    days = day_numbers(panel.sessions)
    begin, last = _edges(panel.close)
    group = _assigned(panel.close, last, days, groups, [(exchanges or {}).get(symbol, "") for symbol in panel.symbols])
    count, sessions = panel.shape
    first, stop, last_day = np.zeros(count, np.int64), np.full(count, sessions), np.zeros(count, np.int64)
    for number, about in enumerate(groups):
        rows = group == number
        first[rows] = np.searchsorted(days, about.first_of(lookback))
        stop[rows] = np.searchsorted(days, about.newest, side="right")
    ahead = last >= stop
    if ahead.any():
        used = np.arange(sessions) < stop[ahead, None]
        last[ahead] = _edges(np.where(used, panel.close[ahead], np.nan))[1]
    some = last >= 0
    for row in np.flatnonzero((group < 0) & some).tolist():
        own = np.flatnonzero(np.isfinite(panel.close[row]))
        first[row] = own[-min(lookback, len(own))]
    last_day[some] = days[last[some]]
    return Placement(group, first, last, _lags(group, last_day, groups), some & (begin < first), ahead)


def _edges(close: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the columns of the first and of the last bar of each row (n, T); T and −1 for a row without any.

    Most rows have a bar in the outermost columns; only the others are looked through.
    """
    count, sessions = close.shape
    if not sessions:
        return np.zeros(count, np.int64), np.full(count, -1)
    first, last = np.zeros(count, np.int64), np.full(count, sessions - 1)
    late = np.flatnonzero(~np.isfinite(close[:, 0]))
    first[late] = _leading_gap(np.isfinite(close[late]))
    ended = np.flatnonzero(~np.isfinite(close[:, -1]))
    last[ended] = sessions - 1 - _leading_gap(np.isfinite(close[ended, ::-1]))
    return first, last


def _leading_gap(present: BoolArray) -> IntArray:
    """Return the number of columns (n,) before the first bar of each row (n, T); T for a row without any."""
    gap: IntArray = np.where(present.any(axis=1), present.argmax(axis=1), present.shape[1])
    return gap


def used_bars(panel: Panel, placement: Placement) -> UsedBars:
    """Return the panel without the bars that ``placement`` does not use; the panel itself if it uses all."""
    rows = np.flatnonzero(placement.early | placement.ahead)
    if not len(rows):
        return UsedBars(panel, placement)
    columns = np.arange(panel.shape[1])
    unused = (columns < placement.first[rows, None]) | (columns > placement.last[rows, None])

    def without(values: FloatArray) -> FloatArray:
        changed = np.array(values)
        changed[rows] = np.where(unused, np.nan, changed[rows])
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


def _by_exchange(
    symbols: Sequence[str], present: BoolArray, days: IntArray, exchanges: Mapping[str, str], calendars: Calendars
) -> dict[str, tuple[IntArray, BoolArray]]:
    """Return by exchange its rows and which days of the panel (T,) are its sessions; none that bars contradict."""
    codes = np.array([exchanges.get(symbol, "") for symbol in symbols], dtype=np.str_)
    found: dict[str, tuple[IntArray, BoolArray]] = {}
    for code in sorted(set(codes.tolist()) - {""}):
        known = calendars(code)
        rows = np.flatnonzero(codes == code)
        if known is None or not len(known):
            continue
        bars = present[rows]
        # Outside of the calendar, days are judged by attendance.
        outside = (days < known[0]) | (days > known[-1])
        sessions = np.where(outside, attended(bars), np.isin(days, known) & present.any(axis=0))
        strange = exceeds((bars & ~sessions).sum(axis=1), ALIKE, bars.sum(axis=1))
        rows = rows[~strange & bars.any(axis=1)]
        if len(rows) > 0.5 * len(bars) and present[rows][:, sessions].any():
            found[code] = rows, sessions
    return found


def _group(present: BoolArray, days: IntArray, sessions: BoolArray | None = None, exchange: str = "") -> SessionGroup:
    """Return the group of the symbols (n, T): its sessions up to the newest that half of the live ones have."""
    calendar = np.flatnonzero(attended(present) if sessions is None else sessions)
    for end in range(len(calendar), 0, -1):
        newest = calendar[max(0, end - LIVE_SESSIONS) : end]
        live = present[:, newest].any(axis=1)
        if present[live, calendar[end - 1]].sum() >= QUORUM * live.sum():
            break
    return SessionGroup(days[calendar[:end]], len(present), exchange)


def _assigned(
    close: FloatArray, last: IntArray, days: IntArray, groups: Sequence[SessionGroup], exchanges: Sequence[str]
) -> IntArray:
    """Return the number of the group (n,) most like each row's bars, its own exchange's if possible; −1 for none.

    ``last`` (n,) is the column of each row's last bar.
    """
    codes = np.array(exchanges, dtype=np.str_) if any(about.exchange for about in groups) else np.array("")
    best = np.zeros(len(close))
    group = np.full(len(close), -1)
    for number, about in enumerate(groups):
        likeness, strange, bars = _likeness(close, days, about)
        if about.exchange:
            likeness = np.where((codes == about.exchange) & ~exceeds(strange, ALIKE, bars), _OWN, likeness)
        better = (bars > 0) & ~exceeds(strange, FOREIGN, bars) & (likeness > best)
        best[better], group[better] = likeness[better], number
    if len(groups):
        group[last < np.searchsorted(days, min(about.days[0] for about in groups))] = 0  # it ended before
    return group


def _likeness(close: FloatArray, days: IntArray, about: SessionGroup) -> tuple[FloatArray, IntArray, IntArray]:
    """Return the share of days (n,) that a row and a group have in common, its bars on other days, and all its bars.

    Compared are the group's last year and the time in which the row has bars. A row without a bar in that year, which
    no longer trades, is compared by all its bars.
    """
    start, stop = np.searchsorted(days, [about.first_of(COMPARED), about.newest + 1]).tolist()
    compared = _compared(close[:, start:stop], days[start:stop], about)
    silent = compared[2] == 0
    if silent.any():
        start = int(np.searchsorted(days, about.days[0]))
        for values, other in zip(compared, _compared(close[silent, start:stop], days[start:stop], about), strict=True):
            values[silent] = other
    return compared


def _compared(close: FloatArray, days: IntArray, about: SessionGroup) -> tuple[FloatArray, IntArray, IntArray]:
    """Return ``_likeness`` for all days (T,) that are given."""
    count = len(close)
    if not len(days):
        return np.zeros(count), np.zeros(count, np.int64), np.zeros(count, np.int64)
    sessions = np.isin(days, about.days)
    present = np.isfinite(close)
    bars = np.count_nonzero(present, axis=1)
    strange = np.zeros_like(bars) if sessions.all() else np.count_nonzero(present[:, ~sessions], axis=1)
    first, last = _edges(close)
    some = bars > 0
    begin = np.searchsorted(about.days, days[np.where(some, first, 0)])
    end = np.searchsorted(about.days, days[np.where(some, last, 0)], side="right")
    return (bars - strange) / np.maximum(end - begin + strange, 1), strange, bars
