"""Which securities a source knows, and what it says of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Security:
    """One listed security; ``sector`` is a GICS name or None, never a vendor's spelling."""

    symbol: str
    name: str | None = None
    sector: str | None = None
    industry: str | None = None
    sub_industry: str | None = None


@dataclass(frozen=True, slots=True)
class Universe:
    """The securities of one named universe, in symbol order; ``notes`` are repairs and caveats to show to people."""

    name: str
    securities: tuple[Security, ...]
    notes: tuple[str, ...] = ()
    survivorship_biased: bool = False


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What a source is, for people and for validation.

    ``label`` names the data honestly ("S&P 500, Aug 2009 – Aug 2010"). ``first_session`` and ``last_session`` are None
    when the source is open-ended. ``universes`` lists the universe names that it accepts, the default one first.
    ``missing`` is None for a source that can be used; otherwise it is a sentence that says what has to be installed.
    """

    name: str
    label: str
    universes: tuple[str, ...]
    first_session: date | None = None
    last_session: date | None = None
    is_market: bool = True
    notes: tuple[str, ...] = ()
    missing: str | None = None
