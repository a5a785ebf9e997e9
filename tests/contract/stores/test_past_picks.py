"""A table that is damaged in the database is told as the store's fault."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.adapters.stores import engine as modes
from technic_scanner.adapters.stores.schema import results
from technic_scanner.errors import StoreError
from technic_scanner.testing.stores.samples import succeeded

COLUMNS = ["TechRating", "Symbol", "Rank"]


def test_a_damaged_table_is_the_stores_fault(store: SqlStore) -> None:
    run = succeeded(store)
    store.database.run(modes.WRITE, lambda connection: connection.execute(update(results).values(picks_table=b"torn")))
    with pytest.raises(StoreError, match="cannot be read"):
        store.pick_tables((run.run_id,), COLUMNS)
