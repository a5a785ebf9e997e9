"""Spellings of symbols that mean the same: BRK.B, BRK/B, BRK-B, BRK B and BRK_B."""

from __future__ import annotations

from collections.abc import Iterable

# What vendors put before a share class or between two currencies.
_MARKS = str.maketrans("./ _", "----")


def alike(symbol: str) -> str:
    """Return the spelling that all spellings of one symbol share."""
    return symbol.strip().upper().translate(_MARKS)


def listed_spellings(symbols: Iterable[str], listed: Iterable[str]) -> dict[str, str]:
    """Return each of ``symbols`` that is listed → as the list spells it, in capital letters.

    One that is not listed as it is written may be listed in another spelling of it.
    """
    names = {name.upper() for name in listed}
    spelled: dict[str, str] = {}
    for name in sorted(names):
        spelled.setdefault(alike(name), name)
    found = {symbol: symbol.upper() if symbol.upper() in names else spelled.get(alike(symbol)) for symbol in symbols}
    return {symbol: name for symbol, name in found.items() if name is not None}
