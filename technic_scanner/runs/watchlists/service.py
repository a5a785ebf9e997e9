"""Save, show, read and write watchlists, and make them of runs: what every door offers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.watchlist import Watchlist, WatchlistEntry
from technic_scanner.errors import (
    ConfigError,
    FieldProblem,
    WatchlistConflictError,
    WatchlistNotFoundError,
)
from technic_scanner.runs.named_versions.service import NamedVersions
from technic_scanner.runs.watchlists.interchange import from_json, to_json, watchlist_problems
from technic_scanner.runs.watchlists.lookup import WatchlistLookup
from technic_scanner.runs.watchlists.model import WatchlistStore
from technic_scanner.runs.watchlists.pasted import Pasted, read_text
from technic_scanner.runs.watchlists.text_forms import FORMS

JSON_FORM = "json"
ALL_FORMS = (*FORMS, JSON_FORM)


@dataclass(frozen=True, slots=True)
class RunPicks:
    """The picks of a run, best rank first: a table with the columns Symbol and Rank, and the day that it is of."""

    table: pa.Table
    as_of: date | None


class WatchlistService(NamedVersions[Watchlist]):
    """The watchlists of a store; ``universe`` gives the symbols of a config's universe, ``picks`` those of a run."""

    noun, missing, conflict = "watchlist", WatchlistNotFoundError, WatchlistConflictError

    def __init__(
        self,
        store: WatchlistStore,
        universe: Callable[[ScanConfig], Sequence[str]],
        picks: Callable[[str], RunPicks],
    ) -> None:
        self._store = store
        self._universe = universe
        self._picks = picks
        self.lookup = WatchlistLookup(store)

    def all(self) -> tuple[Watchlist, ...]:
        """Return the newest version of all watchlists, by name."""
        return tuple(sorted(self._store.list_watchlists(), key=lambda item: item.name.casefold()))

    def versions(self, name: str) -> tuple[Watchlist, ...]:
        """Return every version, the newest first; WatchlistNotFoundError."""
        return self._store.watchlist_versions(name)

    def save(self, saved: Watchlist, expected_version: int | None = None) -> Watchlist:
        """Save a new watchlist (``expected_version`` None) or the next version; return it as stored.

        Raises ConfigError that names every fault, WatchlistConflictError if the newest version is another one.
        """
        if problems := list(watchlist_problems(saved)):
            raise ConfigError(problems)
        return self._store.save_watchlist(replace(saved, fault=None), expected_version=expected_version)

    def remove(self, name: str) -> None:
        """Delete every version; WatchlistNotFoundError. Runs keep the symbols that they were submitted with."""
        self._store.delete_watchlist(name)

    def note(self, name: str, symbol: str, text: str) -> Watchlist:
        """Save the next version, with another note at one symbol. Raises ConfigError if it is not in the list."""
        newest = self.get(name)
        wanted = symbol.strip().upper()
        if wanted not in newest.symbols:
            raise ConfigError([FieldProblem("symbol", f"{wanted!r} is not in watchlist {name!r}")])
        entries = (replace(entry, note=text) if entry.symbol == wanted else entry for entry in newest.entries)
        return self.save(replace(newest, entries=tuple(entries)), newest.version)

    def read(self, text: str, universe: ScanConfig | None = None) -> Pasted:
        """Read the symbols of a text; with the config of a universe, names that it does not hold are told as unknown.

        Raises ConfigError, SourceError.
        """
        return read_text(text, None if universe is None else self._universe(universe))

    def of_run(self, run_id: str, most: int | None = None) -> tuple[WatchlistEntry, ...]:
        """Return the picks of a run, the best ranks first, each with a note of where it comes from.

        Raises RunNotFoundError, ResultsNotReadyError.
        """
        picks = self._picks(run_id)
        day = "" if picks.as_of is None else f" on {picks.as_of}"
        rows = zip(*(picks.table.column(name).to_pylist() for name in ("Symbol", "Rank")), strict=True)
        ranked = sorted((rank, symbol) for symbol, rank in rows if rank is not None)
        return tuple(WatchlistEntry(symbol, f"rank {rank}{day}, run {run_id}") for rank, symbol in ranked[:most])

    def text(self, name: str, form: str, version: int | None = None) -> str:
        """Return one version in a text form that ``read`` reads, or as JSON. Raises ConfigError for another form."""
        if form == JSON_FORM:
            return self.export(name, version)
        if form not in FORMS:
            raise ConfigError([FieldProblem("form", f"{form!r} is not one of {', '.join(ALL_FORMS)}")])
        return FORMS[form](self.get(name, version).entries)

    def export(self, name: str, version: int | None = None) -> str:
        """Return one version as JSON text, which ``load`` accepts; WatchlistNotFoundError."""
        return to_json(self.get(name, version))

    def _read(self, text: str) -> Watchlist:
        return from_json(text)

    def _content(self, saved: Watchlist) -> object:
        return saved.entries, saved.description
