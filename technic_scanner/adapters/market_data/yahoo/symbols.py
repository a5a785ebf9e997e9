"""Provide Yahoo's universes with the GICS sectors of their symbols, from the index lists of pytickersymbols."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from technic_scanner.domain.sectors import GICS_SECTORS, to_gics
from technic_scanner.domain.universe import GIVEN_SYMBOLS, Security, Universe
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.extras import import_optional

if TYPE_CHECKING:
    from pytickersymbols import PyTickerSymbols

DEFAULT = "S&P 500"
# The indices whose lists have GICS names; other lists have other classifications of the same companies.
_GICS_INDICES = ("S&P 500", "S&P 600", "S&P 100")
_FIRST = (DEFAULT, "S&P 100", "NASDAQ 100", "DOW JONES", "S&P 600")
# The lists mix GICS and TRBC sectors. Names that only GICS has are used first; the five that both have are ordered so
# that the GICS sector is chosen (a REIT is Financials in TRBC, a utility Energy), which is right for all 503 symbols of
# the S&P 500.
_ONLY_GICS = (
    "Communication Services",
    "Consumer Discretionary",
    "Consumer Staples",
    "Health Care",
    "Information Technology",
    "Materials",
)
_SHARED = ("Real Estate", "Utilities", "Financials", "Industrials", "Energy")
# For lists without sectors: industries that belong to one sector only.
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
# A coin and what it is quoted in.
_PAIR = re.compile(r"^[A-Z0-9]{2,10}-(?:USD|EUR|GBP|JPY|CAD|AUD|KRW|INR|BTC|ETH)$")
# What Yahoo quotes the shares of an exchange in, by the ending of its symbols; in London that is pence.
_CURRENCY_OF_ENDING = {
    **dict.fromkeys(("AS", "BR", "DE", "F", "HE", "IR", "LS", "MC", "MI", "PA", "VI"), "EUR"),
    "L": "GBX",
    "ST": "SEK",
    "CO": "DKK",
    "OL": "NOK",
    "SW": "CHF",
    "T": "JPY",
    "TO": "CAD",
    "V": "CAD",
    "AX": "AUD",
    "NZ": "NZD",
    "HK": "HKD",
    "SS": "CNY",
    "SZ": "CNY",
    "KS": "KRW",
    "KQ": "KRW",
    "TW": "TWD",
    "NS": "INR",
    "BO": "INR",
    "SA": "BRL",
    "MX": "MXN",
    "JO": "ZAC",
    "TA": "ILA",
    "WA": "PLN",
    "SI": "SGD",
}
# The exchange of an ending, as far as its calendar is known.
_EXCHANGE_OF_ENDING = {
    "AS": "XAMS",
    "BR": "XBRU",
    "DE": "XETR",
    "F": "XFRA",
    "HE": "XHEL",
    "LS": "XLIS",
    "MC": "XMAD",
    "MI": "XMIL",
    "PA": "XPAR",
    "VI": "XWBO",
    "L": "XLON",
    "ST": "XSTO",
    "CO": "XCSE",
    "OL": "XOSL",
    "SW": "XSWX",
    "T": "XTKS",
    "TO": "XTSE",
    "AX": "XASX",
    "NZ": "XNZE",
    "HK": "XHKG",
    "SS": "XSHG",
    "SZ": "XSHG",
    "KS": "XKRX",
    "TW": "XTAI",
    "NS": "XBOM",
    "BO": "XBOM",
    "SA": "BVMF",
    "MX": "XMEX",
    "JO": "XJSE",
    "TA": "XTAE",
    "WA": "XWAR",
    "SI": "XSES",
}
# Lists that hold symbols of another exchange without its ending.
_LACKING_ENDINGS = ("CAC Mid 60", "SDAX")


def universe_names() -> tuple[str, ...]:
    """Return the names of all universes, the default first. Raises MissingExtraError, as all that reads lists."""
    others = sorted(set(_lists().get_all_indices()) - set(_FIRST))
    return (*_FIRST, *others)


def load_universe(name: str | None) -> Universe:
    """Return the current members of an index. Raises ConfigError for an unknown name."""
    wanted = name or DEFAULT
    if wanted not in universe_names():
        raise ConfigError([FieldProblem("universe", f"{wanted!r} is not one of {', '.join(universe_names())}")])
    members: dict[str, Security] = {}
    for stock in _stocks(wanted):
        security = _security(stock)
        members.setdefault(security.symbol, security)
    ordered = [_priced(members[symbol], wanted) for symbol in sorted(members)]
    notes = [f"Members of {wanted} as of the installed list, not of the scanned day; former members are missing."]
    unknown = sum(security.sector is None for security in members.values())
    if unknown:
        notes.append(f"{unknown} of {len(members)} members have no known GICS sector; a sector filter drops them.")
    return Universe(wanted, tuple(ordered), tuple(notes), survivorship_biased=True)


def yahoo_symbol(symbol: str) -> str:
    """Return Yahoo's form of a symbol: ``BRK.B`` becomes ``BRK-B``; exchange suffixes as in ``VOD.L`` are kept."""
    base, dot, ending = symbol.strip().upper().partition(".")
    return f"{base}-{ending}" if dot and ending in _CLASS_LETTERS else base + dot + ending


