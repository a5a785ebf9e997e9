"""Decide whether a symbol's cached bars are fresh and long enough, and from which day on to request more."""

from __future__ import annotations

from datetime import date, timedelta

from technic_scanner.adapters.market_data.exchange_days import last_session, last_weekday, weekdays
from technic_scanner.adapters.market_data.price_cache.index import ALL_HISTORY, EPOCH, Entry, day_number

# Days requested again on a refresh, to detect that the source has adjusted its prices since.
_OVERLAP_DAYS = 7
# A symbol without a bar for this long is halted or delisted and has no overlap.
_SILENT_DAYS = 14
_SECONDS_PER_DAY = 86_400


class FreshUntil:
    """Decides whether bars requested through some day include all sessions up to ``end``.

    The exchange calendar is loaded only if the newest weekday is not sufficient.
    """

    def __init__(self, end: date) -> None:
        self.end = day_number(end)
        self._date = end
        self._weekday = day_number(last_weekday(end))
        self._session: int | None = None

    def surely_held_by(self, entry: Entry) -> bool:
        """Return whether a symbol's whole history up to the end is cached, as far as that shows without a calendar."""
        whole = entry.through >= self._weekday and entry.asked_from == ALL_HISTORY
        return whole and entry.first <= self.end and bool(entry.parts)

    def met_by(self, through: int) -> bool:
        """Return whether there is no session after ``through`` up to the end."""
        if through >= self._weekday:
            return True
        if self._session is None:
            self._session = day_number(last_session(self._date))
        return through >= self._session


def still_unknown(entry: Entry, end: date) -> bool:
    """Return whether a recorded "no data" covers the current request, not only an earlier as-of date."""
    asked_openly = entry.through >= entry.checked_at // _SECONDS_PER_DAY - 4
    return asked_openly or entry.through >= day_number(end)


def reaches_back(entry: Entry, bars: int, end: date) -> bool:
    """Return whether ``bars`` sessions up to ``end``, or all existing ones, are cached."""
    if entry.asked_from == ALL_HISTORY:
        return True
    asked_from, last = EPOCH + timedelta(days=entry.asked_from), EPOCH + timedelta(days=entry.last)
    later = weekdays(end + timedelta(days=1), last)
    return entry.bars - later >= bars or weekdays(asked_from, end) >= bars


def start_of(entry: Entry | None) -> int:
    """Return the day from which to request a symbol; ALL_HISTORY if its cached bars cannot be continued."""
    if entry is None or not entry.parts or entry.asked_from != ALL_HISTORY:
        return ALL_HISTORY
    newest = entry.last if entry.through - entry.last <= _SILENT_DAYS else entry.through
    return newest - _OVERLAP_DAYS
