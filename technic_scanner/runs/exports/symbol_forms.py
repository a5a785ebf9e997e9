"""Write symbols as the watchlists of other programs read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from technic_scanner.domain.exchange_names import thinkorswim_name, tradingview_name


def plain(symbols: Iterable[str]) -> str:
    """Return the symbols as the source spells them, with blanks between."""
    return " ".join(symbols)


def tradingview(symbols: Iterable[str]) -> str:
    """Return a list that TradingView imports, with commas between."""
    return ",".join(map(tradingview_name, symbols))


def thinkorswim(symbols: Iterable[str]) -> str:
    """Return a list that thinkorswim imports, with commas between."""
    return ",".join(map(thinkorswim_name, symbols))


FORMS: dict[str, Callable[[Iterable[str]], str]] = {
    "Plain": plain,
    "TradingView": tradingview,
    "thinkorswim": thinkorswim,
}
