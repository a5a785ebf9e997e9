"""Looks up the watchlists that a config names, so that a run holds their symbols as they were when it was submitted."""

from __future__ import annotations

from dataclasses import replace

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.symbols import alike
from technic_scanner.domain.watchlist import Watchlist, parted_reference, reference_to
from technic_scanner.errors import ConfigError, FieldProblem, WatchlistNotFoundError
from technic_scanner.runs.watchlists.model import WatchlistStore


class WatchlistLookup:
    """The watchlists of a store, as configs and alerts name them: ``tech``, or ``tech@3`` for its third version."""

    def __init__(self, store: WatchlistStore) -> None:
        self._store = store

    def named(self, reference: str) -> Watchlist:
        """Return the watchlist of a reference. Raises WatchlistNotFoundError; ConfigError if it cannot be read."""
        name, version = parted_reference(reference)
        for found in self._store.watchlist_versions(name):
            if version in {None, found.version}:
                return _readable(found)
        raise WatchlistNotFoundError(f"watchlist {name!r} has no version {version}")

    def symbols_of(self, reference: str) -> tuple[str, ...]:
        """Return the symbols of a watchlist. Raises as ``named``."""
        return self.named(reference).symbols

    def resolved(self, config: ScanConfig) -> ScanConfig:
        """Return a config whose ``symbols`` hold those of its watchlists, which it names with their versions.

        Raises ConfigError that names every watchlist that cannot be used.
        """
        if not config.watchlists:
            return config
        found, problems = [], []
        for reference in config.watchlists:
            try:
                found.append(self.named(reference))
            except WatchlistNotFoundError as error:
                problems.append(FieldProblem("watchlists", str(error)))
            except ConfigError as error:
                problems += error.problems
        if problems:
            raise ConfigError(problems)
        symbols = {alike(symbol): symbol for symbol in config.symbols}
        for watchlist in found:
            for symbol in watchlist.symbols:
                symbols.setdefault(alike(symbol), symbol)
        names = tuple(reference_to(watchlist.name, watchlist.version) for watchlist in found)
        # In one order, so that a list whose rows were moved is the same scan.
        return replace(config, symbols=tuple(sorted(symbols.values())), watchlists=names)

    def as_asked(self, config: ScanConfig) -> ScanConfig:
        """Return the config that ``resolved`` made this one of.

        A list at its newest version is named without it; one that is gone is not named, and its symbols stay.
        """
        names, members = [], set()
        for reference in config.watchlists:
            if parted_reference(reference)[1] is None:
                names.append(reference)
                continue
            try:
                watchlist = self.named(reference)
                newest = self.named(watchlist.name)
            except (WatchlistNotFoundError, ConfigError):
                continue  # its symbols stay
            names.append(watchlist.name if newest.version == watchlist.version else reference)
            members |= set(map(alike, watchlist.symbols))
        symbols = tuple(symbol for symbol in config.symbols if alike(symbol) not in members)
        return replace(config, symbols=symbols, watchlists=tuple(names))


def without_watchlists(config: ScanConfig) -> ScanConfig:
    """Return a config that names no watchlist; raises ConfigError for one that does, where there is no store."""
    if config.watchlists:
        raise ConfigError([FieldProblem("watchlists", "are kept in the run store; give symbols, or submit a run")])
    return config


def _readable(watchlist: Watchlist) -> Watchlist:
    if watchlist.fault is not None:
        raise ConfigError([FieldProblem("watchlists", f"{watchlist.name!r} cannot be used: {watchlist.fault}")])
    return watchlist
