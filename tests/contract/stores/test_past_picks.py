"""What judging asks of many runs at once: which are dated, and some columns of their tables."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.adapters.stores import engine as modes
from technic_scanner.adapters.stores.schema import results
from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.pipeline.columns import empty_table
from technic_scanner.runs.model import DatedRun, DatedRuns, RunEnd
from tests.contract.stores.samples import add, running, scan_result, succeeded, table

DAY = date(2010, 8, 20)
COLUMNS = ["TechRating", "Symbol", "Rank"]


def test_dated_runs_come_newest_first_with_their_configs(store: SqlStore, clock: ManualClock) -> None:
    configs = [ScanConfig(sectors=(name,)) for name in ("Energy", "Financials")]
    made = []
    for config in configs:
        made.append(succeeded(store, config=config).run_id)
        clock.advance(1)
    assert store.dated_runs(None, 10) == DatedRuns(
        (DatedRun(made[1], configs[1], DAY), DatedRun(made[0], configs[0], DAY)), more=False
    )


def test_only_succeeded_runs_with_a_dated_result_are_dated_runs(store: SqlStore) -> None:
    kept = succeeded(store)
    succeeded(store, scan_result(as_of=None))
    cancelled = running(store)
    store.finish(cancelled.run_id, "w1", 1, RunEnd(RunStatus.CANCELLED), scan_result())
    bare = running(store)
    store.finish(bare.run_id, "w1", 1, RunEnd(RunStatus.SUCCEEDED), None)
    add(store)
    assert [run.run_id for run in store.dated_runs(None, 10).runs] == [kept.run_id]


def test_so_many_runs_are_looked_at_dated_or_not(store: SqlStore, clock: ManualClock) -> None:
    old = succeeded(store)
    clock.advance(1)
    succeeded(store, scan_result(as_of=None))
    assert store.dated_runs(None, 1) == DatedRuns((), more=True)
    found = store.dated_runs(None, 2)
    assert ([run.run_id for run in found.runs], found.more) == ([old.run_id], False)


def test_dated_runs_of_one_source_are_counted_among_its_own(store: SqlStore, clock: ManualClock) -> None:
    sample = succeeded(store)
    clock.advance(1)
    succeeded(store, config=ScanConfig(source="synthetic"))
    found = store.dated_runs("sample", 1)
    assert ([run.run_id for run in found.runs], found.more) == ([sample.run_id], False)
    assert store.dated_runs("yahoo", 1) == DatedRuns((), more=False)


def test_pick_tables_hold_the_columns_asked_for_and_what_failed_where(store: SqlStore) -> None:
    first = succeeded(store)
    second = succeeded(store, scan_result(table=table((1, "SHEL", 90.0, None)), failures=()))
    third = succeeded(store, scan_result(table=empty_table()))
    succeeded(store)

    found = {item.run_id: item for item in store.pick_tables((first.run_id, second.run_id, third.run_id), COLUMNS)}

    assert set(found) == {first.run_id, second.run_id, third.run_id}
    whole = store.result(first.run_id).table
    assert found[first.run_id].table.select(COLUMNS).equals(whole.select(COLUMNS))
    assert set(found[first.run_id].table.column_names) == set(COLUMNS)
    assert found[first.run_id].failed.to_pylist() == [
        {"symbol": "AAPL", "stage": "symbol_scanning"},
        {"symbol": "ÄÖ", "stage": "data_fetching"},
    ]
    assert found[second.run_id].table["Symbol"].to_pylist() == ["SHEL"]
    assert (found[second.run_id].failed.num_rows, found[third.run_id].table.num_rows) == (0, 0)


def test_runs_that_are_gone_or_left_nothing_have_no_pick_table(store: SqlStore) -> None:
    gone, kept = succeeded(store), succeeded(store)
    store.delete_run(gone.run_id)
    asked = (gone.run_id, add(store).run_id, kept.run_id, "no such run")
    assert [item.run_id for item in store.pick_tables(asked, COLUMNS)] == [kept.run_id]
    assert store.pick_tables((), COLUMNS) == ()


def test_a_damaged_table_is_left_out_and_logged(store: SqlStore, caplog: pytest.LogCaptureFixture) -> None:
    torn, kept = succeeded(store), succeeded(store)
    damage = update(results).where(results.c.run_id == torn.run_id).values(picks_table=b"torn")
    store.database.run(modes.WRITE, lambda connection: connection.execute(damage))
    assert [item.run_id for item in store.pick_tables((torn.run_id, kept.run_id), COLUMNS)] == [kept.run_id]
    assert f"run {torn.run_id} are left out: a stored table of 4 bytes cannot be read" in caplog.text
