"""A table that is damaged in the database is told as the store's fault."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.adapters.stores import engine as modes
from technic_scanner.adapters.stores.schema import results
from technic_scanner.testing.stores.samples import succeeded

COLUMNS = ["TechRating", "Symbol", "Rank"]


def test_a_damaged_table_is_left_out_and_logged(store: SqlStore, caplog: pytest.LogCaptureFixture) -> None:
    torn, kept = succeeded(store), succeeded(store)
    damage = update(results).where(results.c.run_id == torn.run_id).values(picks_table=b"torn")
    store.database.run(modes.WRITE, lambda connection: connection.execute(damage))
    assert [item.run_id for item in store.pick_tables((torn.run_id, kept.run_id), COLUMNS)] == [kept.run_id]
    assert f"run {torn.run_id} are left out: a stored table of 4 bytes cannot be read" in caplog.text
