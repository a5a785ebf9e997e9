"""Names the past and announced sessions that exchange_calendars 4.13.2 has wrong, by what the exchanges published."""

from __future__ import annotations

from datetime import date

_EXAM_CLOSE = 16 * 60 + 30

# Days without trading that the calendar takes for sessions: South Africa's elections and decreed holidays since 2021,
# Mexico's change of government.
CLOSED: dict[str, frozenset[date]] = {
    "XJSE": frozenset(
        {date(2021, 11, 1), date(2022, 12, 27), date(2023, 12, 15), date(2024, 5, 29), date(2026, 11, 4)}
    ),
    "XMEX": frozenset({date(2024, 10, 1)}),
}
# Closes in minutes after midnight: on the day of its university entrance exam Seoul trades an hour later.
CLOSES: dict[str, dict[date, int]] = {
    "XKRX": {
        date(2021, 11, 18): _EXAM_CLOSE,
        date(2022, 11, 17): _EXAM_CLOSE,
        date(2023, 11, 16): _EXAM_CLOSE,
        date(2024, 11, 14): _EXAM_CLOSE,
        date(2025, 11, 13): _EXAM_CLOSE,
        date(2026, 11, 19): _EXAM_CLOSE,
    },
}
