"""Names the past and announced sessions that exchange_calendars 4.13.2 has wrong, by what the exchanges published."""

from __future__ import annotations

from datetime import date

_EXAM_OPEN, _EXAM_CLOSE = 10 * 60, 16 * 60 + 30
_EXAM_DAYS = (
    *(date(2021, 11, 18), date(2022, 11, 17), date(2023, 11, 16)),
    *(date(2024, 11, 14), date(2025, 11, 13), date(2026, 11, 19)),
)

# Days without trading that the calendar takes for sessions: South Africa's elections and decreed holidays since 2021,
# Mexico's change of government, Taipei's lunar new year (18 January 2023 was for settlement only), Seoul's election of
# 2026, its Constitution Day, a holiday again since 2026, and the day in lieu of Labour Day 2027, Jakarta's announced
# closings of 2026 and Karachi's feasts of that year.
CLOSED: dict[str, frozenset[date]] = {
    "XJSE": frozenset(
        {date(2021, 11, 1), date(2022, 12, 27), date(2023, 12, 15), date(2024, 5, 29), date(2026, 11, 4)}
    ),
    "XMEX": frozenset({date(2024, 10, 1)}),
    "XTAI": frozenset({date(2022, 2, 4), date(2023, 1, 18)}),
    "XKRX": frozenset({date(2026, 6, 3), date(2026, 7, 17), date(2027, 5, 3)}),
    "XKAR": frozenset({date(2026, 5, 27), date(2026, 5, 29), date(2026, 6, 25), date(2026, 6, 26)}),
    "XIDX": frozenset(
        {
            date(2026, 1, 16),
            date(2026, 2, 16),
            date(2026, 3, 18),
            date(2026, 3, 19),
            date(2026, 3, 20),
            date(2026, 3, 23),
            date(2026, 3, 24),
            date(2026, 5, 15),
            date(2026, 5, 27),
            date(2026, 5, 28),
            date(2026, 6, 16),
            date(2026, 8, 25),
            date(2026, 12, 24),
        }
    ),
}
# Opens and closes in minutes after midnight: on the day of its university entrance exam Seoul trades an hour later. The
# calendar knows that of the years up to 2020.
OPENS: dict[str, dict[date, int]] = {"XKRX": dict.fromkeys(_EXAM_DAYS, _EXAM_OPEN)}
CLOSES: dict[str, dict[date, int]] = {"XKRX": dict.fromkeys(_EXAM_DAYS, _EXAM_CLOSE)}
# Sessions that the calendar lacks, with their closes: Mumbai traded all day on the Sunday of the budget of 2026, as its
# exchanges announced on 16 January of that year.
OPENED: dict[str, dict[date, int]] = {"XBOM": {date(2026, 2, 1): 15 * 60 + 30}}
