"""Runs of one config are found by its hash or by any run of it: one part of the store's contract."""

from __future__ import annotations

from typing import Any

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.runs.model import RunQuery
from technic_scanner.runs.ports import Store
from technic_scanner.runs.timings.comparability import config_hash
from technic_scanner.testing.stores.samples import add, metrics, scan_result, succeeded

OPTIONS = RunOptions()
MINE, OTHER = ScanConfig(min_price=7.0), ScanConfig(min_price=8.0)


def ended(store: Store, config: ScanConfig, **measured: Any) -> RunRecord:
    """Take a run of a config to its end; ``measured`` are metrics."""
    key = config_hash(config, OPTIONS)
    return succeeded(
        store, scan_result(config=config, metrics=metrics(**measured)), config=config, comparability_key=key
    )


def runs_alike(store: Store, clock: ManualClock) -> list[RunRecord]:
    """Make four runs of one config, oldest first: cold, warm, smaller, and one that waits; and some of another."""
    runs = []
    for measured in ({"cache_hit_rate": 0.0}, {"cache_hit_rate": 1.0}, {"symbols_attempted": 10}):
        clock.advance(1)
        runs.append(ended(store, MINE, **measured))
        ended(store, OTHER, **measured)
    clock.advance(1)
    runs.append(add(store, MINE, comparability_key=config_hash(MINE, OPTIONS)))
    return runs


def found(store: Store, **filters: object) -> list[str]:
    return [record.run_id for record in store.list_runs(RunQuery(**filters)).records]  # type: ignore[arg-type]


class SameConfigContract:
    """Size, cache state and version of a run make no difference. Needs the fixtures ``store`` and ``clock``."""

    @pytest.fixture
    def alike(self, store: Store, clock: ManualClock) -> list[RunRecord]:
        """Return the runs of ``runs_alike``."""
        return runs_alike(store, clock)

    def test_a_config_hash_finds_all_runs_of_the_config(self, store: Store, alike: list[RunRecord]) -> None:
        assert len({run.comparability_key for run in alike}) == 4
        wanted = [run.run_id for run in reversed(alike)]
        assert found(store, same_config_as=config_hash(MINE, OPTIONS)) == wanted
        assert found(store, same_config_as=config_hash(MINE, OPTIONS).upper()) == wanted
        assert [
            sample.run_id for sample in store.stage_samples(RunQuery(same_config_as=config_hash(MINE, OPTIONS)))
        ] == (wanted[1:])

    def test_any_run_of_the_config_finds_the_others(self, store: Store, alike: list[RunRecord]) -> None:
        wanted = [run.run_id for run in reversed(alike)]
        for run in alike:
            for name in (run.run_id, run.run_id[-8:], run.run_id[-8:].lower()):
                assert found(store, same_config_as=name) == wanted
        assert found(store, same_config_as=alike[0].run_id, statuses=(RunStatus.QUEUED, RunStatus.SUCCEEDED)) == wanted
        assert found(store, same_config_as=alike[0].run_id, limit=1) == wanted[:1]

    def test_a_whole_key_still_finds_the_comparable_ones_alone(self, store: Store, alike: list[RunRecord]) -> None:
        assert found(store, comparability_key=alike[1].comparability_key) == [alike[1].run_id]

    @pytest.mark.parametrize("name", ["", "0", "%", "________", "%%%%%%%%", "0" * 16, "Z" * 26, "é" * 8])
    def test_what_names_no_config_and_no_run_finds_nothing(
        self, store: Store, alike: list[RunRecord], name: str
    ) -> None:
        assert found(store, same_config_as=name) == []
