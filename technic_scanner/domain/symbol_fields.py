"""The fields of a config that say which symbols are scanned by name."""

from __future__ import annotations

from technic_scanner.domain.fields import MAX_SYMBOL_LENGTH, FieldSpec
from technic_scanner.domain.normal_forms import spelled_symbol
from technic_scanner.domain.watchlist import MOST_SYMBOLS

SYMBOLS = FieldSpec(
    "Symbols",
    "Only these symbols are scanned; those that the universe does not contain are listed with the result.",
    empty="all symbols",
    spelling=spelled_symbol,
    longest=MAX_SYMBOL_LENGTH,
    most=MOST_SYMBOLS,
)
WATCHLISTS = FieldSpec(
    "Watchlists",
    "Only their symbols, and those given beside them, are scanned; NAME@3 is version 3. A run keeps the symbols that "
    "they had when it was submitted.",
    empty="all symbols",
    option="watchlist",
)
