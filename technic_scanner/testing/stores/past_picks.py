"""What judging asks of many runs at once, dates and columns of tables: one part of the store's contract."""

from __future__ import annotations

from datetime import date

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.pipeline.columns import empty_table
from technic_scanner.runs.model import DatedRun, DatedRuns, RunEnd
from technic_scanner.runs.ports import Store
from technic_scanner.testing.stores.samples import add, running, scan_result, succeeded, table

DAY = date(2010, 8, 20)
COLUMNS = ["TechRating", "Symbol", "Rank"]


class PastPickContract:
    """Dated runs and pick tables are those of the runs. Needs the fixtures ``store`` and ``clock``."""

    def test_dated_runs_come_newest_first_with_their_configs(self, store: Store, clock: ManualClock) -> None:
        configs = [ScanConfig(sectors=(name,)) for name in ("Energy", "Financials")]
        made = []
        for config in configs:
            made.append(succeeded(store, config=config).run_id)
            clock.advance(1)
        assert store.dated_runs(None, 10) == DatedRuns(
            (DatedRun(made[1], configs[1], DAY, "host-a"), DatedRun(made[0], configs[0], DAY, "host-a")), more=False
        )

    def test_only_succeeded_runs_with_a_dated_result_are_dated_runs(self, store: Store) -> None:
        kept = succeeded(store)
        succeeded(store, scan_result(as_of=None))
        cancelled = running(store)
        store.finish(cancelled.run_id, "w1", 1, RunEnd(RunStatus.CANCELLED), scan_result())
        bare = running(store)
        store.finish(bare.run_id, "w1", 1, RunEnd(RunStatus.SUCCEEDED), None)
        add(store)
        assert [run.run_id for run in store.dated_runs(None, 10).runs] == [kept.run_id]

    def test_so_many_runs_are_looked_at_dated_or_not(self, store: Store, clock: ManualClock) -> None:
        old = succeeded(store)
        clock.advance(1)
        succeeded(store, scan_result(as_of=None))
        assert store.dated_runs(None, 1) == DatedRuns((), more=True)
        found = store.dated_runs(None, 2)
        assert ([run.run_id for run in found.runs], found.more) == ([old.run_id], False)

    def test_dated_runs_of_one_source_are_counted_among_its_own(self, store: Store, clock: ManualClock) -> None:
        sample = succeeded(store)
        clock.advance(1)
        succeeded(store, config=ScanConfig(source="synthetic"))
        found = store.dated_runs("sample", 1)
        assert ([run.run_id for run in found.runs], found.more) == ([sample.run_id], False)
        assert store.dated_runs("yahoo", 1) == DatedRuns((), more=False)

    def test_pick_tables_hold_the_columns_asked_for_and_what_failed_where(self, store: Store) -> None:
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
            {"symbol": "AAPL", "stage": "symbol_scanning", "reason": "min_price", "flags": ""},
            {"symbol": "ÄÖ", "stage": "data_fetching", "reason": "no_bars", "flags": ""},
        ]
        assert found[second.run_id].table["Symbol"].to_pylist() == ["SHEL"]
        assert (found[second.run_id].failed.num_rows, found[third.run_id].table.num_rows) == (0, 0)

    def test_runs_that_are_gone_or_left_nothing_have_no_pick_table(self, store: Store) -> None:
        gone, kept = succeeded(store), succeeded(store)
        store.delete_run(gone.run_id)
        asked = (gone.run_id, add(store).run_id, kept.run_id, "no such run")
        assert [item.run_id for item in store.pick_tables(asked, COLUMNS)] == [kept.run_id]
        assert store.pick_tables((), COLUMNS) == ()
