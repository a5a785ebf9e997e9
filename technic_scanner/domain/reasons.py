"""Why a symbol has no bars: the stable codes that sources give, in words, and which of them are worth remembering."""

from __future__ import annotations

from datetime import date
from typing import Final

from technic_scanner.domain.metrics import FailureKind, SymbolFailure
from technic_scanner.domain.stage import Stage

NOT_FOUND = "not_found"
NO_DATA = "no_data"
BAD_DATA = "bad_data"
RATE_LIMITED = "rate_limited"
TIMED_OUT = "timed_out"
NETWORK = "network"
PROVIDER_ERROR = "provider_error"

# What each code is called where the symbols that are missing from a result are counted.
LABELS: Final[dict[str, str]] = {
    NOT_FOUND: "unknown to the source",
    NO_DATA: "no bars",
    BAD_DATA: "unusable data",
    RATE_LIMITED: "rate limit of the source",
    TIMED_OUT: "source timed out",
    NETWORK: "source unreachable",
    PROVIDER_ERROR: "source failed",
}
# Asking again today would bring the same answer; every other reason may pass.
LASTING: frozenset[str] = frozenset({NOT_FOUND, NO_DATA})


def failure(symbol: str, reason: str, detail: str) -> SymbolFailure:
    """Return the failure of one symbol in the fetching stage."""
    return SymbolFailure(symbol, Stage.DATA_FETCHING.value, FailureKind.ERROR, reason, detail)


def not_found(symbol: str) -> SymbolFailure:
    """Return the failure of a symbol that the source does not know."""
    return failure(symbol, NOT_FOUND, f"{symbol} is not in this source.")


def no_data(symbol: str, start: date | None, end: date | None) -> SymbolFailure:
    """Return the failure of a symbol that the source knows, without a bar in start..end."""
    span = " ".join(part for part in (f"from {start}" if start else "", f"to {end}" if end else "") if part)
    return failure(symbol, NO_DATA, f"{symbol} has no bars{' ' + span if span else ''}.")
