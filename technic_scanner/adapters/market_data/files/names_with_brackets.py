"""Read names of columns with the symbol in brackets, Open (ORBX), where several symbols have all prices."""

from __future__ import annotations

import re
from collections.abc import Sequence

from technic_scanner.adapters.market_data.files.names import PRICES, meaning

_NAME = re.compile(r"^\s*([^()\[\]]+?)\s*[(\[]\s*([^()\[\]]+?)\s*[)\]]\s*$")
# What brackets hold that is no symbol: what prices are, and in which currency.
_NO_SYMBOL = re.compile(r"^(?:[A-Z][A-Za-z]{0,2}[$.]|\W+|(?i:bid|ask|mid|raw|adj|adjusted|unadjusted|last|local))$")
_CURRENCIES = (
    "USD EUR GBP GBX JPY CHF CNY HKD AUD CAD INR KRW SEK NOK DKK PLN BRL MXN ZAR TRY RUB TWD SGD THB IDR NZD ILS CZK "
    "HUF BTC ETH USDT"
)


def pairs_in_brackets(names: Sequence[str]) -> list[tuple[str, str] | None] | None:
    """Return (field, symbol) of each column, None for the only one without, the date; None for other names."""
    pairs = [_pair(name) for name in names]
    symbols = {pair[1] for pair in pairs if pair is not None}
    if pairs.count(None) != 1 or len(symbols) < 2:
        return None
    has = {symbol: {meaning(pair[0]) for pair in pairs if pair is not None and pair[1] == symbol} for symbol in symbols}
    return pairs if all(fields >= set(PRICES) for fields in has.values()) else None


def _pair(name: str) -> tuple[str, str] | None:
    match = _NAME.match(name)
    if match is None or meaning(match[1]) is None or _is_no_symbol(match[2]):
        return None
    return match[1], match[2]


def _is_no_symbol(text: str) -> bool:
    return text.upper() in _CURRENCIES.split() or bool(_NO_SYMBOL.match(text))
