"""What a run leaves to read, and its chunk journal: one part of the store's contract."""

from __future__ import annotations

from datetime import date

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import Outcome
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import ResultsNotReadyError
from technic_scanner.pipeline.columns import SCHEMA, empty_table
from technic_scanner.runs.model import Appearance, Rows, RunEnd
from technic_scanner.runs.ports import Store
from technic_scanner.testing.stores.samples import add, claimed, other_rows, running, scan_result, succeeded, table

CANCELLED = RunEnd(RunStatus.CANCELLED)


class ResultContract:
    """Results and chunks come back as they went in. Needs the fixtures ``store`` and ``clock``."""

    def test_a_result_comes_back_whole(self, store: Store) -> None:
        config = ScanConfig(sectors=("Energy",))
        run = add(store, config)
        claimed(store)
        result = scan_result(config=config)
        store.finish(run.run_id, "w1", 1, RunEnd(RunStatus.SUCCEEDED), result)

        stored = store.result(run.run_id)

        assert stored.run_id == run.run_id
        assert stored.table.equals(result.table, check_metadata=True)
        assert (stored.config, stored.outcome, stored.status_text) == (config, Outcome.COMPLETE, result.status_text)
        assert stored.failures == result.failures
        assert stored.context == result.context
        assert (stored.as_of, stored.source_label, stored.notes) == (
            date(2010, 8, 20),
            result.source_label,
            result.notes,
        )

    def test_an_empty_result_comes_back_empty(self, store: Store) -> None:
        result = scan_result(outcome=Outcome.EMPTY, table=empty_table(), failures=(), as_of=None, notes=())
        run = succeeded(store, result)
        stored = store.result(run.run_id)
        assert stored.table.equals(empty_table())
        assert (stored.failures, stored.as_of, stored.notes, stored.outcome) == ((), None, (), Outcome.EMPTY)

    def test_there_is_no_result_before_the_end(self, store: Store) -> None:
        run = add(store)
        with pytest.raises(ResultsNotReadyError, match="queued"):
            store.result(run.run_id)
        claimed(store)
        with pytest.raises(ResultsNotReadyError, match="running"):
            store.result(run.run_id)
        store.finish(run.run_id, "w1", 1, CANCELLED, None)
        with pytest.raises(ResultsNotReadyError, match="without results"):
            store.result(run.run_id)

    def test_a_resumed_run_replaces_its_partial_result(self, store: Store) -> None:
        run = running(store)
        partial = scan_result(outcome=Outcome.PARTIAL, table=table((1, "OLD", 50.0, 50.0)))
        store.finish(run.run_id, "w1", 1, CANCELLED, partial)
        assert store.result(run.run_id).outcome is Outcome.PARTIAL

        store.requeue(run.run_id)
        with pytest.raises(ResultsNotReadyError):
            store.result(run.run_id)
        claimed(store)
        store.finish(run.run_id, "w1", 2, RunEnd(RunStatus.SUCCEEDED), scan_result())

        assert store.result(run.run_id).outcome is Outcome.COMPLETE
        assert store.appearances("OLD", 10) == ()
        assert len(store.appearances("XOM", 10)) == 1

    def test_appearances_are_the_picks_of_a_symbol_newest_first(self, store: Store, clock: ManualClock) -> None:
        first = succeeded(store)
        clock.advance(1)
        second = succeeded(store, scan_result(table=table((1, "CVX", 90.0, float("nan"))), as_of=None))

        assert store.appearances("CVX", 10) == (
            Appearance(second.run_id, second.created_at, None, "CVX", 1, "Long", "core", 90.0, None),
            Appearance(first.run_id, first.created_at, date(2010, 8, 20), "CVX", 2, "Long", "core", 70.25, None),
        )
        assert [seen.run_id for seen in store.appearances("CVX", 1)] == [second.run_id]
        assert store.appearances("cvx", 10) == ()

    def test_all_scanned_rows_are_kept_and_only_picks_are_read_unless_all_are_asked_for(self, store: Store) -> None:
        result = scan_result(
            table=table((1, "A", 1.0, 1.0)), others=other_rows((2, "B", 80.0, 51.0), (None, "C", 7.0, None))
        )
        run = succeeded(store, result)

        assert store.result(run.run_id).table["Symbol"].to_pylist() == ["A"]
        everything = store.result(run.run_id, Rows.ALL).table

        assert everything.column_names[: len(SCHEMA.names)] == SCHEMA.names
        assert everything.select(["Symbol", "Rank", "Picked", "TechRating", "AlphaScore"]).to_pylist() == [
            {"Symbol": "A", "Rank": 1, "Picked": True, "TechRating": 1.0, "AlphaScore": 1.0},
            {"Symbol": "B", "Rank": 2, "Picked": False, "TechRating": 80.0, "AlphaScore": 51.0},
            {"Symbol": "C", "Rank": None, "Picked": False, "TechRating": 7.0, "AlphaScore": None},
        ]
        assert everything.equals(result.all_rows())
        assert [len(store.appearances(symbol, 10)) for symbol in "ABC"] == [1, 0, 0]

    def test_chunks_are_kept_by_stage_and_index(self, store: Store) -> None:
        run = running(store)
        journal = store.journal(run.run_id, 1)
        assert journal.fingerprint("data_fetching") is None
        assert journal.chunks("data_fetching") == {}

        journal.start_over("data_fetching", "print-1")
        journal.start_over("symbol_scanning", "print-2")
        journal.record("data_fetching", 5, b"five\0\xff")
        journal.record("data_fetching", 1, b"")
        journal.record("symbol_scanning", 5, b"other")
        journal.record("data_fetching", 5, b"five again")

        assert journal.chunks("data_fetching") == {1: b"", 5: b"five again"}
        assert journal.chunks("symbol_scanning") == {5: b"other"}
        assert journal.fingerprint("data_fetching") == "print-1"

    def test_starting_over_forgets_one_stage(self, store: Store) -> None:
        run = running(store)
        journal = store.journal(run.run_id, 1)
        for stage in ("data_fetching", "symbol_scanning"):
            journal.start_over(stage, "old")
            journal.record(stage, 0, b"x")

        journal.start_over("data_fetching", "new")

        assert journal.chunks("data_fetching") == {}
        assert journal.fingerprint("data_fetching") == "new"
        assert journal.chunks("symbol_scanning") == {0: b"x"}
        assert journal.fingerprint("symbol_scanning") == "old"

    def test_runs_do_not_see_each_others_chunks(self, store: Store) -> None:
        one, two = running(store, "w1"), running(store, "w2")
        store.journal(one.run_id, 1).start_over("data_fetching", "x")
        store.journal(one.run_id, 1).record("data_fetching", 0, b"one")
        assert store.journal(two.run_id, 1).chunks("data_fetching") == {}
        assert store.journal(two.run_id, 1).fingerprint("data_fetching") is None
