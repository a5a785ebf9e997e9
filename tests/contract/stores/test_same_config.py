"""Runs of one config are found by its hash or by any run of it, whatever their size, cache state and version."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.adapters.stores.filters import newest_ids
from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.runs.model import RunQuery
from technic_scanner.runs.timings.comparability import config_hash, config_hash_of
from tests.contract.stores.samples import add, metrics, scan_result, succeeded

OPTIONS = RunOptions()
MINE, OTHER = ScanConfig(min_price=7.0), ScanConfig(min_price=8.0)


def ended(store: SqlStore, config: ScanConfig, **measured: object) -> RunRecord:
    """Take a run of a config to its end; ``measured`` are metrics."""
    key = config_hash(config, OPTIONS)
    return succeeded(
        store, scan_result(config=config, metrics=metrics(**measured)), config=config, comparability_key=key
    )


@pytest.fixture
def alike(store: SqlStore, clock: ManualClock) -> list[RunRecord]:
    """Four runs of one config, oldest first: cold, warm, smaller, and one that waits; and one of another config."""
    runs = []
    for measured in ({"cache_hit_rate": 0.0}, {"cache_hit_rate": 1.0}, {"symbols_attempted": 10}):
        clock.advance(1)
        runs.append(ended(store, MINE, **measured))
        ended(store, OTHER, **measured)
    clock.advance(1)
    runs.append(add(store, MINE, comparability_key=config_hash(MINE, OPTIONS)))
    return runs


def found(store: SqlStore, **filters: object) -> list[str]:
    return [record.run_id for record in store.list_runs(RunQuery(**filters)).records]  # type: ignore[arg-type]


def test_a_config_hash_finds_all_runs_of_the_config(store: SqlStore, alike: list[RunRecord]) -> None:
    assert len({run.comparability_key for run in alike}) == 4
    wanted = [run.run_id for run in reversed(alike)]
    assert found(store, same_config_as=config_hash(MINE, OPTIONS)) == wanted
    assert found(store, same_config_as=config_hash(MINE, OPTIONS).upper()) == wanted
    assert [sample.run_id for sample in store.stage_samples(RunQuery(same_config_as=config_hash(MINE, OPTIONS)))] == (
        wanted[1:]
    )


def test_any_run_of_the_config_finds_the_others(store: SqlStore, alike: list[RunRecord]) -> None:
    wanted = [run.run_id for run in reversed(alike)]
    for run in alike:
        for name in (run.run_id, run.run_id[-8:], run.run_id[-8:].lower()):
            assert found(store, same_config_as=name) == wanted
    assert found(store, same_config_as=alike[0].run_id, statuses=(RunStatus.QUEUED, RunStatus.SUCCEEDED)) == wanted
    assert found(store, same_config_as=alike[0].run_id, limit=1) == wanted[:1]


def test_a_whole_key_still_finds_the_comparable_ones_alone(store: SqlStore, alike: list[RunRecord]) -> None:
    assert found(store, comparability_key=alike[1].comparability_key) == [alike[1].run_id]


@pytest.mark.parametrize("name", ["", "0", "%", "________", "%%%%%%%%", "0" * 16, "Z" * 26, "é" * 8])
def test_what_names_no_config_and_no_run_finds_nothing(store: SqlStore, alike: list[RunRecord], name: str) -> None:
    assert found(store, same_config_as=name) == []


def test_the_index_on_the_keys_serves_it(store: SqlStore, store_url: str, alike: list[RunRecord]) -> None:
    for name in (config_hash_of(alike[0].comparability_key or ""), alike[0].run_id):
        assert "ix_runs_comparable" in plan(store_url, RunQuery(same_config_as=name))


def plan(url: str, query: RunQuery) -> str:
    """Return how the database would find these runs."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.connect() as connection:
            asked = newest_ids(query, 50).compile(engine, compile_kwargs={"literal_binds": True})
            if engine.dialect.name == "sqlite":
                return "\n".join(str(row) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {asked}")))
            # Of so few rows it would read them all.
            connection.execute(text("SET enable_seqscan = off"))
            return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {asked}"))
    finally:
        engine.dispose()
