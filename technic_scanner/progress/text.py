"""Turn seconds, rates and fractions into words for people; the only place where percent is made."""

from __future__ import annotations

import math

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
UNKNOWN = "N/A"


def format_time(seconds: float | None) -> str:
    """Return ``seconds`` as ``45s``, ``1m 30s``, ``1h 0m`` or ``2d 3h``; ``N/A`` for None, NaN and infinity.

    A negative duration cannot be and reads ``0s``. Less than a second is rounded like any other: 0.4 is ``0s``.
    """
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
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
    """Return a fraction as ``99.9%``, rounded down so that ``100.0%`` is read only when all is done."""
    if fraction is None or not math.isfinite(fraction):
        return UNKNOWN
    tenths = math.floor(min(1.0, max(0.0, fraction)) * 1000 + 1e-9)
    if fraction < 1.0:
        tenths = min(tenths, 999)
    return f"{tenths / 10:.1f}%"


def format_estimate(seconds: float | None, low_seconds: float | None = None, high_seconds: float | None = None) -> str:
    """Return an estimate with its band: ``about 14s (11s-19s)``; the band alone, or ``unknown``, where parts lack."""
    band = None
    if low_seconds is not None and high_seconds is not None:
        band = f"{format_time(low_seconds)}-{format_time(high_seconds)}"
    if seconds is None:
        return "unknown" if band is None else f"between {band.replace('-', ' and ')}"
    return f"about {format_time(seconds)}" + (f" ({band})" if band else "")
