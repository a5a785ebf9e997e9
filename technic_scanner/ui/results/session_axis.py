"""Build the axis of dates of a chart of daily bars, without gaps for days on which nothing was traded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

# Beyond this number of sessions a single holiday is narrower than a pixel, and a list of hundreds of them slow to draw.
_MOST_WITH_HOLIDAYS = 1_300
_SATURDAY = 5
_LABELS: tuple[dict[str, Any], ...] = (
    {"dtickrange": [None, 86_400_000 * 27], "value": "%-d %b\n%Y"},
    {"dtickrange": [86_400_000 * 27, "M11"], "value": "%b\n%Y"},
    {"dtickrange": ["M11", None], "value": "%Y"},
)


def axis(days: Sequence[str]) -> dict[str, Any]:
    """Return the settings of the axis of these days, ISO texts in ascending order.

    Weekends are left out unless there is a session on one, and days without a session where they would be seen.
    """
    settings: dict[str, Any] = {
        "type": "date",
        "rangebreaks": _breaks(days),
        "tickformatstops": list(_LABELS),
        "nticks": 7,
        "hoverformat": "%a %-d %b %Y",
    }
    if days:
        settings["range"] = [_shifted(days[0], -12), _shifted(days[-1], 12)]
    return settings


def _breaks(days: Sequence[str]) -> list[dict[str, Any]]:
    if not days:
        return []
    sessions = np.array(days, dtype="datetime64[D]")
    calendar = np.arange(sessions[0], sessions[-1] + 1)
    weekend = _weekday(calendar) >= _SATURDAY
    missing = ~np.isin(calendar, sessions)
    if (weekend & ~missing).any():
        return [{"values": [str(day) for day in calendar[missing]]}]
    breaks: list[dict[str, Any]] = [{"bounds": ["sat", "mon"]}]
    holidays = [str(day) for day in calendar[missing & ~weekend]]
    if holidays and len(days) <= _MOST_WITH_HOLIDAYS:
        breaks.append({"values": holidays})
    return breaks


def _weekday(days: np.ndarray[Any, np.dtype[np.datetime64]]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return 0 for Monday to 6 for Sunday; 1970 began with a Thursday."""
    return (days.astype("datetime64[D]").astype(np.int64) + 3) % 7


def _shifted(day: str, hours: int) -> str:
    return str(np.datetime64(day, "h") + np.timedelta64(hours, "h"))
