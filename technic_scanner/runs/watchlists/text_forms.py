"""Watchlists as the text that other programs import: TradingView's, thinkorswim's, and plain lines with notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from technic_scanner.domain.exchange_names import thinkorswim_name, tradingview_name
from technic_scanner.domain.watchlist import WatchlistEntry


def to_tradingview(entries: Iterable[WatchlistEntry]) -> str:
    """Return one line: symbols with their exchanges, commas between, ``###`` before each section's heading."""
    parts: list[str] = []
    section = ""
    for entry in entries:
        if entry.section != section:
            section = entry.section
            parts.append(f"###{section.replace(',', ' ')}")
        symbol = tradingview_name(entry.symbol)
        parts.append(f"{entry.exchange}:{symbol}" if entry.exchange and ":" not in symbol else symbol)
    return ",".join(parts) + "\n"


def to_thinkorswim(entries: Iterable[WatchlistEntry]) -> str:
    """Return a symbol a line, share classes after a slash."""
    return "".join(f"{thinkorswim_name(entry.symbol)}\n" for entry in entries)


def to_lines(entries: Iterable[WatchlistEntry]) -> str:
    """Return a symbol a line with its note after ``#``, sections after ``###``."""
    lines: list[str] = []
    section = ""
    for entry in entries:
        if entry.section != section:
            section = entry.section
            lines.append(f"###{section}")
        symbol = f"{entry.exchange}:{entry.symbol}" if entry.exchange else entry.symbol
        lines.append(f"{symbol}  # {entry.note}" if entry.note else symbol)
    return "\n".join(lines) + "\n"


FORMS: dict[str, Callable[[Iterable[WatchlistEntry]], str]] = {
    "tradingview": to_tradingview,
    "thinkorswim": to_thinkorswim,
    "text": to_lines,
}
