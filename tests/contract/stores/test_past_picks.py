"""Reads over many results: a table that is damaged is told as the store's fault, and each run's session is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import update

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.adapters.stores import engine as modes
from technic_scanner.adapters.stores.schema import results
from technic_scanner.testing.stores.samples import running, scan_result, succeeded

COLUMNS = ["TechRating", "Symbol", "Rank"]


def test_a_damaged_table_is_left_out_and_logged(store: SqlStore, caplog: pytest.LogCaptureFixture) -> None:
    torn, kept = succeeded(store), succeeded(store)
    damage = update(results).where(results.c.run_id == torn.run_id).values(picks_table=b"torn")
    store.database.run(modes.WRITE, lambda connection: connection.execute(damage))
    assert [item.run_id for item in store.pick_tables((torn.run_id, kept.run_id), COLUMNS)] == [kept.run_id]
    assert f"run {torn.run_id} are left out: a stored table of 4 bytes cannot be read" in caplog.text


def test_the_session_of_each_run_is_known_where_its_result_has_one(store: SqlStore) -> None:
    result = scan_result()
    dated = succeeded(store, replace(result, as_of=date(2010, 8, 20)))
    undated = succeeded(store, replace(result, as_of=None))
    under_way = running(store)
    ids = [dated.run_id, undated.run_id, under_way.run_id, "01WRONG"]
    assert store.sessions_of(ids) == {dated.run_id: date(2010, 8, 20)}
    assert store.sessions_of([]) == {}
