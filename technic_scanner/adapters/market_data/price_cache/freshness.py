"""Judges what the price cache holds of a symbol: fresh enough, long enough, and from when on to ask for more."""

from __future__ import annotations

from datetime import date, timedelta

from technic_scanner.adapters.market_data.exchange_days import last_session, last_weekday, weekdays
from technic_scanner.adapters.market_data.price_cache.index import ALL_HISTORY, EPOCH, Entry, day_number

# Days asked for again on a refresh, to notice that the source has adjusted its prices since.
_OVERLAP_DAYS = 7
# A symbol without a bar for so long is halted or delisted and has nothing to overlap with.
_SILENT_DAYS = 14
_SECONDS_PER_DAY = 86_400


class FreshUntil:
    """Judges whether bars asked for through some day are all there are up to ``end``.

    The exchange calendar is loaded only if the newest weekday does not settle it.
    """

    def __init__(self, end: date) -> None:
        self.end = day_number(end)
        self._date = end
        self._weekday = day_number(last_weekday(end))
        self._session: int | None = None

    def met_by(self, through: int) -> bool:
        """Return whether no session lies after ``through`` up to the end."""
        if through >= self._weekday:
            return True
        if self._session is None:
            self._session = day_number(last_session(self._date))
        return through >= self._session


def still_unknown(entry: Entry, end: date) -> bool:
    """Return whether "no data" was learned about all that is asked for now, not about some earlier as_of."""
    asked_openly = entry.through >= entry.checked_at // _SECONDS_PER_DAY - 4
    return asked_openly or entry.through >= day_number(end)


def reaches_back(entry: Entry, bars: int, end: date) -> bool:
    """Return whether ``bars`` sessions up to ``end`` are held, or all that there are."""
    if entry.asked_from == ALL_HISTORY:
        return True
    asked_from, last = EPOCH + timedelta(days=entry.asked_from), EPOCH + timedelta(days=entry.last)
    later = weekdays(end + timedelta(days=1), last)
    return entry.bars - later >= bars or weekdays(asked_from, end) >= bars


def start_of(entry: Entry | None) -> int:
    """Return the day from which to ask for a symbol; ALL_HISTORY if what is held cannot be continued."""
    if entry is None or not entry.parts or entry.asked_from != ALL_HISTORY:
        return ALL_HISTORY
    newest = entry.last if entry.through - entry.last <= _SILENT_DAYS else entry.through
    return newest - _OVERLAP_DAYS
