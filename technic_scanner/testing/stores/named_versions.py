"""Saved criteria and watchlists keep all their versions, and nobody overwrites them unseen: a part of the contract."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.watchlist import Watchlist, WatchlistEntry
from technic_scanner.errors import (
    ConflictError,
    CriteriaConflictError,
    CriteriaNotFoundError,
    NotFoundError,
    WatchlistConflictError,
    WatchlistNotFoundError,
)
from technic_scanner.runs.ports import Store
from technic_scanner.runs.saved_criteria.model import SavedCriteria


@dataclass(frozen=True)
class Kind:
    """One kind of named things: three of them (two of one name), and the store's methods and errors."""

    first: Any
    next: Any
    other: Any
    saved: str
    deleted: str
    listed: str
    versions: str
    missing: type[NotFoundError]
    conflict: type[ConflictError]

    def save(self, store: Store, item: Any, expected: int | None) -> Any:
        return getattr(store, self.saved)(item, expected_version=expected)

    def all(self, store: Store) -> tuple[Any, ...]:
        found: tuple[Any, ...] = getattr(store, self.listed)()
        return found

    def versions_of(self, store: Store, name: str) -> tuple[Any, ...]:
        found: tuple[Any, ...] = getattr(store, self.versions)(name)
        return found

    def delete(self, store: Store, name: str) -> None:
        getattr(store, self.deleted)(name)


CRITERIA = Kind(
    SavedCriteria("Rücksetzer", "# my own\nrsi(14) < 30", "what I look at on Mondays"),
    SavedCriteria("Rücksetzer", "rsi(7) < 20"),
    SavedCriteria("another", "close > 1", language=9),
    *("save_criteria", "delete_criteria", "list_criteria", "criteria_versions"),
    CriteriaNotFoundError,
    CriteriaConflictError,
)
WATCHLISTS = Kind(
    Watchlist(
        "Rücksetzer",
        (WatchlistEntry("BRK.B", "kaufen unter 450 €\nsonst nicht", "Börse", "NYSE"), WatchlistEntry("7203.T")),
        "what I look at on Mondays",
    ),
    Watchlist("Rücksetzer", (WatchlistEntry("AAPL"),)),
    Watchlist("another", tuple(WatchlistEntry(f"S{number:05}", "note") for number in range(20_000))),
    *("save_watchlist", "delete_watchlist", "list_watchlists", "watchlist_versions"),
    WatchlistNotFoundError,
    WatchlistConflictError,
)


# On each method, since a mark of the class would be one of every class that gathers the parts.
_OF_EACH = pytest.mark.parametrize("kind", [CRITERIA, WATCHLISTS], ids=["criteria", "watchlists"])


class NamedVersionsContract:
    """Needs the fixtures ``store``, ``clock`` and ``reopened``."""

    @_OF_EACH
    def test_named_things_are_saved_read_and_deleted_with_every_version(
        self, store: Store, clock: ManualClock, kind: Kind
    ) -> None:
        first = kind.save(store, kind.first, None)
        assert first == replace(kind.first, version=1, saved_at=clock.now())
        clock.advance(5)
        second = kind.save(store, kind.next, 1)
        assert second == replace(kind.next, version=2, saved_at=clock.now())
        assert kind.versions_of(store, first.name) == (second, first)

        other = kind.save(store, kind.other, None)
        assert other == replace(kind.other, version=1, saved_at=clock.now())
        assert kind.all(store) == (second, other)

        kind.delete(store, first.name)
        assert kind.all(store) == (other,)
        with pytest.raises(kind.missing, match="Rücksetzer"):
            kind.versions_of(store, first.name)
        with pytest.raises(kind.missing, match="Rücksetzer"):
            kind.delete(store, first.name)
        assert kind.save(store, kind.first, None).version == 1

    @_OF_EACH
    @pytest.mark.parametrize("expected", [None, 1, 3])
    def test_what_moved_on_is_not_overwritten(self, store: Store, kind: Kind, expected: int | None) -> None:
        kind.save(store, kind.first, None)
        kind.save(store, kind.first, 1)
        with pytest.raises(kind.conflict, match="version 2"):
            kind.save(store, kind.first, expected)
        assert len(kind.versions_of(store, kind.first.name)) == 2

    @_OF_EACH
    def test_what_was_removed_is_not_brought_back_unseen(self, store: Store, kind: Kind) -> None:
        with pytest.raises(kind.conflict, match="removed"):
            kind.save(store, kind.first, 4)

    @_OF_EACH
    def test_of_many_who_save_the_same_at_once_one_wins(self, reopened: Callable[[], Store], kind: Kind) -> None:
        stores = [reopened() for _ in range(4)]
        kind.save(stores[0], kind.first, None)

        def save(store: Store) -> int | str:
            try:
                return int(kind.save(store, kind.first, 1).version)
            except kind.conflict as error:
                return error.code

        with ThreadPoolExecutor(4) as pool:
            outcomes = sorted(map(str, pool.map(save, stores)))
        assert outcomes == ["2", *[kind.conflict.code] * 3]
