"""Runs of one config are found through an index."""

from __future__ import annotations

from sqlalchemy import create_engine, text

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.adapters.stores.filters import newest_ids
from technic_scanner.clock import ManualClock
from technic_scanner.runs.model import RunQuery
from technic_scanner.runs.timings.comparability import config_hash_of
from technic_scanner.testing.stores.same_config import runs_alike


def test_the_index_on_the_keys_serves_it(store: SqlStore, store_url: str, clock: ManualClock) -> None:
    alike = runs_alike(store, clock)
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
