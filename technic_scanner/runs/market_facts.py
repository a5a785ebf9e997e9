"""Put the facts on a scan's market into words, each with its unit."""

from __future__ import annotations

_COUNTS = frozenset({"advancers", "decliners", "new 52-week highs", "new 52-week lows"})
_INDEX_POINTS = "VIX"
_YIELD, _SLOPE = "yield", "yield slope"


def fact_text(name: str, value: float | None) -> str | None:
    """Return a fact of a MarketContext as text, None if it is unknown; yields are in per cent, shares are fractions."""
    if value is None:
        return None
    if name in _COUNTS:
        return f"{value:,.0f}"
    if name == _INDEX_POINTS:
        return f"{value:,.2f}"
    if name.startswith(_SLOPE):
        return f"{value:+.2f} percentage points"
    return f"{value:.2f}%" if name.endswith(_YIELD) else f"{value:.1%}"
