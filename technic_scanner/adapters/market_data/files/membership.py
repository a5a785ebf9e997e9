"""Read when each symbol of universe.csv is a member of it: the columns ``from`` and ``to``, one row a spell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from technic_scanner.domain.universe import Security
from technic_scanner.errors import SourceDataError

Spell = tuple[date | None, date | None]


def spell_of(first: str | None, last: str | None, file: str) -> Spell | None:
    """Return the spell of a row, both days included; None for a row without either. Raises SourceDataError."""
    spell = _day(first, "from", file), _day(last, "to", file)
    if spell == (None, None):
        return None
    if spell[0] is not None and spell[1] is not None and spell[1] < spell[0]:
        raise SourceDataError(f"{file}: a membership ends on {spell[1]}, before it begins on {spell[0]}.")
    return spell


def with_spell(security: Security, spell: Spell | None, earlier: Security | None) -> Security:
    """Return the security with the spell of its row added to those of ``earlier`` rows; without one it is always in."""
    if spell is None or (earlier is not None and not earlier.membership):
        return security
    return replace(security, membership=(*(earlier.membership if earlier else ()), spell))


def _day(text: str | None, column: str, file: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise SourceDataError(f"{file}: {text!r} in the column {column} is not a date as 2024-03-08.") from error
