"""Presets that nobody overwrites unseen, idempotency keys that make one run: one part of the store's contract."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.errors import IdempotencyError, PresetConflictError, PresetNotFoundError
from technic_scanner.runs.model import NewRun, Preset, RunQuery
from technic_scanner.runs.ports import Store
from technic_scanner.testing.stores.samples import add

ENERGY = Preset("Énergie", ScanConfig(sectors=("Energy",)), RunOptions(workers=2), "what I look at on Mondays")


class PresetContract:
    """Presets keep their versions, keys make one run. Needs the fixtures ``store``, ``clock`` and ``reopened``."""

    def test_a_preset_is_saved_read_and_deleted(self, store: Store, clock: ManualClock) -> None:
        saved = store.save_preset(ENERGY, expected_version=None)

        assert saved == Preset(ENERGY.name, ENERGY.config, ENERGY.options, ENERGY.description, 1, False, clock.now())
        assert store.get_preset("Énergie") == saved
        other = store.save_preset(Preset("another", ScanConfig()), expected_version=None)
        assert store.list_presets() == (other, saved)

        store.delete_preset("Énergie")
        assert store.list_presets() == (other,)
        with pytest.raises(PresetNotFoundError, match="Énergie"):
            store.get_preset("Énergie")
        with pytest.raises(PresetNotFoundError, match="Énergie"):
            store.delete_preset("Énergie")

    def test_versions_count_saves(self, store: Store, clock: ManualClock) -> None:
        store.save_preset(ENERGY, expected_version=None)
        clock.advance(5)
        changed = Preset("Énergie", ScanConfig(min_price=5.0))
        saved = store.save_preset(changed, expected_version=1)
        assert (saved.version, saved.config, saved.description) == (2, changed.config, "")
        assert saved.updated_at == clock.now()
        assert store.get_preset("Énergie") == saved

    @pytest.mark.parametrize("expected", [None, 1, 3])
    def test_a_preset_that_moved_on_is_not_overwritten(self, store: Store, expected: int | None) -> None:
        store.save_preset(ENERGY, expected_version=None)
        stored = store.save_preset(ENERGY, expected_version=1)
        with pytest.raises(PresetConflictError, match="version 2"):
            store.save_preset(Preset("Énergie", ScanConfig()), expected_version=expected)
        assert store.get_preset("Énergie") == stored

    def test_a_deleted_preset_is_not_brought_back_unseen(self, store: Store) -> None:
        with pytest.raises(PresetConflictError, match="deleted"):
            store.save_preset(ENERGY, expected_version=4)

    def test_of_many_who_save_at_once_one_wins(self, reopened: Callable[[], Store]) -> None:
        stores = [reopened() for _ in range(4)]
        stores[0].save_preset(ENERGY, expected_version=None)

        def save(store: Store) -> int | str:
            try:
                return store.save_preset(ENERGY, expected_version=1).version
            except PresetConflictError as error:
                return error.code

        with ThreadPoolExecutor(4) as pool:
            outcomes = sorted(map(str, pool.map(save, stores)))
        assert outcomes == ["2", *["preset_conflict"] * 3]

    def test_a_repeated_key_gives_the_first_run(self, store: Store, clock: ManualClock) -> None:
        assert store.known_keys("ann", ["k1"]) == frozenset()
        first = add(store, owner="ann", idempotency_key="k1", label="x")
        assert store.known_keys("ann", ["k1", "k2"]) == {"k1"}
        assert store.known_keys(None, ["k1"]) == frozenset()
        clock.advance(1)
        again = add(store, owner="ann", idempotency_key="k1", label="x")

        assert again == first
        assert len(store.list_runs(RunQuery()).records) == 1
        store.claim("w1", "h", "1", None)
        assert add(store, owner="ann", idempotency_key="k1", label="x").run_id == first.run_id

    def test_keys_belong_to_their_owner(self, store: Store) -> None:
        runs = {
            add(store, owner="ann", idempotency_key="k").run_id,
            add(store, owner="bob", idempotency_key="k").run_id,
            add(store, owner=None, idempotency_key="k").run_id,
            add(store, owner=None, idempotency_key="k2").run_id,
            add(store, owner=None).run_id,
            add(store, owner=None).run_id,
        }
        assert len(runs) == 6

    @pytest.mark.parametrize(
        "other",
        [{"config": ScanConfig(min_price=2.0)}, {"options": RunOptions(workers=2)}, {"label": "other"}],
    )
    def test_a_key_with_another_payload_is_refused(self, store: Store, other: dict[str, object]) -> None:
        first = add(store, idempotency_key="k")
        with pytest.raises(IdempotencyError, match=first.run_id):
            add(store, idempotency_key="k", **other)  # type: ignore[arg-type]
        assert len(store.list_runs(RunQuery()).records) == 1

    def test_runs_that_are_added_together_wait_in_their_order(self, store: Store, clock: ManualClock) -> None:
        old = add(store, idempotency_key="k2", label="2")
        clock.advance(1)
        added = store.add_runs([_keyed(number) for number in (1, 2, 3, 1)])
        assert [run.label for run in added] == ["1", "2", "3", "1"]
        assert (added[1].run_id, added[3]) == (old.run_id, added[0])
        assert [run.queue_position for run in added] == [2, 1, 3, 2]
        claimed = [store.claim(f"w{place}", "h", "1", None) for place in range(4)]
        assert [run and run.label for run in claimed] == ["2", "1", "3", None]
        assert store.add_runs([]) == ()

    def test_of_runs_that_are_added_together_none_is_if_one_cannot_be(self, store: Store) -> None:
        add(store, idempotency_key="k2", label="another payload")
        with pytest.raises(IdempotencyError):
            store.add_runs([_keyed(1), _keyed(2), _keyed(3)])
        assert [run.label for run in store.list_runs(RunQuery()).records] == ["another payload"]
        assert store.known_keys(None, ["k1", "k2", "k3"]) == {"k2"}

    def test_one_key_sent_many_times_at_once_makes_one_run(self, reopened: Callable[[], Store]) -> None:
        stores = [reopened() for _ in range(6)]
        with ThreadPoolExecutor(6) as pool:
            made = list(pool.map(lambda store: add(store, idempotency_key="k").run_id, stores))
        assert len(set(made)) == 1
        assert len(stores[0].list_runs(RunQuery()).records) == 1


def _keyed(number: int) -> NewRun:
    """Return a new run that nobody owns, with its number as label and in its key."""
    return NewRun(ScanConfig(), RunOptions(), "same", label=str(number), idempotency_key=f"k{number}")
