"""Bars of one kind (days, weeks or months of symbols, market or sectors) ready for kernels, and how to make them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from technic_scanner.criteria import kernel_bars
from technic_scanner.criteria.tree import MONTH, MONTH_NOW
from technic_scanner.screening.bars import FIELDS, DateArray, FloatArray
from technic_scanner.screening.bars import Panel as Bars

Sessions = npt.NDArray[np.int32]
_FRIDAY, _SATURDAY = 4, 5
_RECENT_DAYS = 28


@dataclass(frozen=True, slots=True)
class Level:
    """Bars without holes: arrays by field (rows, m), newest last, NaN on the left. ``when``: each bar's session, or -1.

    ``when`` is (rows, m), or (1, m) where all rows share it. ``is_panel``: no bar is missing in between, so that the
    columns are the panel's.
    """

    prices: Mapping[str, FloatArray]
    when: Sessions
    is_panel: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        rows, columns = self.prices["close"].shape
        return rows, columns


def fixed(array: FloatArray) -> FloatArray:
    """Return a read-only C-contiguous float64 view, so that kernels are compiled for one kind of array."""
    view = np.require(array, np.float64, ("C_CONTIGUOUS", "ALIGNED")).view()
    view.flags.writeable = False
    return view


def day_level(bars: Bars, start: int, stop: int, columns: int) -> Level:
    """Return the level of the symbols start..stop.

    ``columns``: how many of the newest bars are read.
    """
    whole = {name: fixed(getattr(bars, name)[start:stop]) for name in FIELDS}
    total = whole["close"].shape[1]
    if not kernel_bars.has_holes(whole["close"], min(columns, total)):
        return Level(whole, np.arange(total, dtype=np.int32)[None], is_panel=True)
    position = kernel_bars.positions(whole["close"], min(columns, total))
    return Level({name: fixed(kernel_bars.compacted(whole[name], position)) for name in FIELDS}, position)


@dataclass(frozen=True)
class Periods:
    """Weeks and months of a panel's sessions: which belong together, and with which session one is over.

    Without a calendar no period is over before a later one has a bar. A week begins on Monday; where no Friday of the
    four weeks before was a session (Riyadh, Tel Aviv before 2026), a Saturday or Sunday begins the week after it.
    """

    sessions: DateArray
    calendar: DateArray | None

    def numbers(self, period: str) -> npt.NDArray[np.int64]:
        """Return the number of the period of each session."""
        return self._numbers(self.sessions, period)

    def _numbers(self, sessions: DateArray, period: str) -> npt.NDArray[np.int64]:
        if period in {MONTH, MONTH_NOW}:
            return sessions.astype("datetime64[M]").astype(np.int64)
        days = _days(sessions)
        recent = np.searchsorted(self._fridays, days) - np.searchsorted(self._fridays, days - _RECENT_DAYS)
        return np.asarray(_weeks(days) + ((_weekday(days) >= _SATURDAY) & (recent == 0)))

    @cached_property
    def _fridays(self) -> npt.NDArray[np.int64]:
        days = np.union1d(_days(self.sessions), _days(self.known_calendar))
        return np.asarray(days[_weekday(days) == _FRIDAY])

    def over(self, period: str) -> npt.NDArray[np.bool_]:
        """Return for each session whether the exchange's next one is in another period; False where it is unknown."""
        ends = np.zeros(len(self.sessions), dtype=np.bool_)
        calendar = self.known_calendar
        if len(calendar):
            after = np.searchsorted(calendar, self.sessions, side="right")
            known = after < len(calendar)
            ends[known] = self._numbers(calendar[after[known]], period) != self.numbers(period)[known]
        return ends

    @cached_property
    def known_calendar(self) -> DateArray:
        """The exchange's sessions, empty where they are unknown."""
        if self.calendar is None:
            return np.empty(0, dtype="datetime64[D]")
        return np.asarray(self.calendar).astype("datetime64[D]")

    def begins(self, period: str) -> bool:
        """Return whether the first session is the first of its period: nothing of it is missing in front."""
        if not len(self.sessions):
            return False
        numbers, calendar = self.numbers(period), self.known_calendar
        before = int(np.searchsorted(calendar, self.sessions[0], side="left"))
        if before > 0:
            return bool(self._numbers(calendar[before - 1 : before], period)[0] != numbers[0])
        if period not in {MONTH, MONTH_NOW}:
            begun_early = numbers != _weeks(_days(self.sessions))
            if begun_early.any():
                return bool(begun_early[0])
        first = int(_days(self.sessions[:1])[0])
        back = int(_period_start(self.sessions[0], period).astype(np.int64))
        return all(_weekday(day) >= _SATURDAY for day in range(back, first))


def _days(sessions: DateArray) -> npt.NDArray[np.int64]:
    return np.asarray(sessions).astype("datetime64[D]").astype(np.int64)


def _weekday(days: Any) -> Any:
    return (days + 3) % 7  # 0 is Monday; 1970-01-01 was a Thursday


def _weeks(days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return (days + 3) // 7


def _period_start(day: Any, period: str) -> Any:
    if period in {MONTH, MONTH_NOW}:
        return day.astype("datetime64[M]").astype("datetime64[D]")
    number = int(day.astype("datetime64[D]").astype(np.int64))
    return np.datetime64(number - _weekday(number), "D")


def index_of(rows: npt.NDArray[np.int64], count: int, close: FloatArray) -> FloatArray:
    """Return (count, T): for each group the index of its rows' mean returns, 100 at its first close.

    ``rows``: the group of each row of ``close`` (n, T), -1 for none. A return counts where both sessions have a close.
    """
    out = np.full((count, close.shape[1]), np.nan)
    with np.errstate(all="ignore"):
        moves = close[:, 1:] / close[:, :-1]
    moves = np.where((close[:, :-1] > 0.0) & np.isfinite(moves), moves, np.nan)
    for group in range(count):
        mine = rows == group
        known = ~np.isnan(close[mine]).all(axis=0)
        if not known.any():
            continue
        first = int(np.argmax(known))
        part = moves[mine][:, first:]
        counts = (~np.isnan(part)).sum(axis=0)
        means = np.where(counts > 0, np.nansum(part, axis=0) / np.maximum(counts, 1), 1.0)
        out[group, first] = 100.0
        out[group, first + 1 :] = 100.0 * np.cumprod(means)
    return out


def columns_on(level: Level, sessions: DateArray, days: DateArray) -> Any:
    """Return the column of a level's bar on each of ``days``, -1 where it has none that day."""
    columns = np.full(len(days), -1, dtype=np.int64)
    place = np.flatnonzero(level.when[0] >= 0)
    _, mine, theirs = np.intersect1d(days, sessions[level.when[0][place]], return_indices=True)
    columns[mine] = place[theirs]
    return columns


def spread(values: Any, level: Level, total: int, out: Any) -> None:
    """Put the newest own bars' values (rows, k) at their sessions, the newest of ``total`` being ``out``'s last."""
    k = min(values.shape[1], level.shape[1])
    column = np.broadcast_to(level.when[:, level.shape[1] - k :], (len(values), k)) - (total - out.shape[1])
    rows, places = np.nonzero(column >= 0)
    out[rows, column[rows, places]] = values[:, values.shape[1] - k :][rows, places]