def universe_of(symbols: Sequence[str]) -> Universe:
    """Return the universe of these symbols, in the given spelling, with names and sectors of the lists."""
    known = _known()
    securities = [
        _priced(replace(known.get(yahoo_symbol(symbol), Security(symbol)), symbol=symbol))
        for symbol in sorted(set(symbols))
    ]
    return Universe(GIVEN_SYMBOLS, tuple(securities))


def _priced(security: Security, index: str = "") -> Security:
    """Return the security with the currency of its prices and its exchange; unknown where the ending is not known."""
    symbol = yahoo_symbol(security.symbol)
    _, dot, ending = symbol.rpartition(".")
    if dot:
        return replace(security, currency=_CURRENCY_OF_ENDING.get(ending), exchange=_EXCHANGE_OF_ENDING.get(ending))
    if symbol.startswith("^") or index in _LACKING_ENDINGS:
        return security
    if _PAIR.match(symbol):
        return replace(security, currency=symbol.rpartition("-")[2])
    return replace(security, currency="USD", exchange="XNYS")


@lru_cache(maxsize=1)
def _lists() -> PyTickerSymbols:
    # Its lists take a while to load.
    lists: PyTickerSymbols = import_optional("pytickersymbols", "yahoo").PyTickerSymbols()
    return lists


def _stocks(index: str) -> Iterator[Mapping[str, Any]]:
    """Yield the companies of an index that have a symbol; some lists contain entries without one."""
    return (stock for stock in _lists().get_stocks_by_index(index) if stock.get("symbol"))


@lru_cache(maxsize=1)
def _known() -> dict[str, Security]:
    """Return the security of each symbol in any list, with priority of the GICS lists."""
    known: dict[str, Security] = {}
    for index in universe_names():
        for stock in _stocks(index):
            security = _security(stock)
            known.setdefault(security.symbol, security)
    return known


@lru_cache(maxsize=1)
def _gics_sectors() -> dict[str, str]:
    """Return the sector of every member of the indices whose lists have GICS names."""
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
    """Return the GICS sector in a company's industry names, None if there is none."""
    names = tuple(industries)
    written = {name for name in names if name in GICS_SECTORS}
    translated = {sector for name in names if (sector := to_gics(name)) is not None}
    for candidates in (written, translated):
        for sector in (*_ONLY_GICS, *_SHARED):
            if sector in candidates:
                return sector
    return next((_SECTOR_OF_INDUSTRY[name.lower()] for name in names if name.lower() in _SECTOR_OF_INDUSTRY), None)
