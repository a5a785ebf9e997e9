"""Define the GICS sector names, and map the names that other vendors use to them."""

from __future__ import annotations

GICS_SECTORS: tuple[str, ...] = (
    "Communication Services",
    "Consumer Discretionary",
    "Consumer Staples",
    "Energy",
    "Financials",
    "Health Care",
    "Industrials",
    "Information Technology",
    "Materials",
    "Real Estate",
    "Utilities",
)

# The spellings of Yahoo, Morningstar, Nasdaq and GICS before 2018, in lower case.
_ALIASES: dict[str, str] = {
    "basic industries": "Materials",
    "basic materials": "Materials",
    "capital goods": "Industrials",
    "communication": "Communication Services",
    "communications": "Communication Services",
    "consumer cyclical": "Consumer Discretionary",
    "consumer cyclicals": "Consumer Discretionary",
    "consumer defensive": "Consumer Staples",
    "consumer durables": "Consumer Discretionary",
    "consumer goods": "Consumer Staples",
    "consumer non-cyclicals": "Consumer Staples",
    "consumer non-durables": "Consumer Staples",
    "consumer services": "Consumer Discretionary",
    "finance": "Financials",
    "financial": "Financials",
    "financial services": "Financials",
    "health services": "Health Care",
    "health technology": "Health Care",
    "healthcare": "Health Care",
    "industrial": "Industrials",
    "industrial goods": "Industrials",
    "it": "Information Technology",
    "public utilities": "Utilities",
    "realestate": "Real Estate",
    "tech": "Information Technology",
    "technology": "Information Technology",
    "telecom": "Communication Services",
    "telecommunication services": "Communication Services",
    "telecommunications": "Communication Services",
    "telecommunications services": "Communication Services",
    "transportation": "Industrials",
    "utility": "Utilities",
}
_CANONICAL: dict[str, str] = {name.lower(): name for name in GICS_SECTORS} | _ALIASES


def to_gics(name: str | None) -> str | None:
    """Return the GICS sector of a vendor's sector name, or None if it is none of the eleven."""
    if name is None:
        return None
    return _CANONICAL.get(" ".join(name.lower().replace("&", "and").split()))


def gics_or_same(name: str) -> str:
    """Return the GICS sector of a vendor's name for it; a name that is none is returned as it is."""
    return to_gics(name) or name
