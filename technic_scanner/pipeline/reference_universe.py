"""Which universe is the market that a scan's rows are judged against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from technic_scanner.domain.universe import Security
from technic_scanner.pipeline.context import ScanContext
from technic_scanner.pipeline.ports import Source
from technic_scanner.pipeline.universe import fit_securities


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceUniverse:
    """The universe that is the market: its securities in symbol order, their source, and its name in the cache."""

    name: str
    securities: tuple[Security, ...]
    source: Source
    source_key: str

    @property
    def symbols(self) -> tuple[str, ...]:
        """Return the symbols, in order."""
        return tuple([security.symbol for security in self.securities])


def reference_universe(context: ScanContext, name: str, fit: Sequence[Security]) -> ReferenceUniverse:
    """Return the universe that the config names as its reference.

    If it names none, that is the whole one that is scanned, of this name and with these ``fit`` securities.
    """
    source, key = context.source, context.source_key
    if context.config.reference is not None:
        if context.ports.reference is not None:
            source, key = context.ports.reference
        universe = source.universe(context.config.reference, context.cancel)
        name, fit = universe.name, fit_securities(universe)
    day = context.day
    members = [security for security in fit if not security.membership or security.is_member(day)]
    return ReferenceUniverse(name, tuple(members), source, key)
