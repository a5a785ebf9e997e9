"""Which symbols Yahoo's universes hold and in which GICS sector each is, from pytickersymbols' index lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from technic_scanner.domain.sectors import GICS_SECTORS, to_gics
from technic_scanner.domain.universe import Security, Universe
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.extras import import_optional

if TYPE_CHECKING:
    from pytickersymbols import PyTickerSymbols

DEFAULT = "S&P 500"
# The name of a universe of symbols that someone typed.
PASTED = "the symbols given"
# The indices whose lists carry GICS names; other lists carry other classifications for the same companies.
_GICS_INDICES = ("S&P 500", "S&P 600", "S&P 100")
_FIRST = (DEFAULT, "S&P 100", "NASDAQ 100", "DOW JONES", "S&P 600")
# The lists mix GICS sectors with TRBC ones. Names that only GICS has decide; the five that both have are ordered so
# that the GICS sector wins (a REIT is Financials in TRBC, a utility Energy): right for all of the S&P 500's 503.
_ONLY_GICS = (
    "Communication Services",
    "Consumer Discretionary",
    "Consumer Staples",
    "Health Care",
    "Information Technology",
    "Materials",
)
_SHARED = ("Real Estate", "Utilities", "Financials", "Industrials", "Energy")
# Where a list has no sector at all: industries that lie in one sector only.
_SECTOR_OF_INDUSTRY = {
    "automotive": "Consumer Discretionary",
    "beverages": "Consumer Staples",
    "biotechnology": "Health Care",
    "computer security": "Information Technology",
    "pharmaceutical": "Health Care",
    "pharmaceuticals": "Health Care",
    "semiconductor": "Information Technology",
    "semiconductors": "Information Technology",
}
_CLASS_LETTERS = frozenset("ABC")


def universe_names() -> tuple[str, ...]:
    """Return the names of all universes, the default one first. Raises MissingExtraError, like all that reads lists."""
    others = sorted(set(_lists().get_all_indices()) - set(_FIRST))
    return (*_FIRST, *others)


def load_universe(name: str | None) -> Universe:
    """Return an index's members of today. Raises ConfigError for an unknown name."""
    wanted = name or DEFAULT
    if wanted not in universe_names():
        raise ConfigError([FieldProblem("universe", f"{wanted!r} is not one of {', '.join(universe_names())}")])
    members: dict[str, Security] = {}
    for stock in _stocks(wanted):
        security = _security(stock)
        members.setdefault(security.symbol, security)
    notes = [f"Members of {wanted} as of the installed list, not as of the scanned day: who left is missing."]
    unknown = sum(security.sector is None for security in members.values())
    if unknown:
        notes.append(f"{unknown} of {len(members)} members have no known GICS sector; a sector filter drops them.")
    ordered = tuple(members[symbol] for symbol in sorted(members))
    return Universe(wanted, ordered, tuple(notes), survivorship_biased=True)


def yahoo_symbol(symbol: str) -> str:
    """Return Yahoo's spelling: ``BRK.B`` is ``BRK-B``; exchange suffixes such as ``VOD.L`` stay."""
    base, dot, ending = symbol.strip().upper().partition(".")
    return f"{base}-{ending}" if dot and ending in _CLASS_LETTERS else base + dot + ending


def universe_of(symbols: Sequence[str]) -> Universe:
    """Return the universe of just these symbols, spelled as they are, with what the lists know of them."""
    known = _known()
    securities = [
        replace(known.get(yahoo_symbol(symbol), Security(symbol)), symbol=symbol) for symbol in sorted(set(symbols))
    ]
    return Universe(PASTED, tuple(securities))


@lru_cache(maxsize=1)
def _lists() -> PyTickerSymbols:
    lists: PyTickerSymbols = import_optional("pytickersymbols", "yahoo").PyTickerSymbols()
    return lists


def _stocks(index: str) -> Iterator[Mapping[str, Any]]:
    """Yield the companies of an index that have a symbol; some lists hold entries without."""
    return (stock for stock in _lists().get_stocks_by_index(index) if stock.get("symbol"))


@lru_cache(maxsize=1)
def _known() -> dict[str, Security]:
    """Return what all lists say of each symbol, the GICS lists first."""
    known: dict[str, Security] = {}
    for index in universe_names():
        for stock in _stocks(index):
            security = _security(stock)
            known.setdefault(security.symbol, security)
    return known


@lru_cache(maxsize=1)
def _gics_sectors() -> dict[str, str]:
    """Return the sector of every member of the indices whose lists carry GICS names."""
    sectors: dict[str, str] = {}
    for index in _GICS_INDICES:
        for stock in _stocks(index):
            sector = _sector(stock["industries"])
            if sector is not None:
                sectors.setdefault(yahoo_symbol(stock["symbol"]), sector)
    return sectors


def _security(stock: Mapping[str, Any]) -> Security:
    symbol = yahoo_symbol(stock["symbol"])
    industries = [str(name) for name in stock["industries"]]
    sector = _gics_sectors().get(symbol) or _sector(industries)
    kinds = [name for name in industries if to_gics(name) is None]
    return Security(symbol, stock["name"], sector, max(kinds, key=len, default=None))


def _sector(industries: Iterable[str]) -> str | None:
    """Return the GICS sector among a company's industry names; None if none of them tells."""
    names = tuple(industries)
    written = {name for name in names if name in GICS_SECTORS}
    translated = {sector for name in names if (sector := to_gics(name)) is not None}
    for candidates in (written, translated):
        for sector in (*_ONLY_GICS, *_SHARED):
            if sector in candidates:
                return sector
    return next((_SECTOR_OF_INDUSTRY[name.lower()] for name in names if name.lower() in _SECTOR_OF_INDUSTRY), None)
