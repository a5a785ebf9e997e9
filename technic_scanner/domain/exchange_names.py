"""How TradingView and thinkorswim spell symbols, made of Yahoo's spelling (``SAP.DE``, ``BRK-B``) and back."""

from __future__ import annotations

import re

_HONG_KONG, _HONG_KONG_DIGITS = "HKEX", 4

# TradingView's names of exchanges, and the endings that Yahoo gives to their symbols.
_ENDINGS: dict[str, tuple[str, ...]] = {
    "ASX": ("AX",),
    "BME": ("MC",),
    "BMFBOVESPA": ("SA",),
    "BMV": ("MX",),
    "BSE": ("BO",),
    "EURONEXT": ("AS", "BR", "LS", "PA"),
    "FWB": ("F",),
    "GPW": ("WA",),
    _HONG_KONG: ("HK",),
    "JSE": ("JO",),
    "KRX": ("KS",),
    "LSE": ("L",),
    "MIL": ("MI",),
    "NSE": ("NS",),
    "OMXCOP": ("CO",),
    "OMXHEX": ("HE",),
    "OMXSTO": ("ST",),
    "OSL": ("OL",),
    "SGX": ("SI",),
    "SIX": ("SW",),
    "SSE": ("SS",),
    "SZSE": ("SZ",),
    "TSE": ("T",),
    "TSX": ("TO",),
    "TSXV": ("V",),
    "TWSE": ("TW",),
    "VIE": ("VI",),
    "XETR": ("DE",),
}
_EXCHANGES = {ending: exchange for exchange, endings in _ENDINGS.items() for ending in endings}
_ENDING = re.compile(r"^(?P<name>[^./ _]+)[./\- _](?P<ending>[A-Z]{1,2})$")


def tradingview_name(symbol: str) -> str:
    """Return a symbol as TradingView writes it: ``BRK.B`` for a class of shares, ``XETR:SAP`` for ``SAP.DE``.

    Symbols of the United States get no exchange, because TradingView finds theirs, and which it is is not known here.
    """
    found = _ENDING.match(symbol)
    if found is None:
        return symbol
    name, ending = found["name"], found["ending"]
    exchange = _EXCHANGES.get(ending)
    if exchange is not None:
        name = name.lstrip("0") if exchange == _HONG_KONG else name.replace("-", ".")
        return f"{exchange}:{name}"
    return f"{name}.{ending}" if len(ending) == 1 else symbol


def thinkorswim_name(symbol: str) -> str:
    """Return a symbol as thinkorswim writes it: ``BRK/B`` for a class of shares.

    It has the exchanges of the United States alone; other symbols are left as they are.
    """
    found = _ENDING.match(symbol)
    is_class = found is not None and len(found["ending"]) == 1 and found["ending"] not in _EXCHANGES
    return f"{found['name']}/{found['ending']}" if found is not None and is_class else symbol


def yahoo_names(symbol: str, exchange: str) -> tuple[str, ...]:
    """Return what Yahoo may call the symbol that TradingView writes as ``exchange:symbol``.

    There are several for an exchange in several cities, and none for one whose symbols have no ending.
    """
    endings = _ENDINGS.get(exchange, ())
    found = _ENDING.match(symbol)
    if found is not None and found["ending"] in endings:
        return (symbol,)
    name = symbol.zfill(_HONG_KONG_DIGITS) if exchange == _HONG_KONG else symbol.replace(".", "-")
    return tuple(f"{name}.{ending}" for ending in endings)
