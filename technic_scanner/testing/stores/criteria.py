"""Saved criteria that keep all their versions, and that nobody overwrites unseen: one part of the store's contract."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.errors import CriteriaConflictError, CriteriaNotFoundError
from technic_scanner.runs.ports import Store
from technic_scanner.runs.saved_criteria.model import SavedCriteria

DIPS = SavedCriteria("Rücksetzer", "# my own\nrsi(14) < 30", "what I look at on Mondays")


class CriteriaContract:
    """Saved criteria keep their versions. Needs the fixtures ``store``, ``clock`` and ``reopened``."""

    def test_criteria_are_saved_read_and_deleted_with_every_version(self, store: Store, clock: ManualClock) -> None:
        first = store.save_criteria(DIPS, expected_version=None)
        assert first == SavedCriteria(DIPS.name, DIPS.text, DIPS.description, 1, DIPS.language, saved_at=clock.now())
        clock.advance(5)
        second = store.save_criteria(SavedCriteria(DIPS.name, "rsi(7) < 20"), expected_version=1)
        assert (second.version, second.saved_at) == (2, clock.now())
        assert store.criteria_versions(DIPS.name) == (second, first)

        other = store.save_criteria(SavedCriteria("another", "close > 1", language=9), expected_version=None)
        assert other.language == 9
        assert store.list_criteria() == (second, other)

        store.delete_criteria(DIPS.name)
        assert store.list_criteria() == (other,)
        with pytest.raises(CriteriaNotFoundError, match="Rücksetzer"):
            store.criteria_versions(DIPS.name)
        with pytest.raises(CriteriaNotFoundError, match="Rücksetzer"):
            store.delete_criteria(DIPS.name)
        assert store.save_criteria(DIPS, expected_version=None).version == 1

    @pytest.mark.parametrize("expected", [None, 1, 3])
    def test_criteria_that_moved_on_are_not_overwritten(self, store: Store, expected: int | None) -> None:
        store.save_criteria(DIPS, expected_version=None)
        store.save_criteria(DIPS, expected_version=1)
        with pytest.raises(CriteriaConflictError, match="version 2"):
            store.save_criteria(DIPS, expected_version=expected)
        assert len(store.criteria_versions(DIPS.name)) == 2

    def test_removed_criteria_are_not_brought_back_unseen(self, store: Store) -> None:
        with pytest.raises(CriteriaConflictError, match="removed"):
            store.save_criteria(DIPS, expected_version=4)

    def test_of_many_who_save_criteria_at_once_one_wins(self, reopened: Callable[[], Store]) -> None:
        stores = [reopened() for _ in range(4)]
        stores[0].save_criteria(DIPS, expected_version=None)

        def save(store: Store) -> int | str:
            try:
                return store.save_criteria(DIPS, expected_version=1).version
            except CriteriaConflictError as error:
                return error.code

        with ThreadPoolExecutor(4) as pool:
            outcomes = sorted(map(str, pool.map(save, stores)))
        assert outcomes == ["2", *["criteria_conflict"] * 3]
