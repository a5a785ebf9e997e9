"""Define securities, universes and the description of a source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

# The name of the universe that a source has of the symbols which a config gives, where it can look up any.
GIVEN_SYMBOLS = "the symbols given"


@dataclass(frozen=True, slots=True)
class Security:
    """One listed security; ``sector`` is a GICS name or None, never a vendor's name.

    ``currency`` is the code of the currency that its prices are in, as ``domain.currencies`` spells it; None: unknown.
    ``exchange`` is the code by which ``domain.exchanges`` names the calendar that it trades by; None: unknown.

    ``membership`` are the spells in which it is in its universe, as (first day, last day), None for no bound; without
    any it always is.
    """

    symbol: str
    name: str | None = None
    sector: str | None = None
    industry: str | None = None
    sub_industry: str | None = None
    membership: tuple[tuple[date | None, date | None], ...] = ()
    currency: str | None = None
    exchange: str | None = None

    def is_member(self, day: date) -> bool:
        """Return whether the security is in its universe on ``day``."""
        return not self.membership or any(
            (first is None or first <= day) and (last is None or day <= last) for first, last in self.membership
        )


@dataclass(frozen=True, slots=True)
class Universe:
    """The securities of one named universe, in symbol order; ``notes`` are repairs and caveats for users."""

    name: str
    securities: tuple[Security, ...]
    notes: tuple[str, ...] = ()
    survivorship_biased: bool = False


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """The description of a source, for display and for validation.

    ``label`` states what the data are ("S&P 500, Aug 2009 – Aug 2010"). ``first_session`` and ``last_session`` are None
    if the period is open-ended. ``universes`` lists the accepted universe names, the default first. ``missing`` is None
    for a usable source, otherwise a sentence that states what must be installed.
    """

    name: str
    label: str
    universes: tuple[str, ...]
    first_session: date | None = None
    last_session: date | None = None
    is_market: bool = True
    notes: tuple[str, ...] = ()
    missing: str | None = None
