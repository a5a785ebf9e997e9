"""Format seconds, rates, fractions and counts as text; the only module that converts to percent."""

from __future__ import annotations

import math

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
UNKNOWN = "N/A"


def format_time(seconds: float | None) -> str:
    """Return ``seconds`` as ``45s``, ``1m 30s``, ``1h 0m`` or ``2d 3h``; ``N/A`` for None, NaN and infinity.

    A negative duration gives ``0s``. A positive duration below one second gives ``<1s``.
    """
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    if 0.0 < seconds < 1.0:
        return "<1s"
    whole = max(0, round(seconds))
    if whole < _MINUTE:
        return f"{whole}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}m {whole % _MINUTE}s"
    if whole < _DAY:
        return f"{whole // _HOUR}h {whole % _HOUR // _MINUTE}m"
    return f"{whole // _DAY}d {whole % _DAY // _HOUR}h"


def format_throughput(items_per_second: float | None, unit: str = "items") -> str:
    """Return a rate as ``3.5 symbols/sec``; ``N/A`` for None, NaN and infinity."""
    if items_per_second is None or not math.isfinite(items_per_second):
        return UNKNOWN
    return f"{max(0.0, items_per_second):.1f} {unit}/sec"


def format_percent(fraction: float | None) -> str:
    """Return a fraction as ``99.9%``, rounded down so that ``100.0%`` is shown only when all is done."""
    if fraction is None or not math.isfinite(fraction):
        return UNKNOWN
    tenths = math.floor(min(1.0, max(0.0, fraction)) * 1000 + 1e-9)
    if fraction < 1.0:
        tenths = min(tenths, 999)
    return f"{tenths / 10:.1f}%"


def count_text(count: int, noun: str) -> str:
    """Return a count with its noun: ``1 symbol``, ``1,200 symbols``, ``2 entries``."""
    if count == 1:
        return f"1 {noun}"
    ends_in_y = noun.endswith("y") and noun[-2:-1] not in "aeiou"
    return f"{count:,} {noun[:-1]}ies" if ends_in_y else f"{count:,} {noun}s"


def seconds_text(seconds: float | None) -> str:
    """Return a duration as ``< 0.01 s``, ``0.42 s``, ``7.3 s``, ``45 s`` or ``1m 30s``; ``unknown`` for None."""
    if seconds is None or not math.isfinite(seconds):
        return "unknown"
    if 0.0 < seconds < 0.005:
        return "< 0.01 s"
    if seconds < 0.995:
        return f"{max(0.0, seconds):.2f} s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 59.5 else format_time(seconds)


def range_text(low_seconds: float | None, high_seconds: float | None, joint: str = "–") -> str:
    """Return a range of durations as ``11–19 s`` or ``45 s–1m 30s``; empty if either end is unknown."""
    if low_seconds is None or high_seconds is None:
        return ""
    low, high = seconds_text(low_seconds), seconds_text(high_seconds)
    if low.endswith(" s") and high.endswith(" s"):
        low = low.removesuffix(" s")
    return f"{low}{joint}{high}"


def left_text(seconds: float | None, low_seconds: float | None, high_seconds: float | None) -> str:
    """Return the time left as ``about 14 s left (11–19 s)``, ``between 8 and 12 s left`` or ``done``."""
    if seconds == 0.0:
        return "done"
    if seconds is None:
        band = range_text(low_seconds, high_seconds, " and ")
        return f"between {band} left" if band else "time left unknown"
    band = range_text(low_seconds, high_seconds)
    return f"about {seconds_text(seconds)} left" + (f" ({band})" if band else "")


def rate_text(rate: float | None, unit: str) -> str:
    """Return a throughput as ``1,234 symbols/s``, with three significant digits below ten."""
    if rate is None or not math.isfinite(rate):
        return "unknown"
    return f"{rate:,.0f} {unit}/s" if rate >= 10 else f"{rate:.2f} {unit}/s"
