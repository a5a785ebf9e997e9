"""A run's moves in the store from queued to its end and back: one part of the store's contract."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import Outcome
from technic_scanner.domain.run import RunError, RunStatus
from technic_scanner.domain.stage import Stage
from technic_scanner.errors import RunNotFoundError, RunStateError
from technic_scanner.runs.model import NewRun, PrunePolicy, RunEnd, RunQuery
from technic_scanner.runs.ports import Store
from technic_scanner.testing.stores.samples import (
    SUCCEEDED,
    add,
    claimed,
    event,
    metrics,
    running,
    scan_result,
    succeeded,
)

NOBODY = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
PAGE = RunQuery()


class RunLifeContract:
    """Runs are queued, claimed, cancelled, ended and deleted. Needs the fixtures ``store`` and ``clock``."""

    def test_a_new_run_waits_with_all_that_was_asked(self, store: Store, clock: ManualClock) -> None:
        config = ScanConfig(sectors=("Energy",), min_price=1 / 3, as_of_date="2010-08-20")  # type: ignore[arg-type]
        options = RunOptions(workers=3, chunk_size=17)

        record = store.add_runs(
            [NewRun(config, options, owner="ann", label="évening “scan”", comparability_key="abc")]
        )[0]

        assert record == store.get_run(record.run_id)
        assert (record.status, record.attempt, record.queue_position) == (RunStatus.QUEUED, 1, 1)
        assert (record.config, record.options) == (config, options)
        assert (record.owner, record.label, record.comparability_key) == ("ann", "évening “scan”", "abc")
        assert record.created_at == clock.now()
        assert record.metrics is None
        assert (record.last_seq, record.time_fraction) == (0, 0.0)

    def test_what_is_expected_of_a_run_is_kept(self, store: Store) -> None:
        work = {("data_fetching", "miss"): 524, ("finalization", "blend"): 0}
        wanted = {"owner": None, "label": None, "idempotency_key": "k", "comparability_key": "abc"}
        run = store.add_runs([NewRun(ScanConfig(), RunOptions(), **wanted, expected_work=work)])[0]  # type: ignore[arg-type]
        assert store.expected_work(run.run_id) == work
        again = store.add_runs([NewRun(ScanConfig(), RunOptions(), **wanted, expected_work={})])[0]  # type: ignore[arg-type]
        assert again.run_id == run.run_id, "it is not part of what was asked"
        assert store.expected_work(run.run_id) == work
        assert store.expected_work(add(store).run_id) is None

    def test_runs_of_sources_that_a_worker_cannot_read_are_left_to_others(
        self, store: Store, clock: ManualClock
    ) -> None:
        first = add(store, ScanConfig(source="files"))
        clock.advance(1.0)
        second = add(store, ScanConfig(source="sample"))
        assert store.queued_sources() == {"files": 1, "sample": 1}
        taken = store.claim("w1", "host-a", "1.2.3", None, lambda source: source != "files")
        assert taken is not None
        assert taken.run_id == second.run_id
        assert store.claim("w1", "host-a", "1.2.3", None, lambda source: source != "files") is None
        assert store.get_run(first.run_id).status is RunStatus.QUEUED
        assert store.queued_sources() == {"files": 1}
        assert claimed(store).run_id == first.run_id
        assert store.queued_sources() == {}

    def test_times_keep_their_microseconds(self, store: Store, clock: ManualClock) -> None:
        clock.advance(0.123457)
        assert add(store).created_at == clock.now()
        assert clock.now().microsecond == 123457

    @pytest.mark.parametrize(
        "call",
        [
            lambda store: store.get_run(NOBODY),
            lambda store: store.expected_work(NOBODY),
            lambda store: store.request_cancel(NOBODY),
            lambda store: store.cancel_queued(NOBODY),
            lambda store: store.requeue(NOBODY),
            lambda store: store.delete_run(NOBODY),
            lambda store: store.set_pinned(NOBODY, True),
            lambda store: store.set_label(NOBODY, "x"),
            lambda store: store.heartbeat(NOBODY, "w1", 1),
            lambda store: store.finish(NOBODY, "w1", 1, SUCCEEDED, None),
            lambda store: store.events(NOBODY, 0, 10),
            lambda store: store.latest_event(NOBODY),
            lambda store: store.append_events(NOBODY, 1, [event(NOBODY, 1)]),
            lambda store: store.thin_events(NOBODY, 10),
            lambda store: store.result(NOBODY),
            lambda store: store.journal(NOBODY, 1).record("fetch", 0, b""),
        ],
    )
    def test_an_unknown_run_is_not_found(self, store: Store, call: Callable[[Store], object]) -> None:
        with pytest.raises(RunNotFoundError, match=NOBODY):
            call(store)

    def test_runs_are_claimed_in_the_order_in_which_they_were_queued(self, store: Store, clock: ManualClock) -> None:
        first, second, third = add(store), add(store), add(store)  # all in one instant
        clock.advance(1)
        fourth = add(store)

        assert [store.get_run(run.run_id).queue_position for run in (first, second, third, fourth)] == [1, 2, 3, 4]
        assert [claimed(store).run_id for _ in range(4)] == [first.run_id, second.run_id, third.run_id, fourth.run_id]
        assert store.claim("w1", "host-a", "1.2.3", None) is None

    def test_a_claim_says_who_runs_it_since_when(self, store: Store, clock: ManualClock) -> None:
        add(store)
        clock.advance(2)
        record = store.claim("w7", "host-b", "9.9", None)

        assert record is not None
        assert (record.status, record.worker_id, record.host, record.version) == (
            RunStatus.RUNNING,
            "w7",
            "host-b",
            "9.9",
        )
        assert record.started_at == record.heartbeat_at == clock.now()
        assert record.queue_position is None

    def test_no_more_runs_than_allowed_are_running(self, store: Store) -> None:
        add(store), add(store), add(store)
        one = store.claim("w1", "h", "1", 2)
        assert one is not None
        assert store.claim("w2", "h", "1", 2) is not None
        assert store.claim("w3", "h", "1", 2) is None

        store.finish(one.run_id, "w1", 1, RunEnd(RunStatus.FAILED), None)
        assert store.claim("w3", "h", "1", 2) is not None
        assert store.claim("w4", "h", "1", 0) is None

    def test_a_heartbeat_is_noted_and_tells_of_a_cancel(self, store: Store, clock: ManualClock) -> None:
        run = running(store)
        clock.advance(1)
        assert store.heartbeat(run.run_id, "w1", 1) is False
        assert store.get_run(run.run_id).heartbeat_at == clock.now()

        assert store.request_cancel(run.run_id).cancel_requested
        assert store.heartbeat(run.run_id, "w1", 1) is True
        assert store.get_run(run.run_id).status is RunStatus.RUNNING

    def test_a_waiting_run_is_cancelled_at_once_and_never_claimed(self, store: Store, clock: ManualClock) -> None:
        run = add(store)
        record = store.request_cancel(run.run_id)

        assert (record.status, record.finished_at) == (RunStatus.CANCELLED, clock.now())
        assert store.claim("w1", "h", "1", None) is None

    def test_only_the_call_that_ends_a_waiting_run_gets_it(self, store: Store, clock: ManualClock) -> None:
        run = add(store)
        record = store.cancel_queued(run.run_id)

        assert record is not None
        assert (record.status, record.finished_at) == (RunStatus.CANCELLED, clock.now())
        assert store.cancel_queued(run.run_id) is None
        assert store.get_run(run.run_id) == record

    def test_a_running_run_is_not_cancelled_as_a_waiting_one(self, store: Store) -> None:
        run = running(store)
        assert store.cancel_queued(run.run_id) is None
        assert store.get_run(run.run_id) == run

    def test_cancelling_an_ended_run_changes_nothing(self, store: Store) -> None:
        before = succeeded(store)
        assert store.request_cancel(before.run_id) == before

    def test_finish_keeps_summary_metrics_and_error(self, store: Store, clock: ManualClock) -> None:
        run = running(store)
        clock.advance(9)
        result = scan_result(outcome=Outcome.PARTIAL, status_text="half of it")
        end = RunEnd(RunStatus.FAILED, RunError("source_error", "the source “went” away"))

        record = store.finish(run.run_id, "w1", 1, end, result)

        assert record == store.get_run(run.run_id)
        assert (record.status, record.outcome, record.status_text) == (RunStatus.FAILED, Outcome.PARTIAL, "half of it")
        assert record.error == end.error
        assert record.metrics == result.metrics
        assert record.finished_at == clock.now()
        assert record.time_fraction == 0.0

    def test_only_success_makes_the_fraction_whole(self, store: Store) -> None:
        assert succeeded(store).time_fraction == 1.0

    def test_a_failure_without_a_result_is_kept_with_its_reason(self, store: Store) -> None:
        run = running(store)
        record = store.finish(run.run_id, "w1", 1, RunEnd(RunStatus.FAILED, RunError("boom", "it broke")), None)
        assert (record.metrics, record.outcome, record.status_text) == (None, None, "it broke")

    def test_finish_can_be_repeated_when_its_answer_was_lost(self, store: Store) -> None:
        run = running(store)
        first = store.finish(run.run_id, "w1", 1, SUCCEEDED, scan_result())
        assert store.finish(run.run_id, "w1", 1, SUCCEEDED, scan_result()) == first

    @pytest.mark.parametrize("status", [RunStatus.QUEUED, RunStatus.RUNNING])
    def test_a_run_cannot_finish_as_something_that_is_no_end(self, store: Store, status: RunStatus) -> None:
        run = running(store)
        with pytest.raises(RunStateError, match=f"cannot become {status.value}"):
            store.finish(run.run_id, "w1", 1, RunEnd(status), None)

    def test_an_end_is_final(self, store: Store) -> None:
        run = succeeded(store)
        with pytest.raises(RunStateError, match="succeeded and cannot become failed"):
            store.finish(run.run_id, "w1", 1, RunEnd(RunStatus.FAILED), None)
        with pytest.raises(RunStateError, match="cannot become queued"):
            store.requeue(run.run_id)

    def test_a_success_leaves_no_chunks_behind(self, store: Store) -> None:
        run = running(store)
        store.journal(run.run_id, 1).start_over("data_fetching", "x")
        store.journal(run.run_id, 1).record("data_fetching", 0, b"big")
        store.finish(run.run_id, "w1", 1, SUCCEEDED, scan_result())
        assert store.journal(run.run_id, 1).chunks("data_fetching") == {}
        assert store.journal(run.run_id, 1).fingerprint("data_fetching") is None

    def test_a_live_run_cannot_be_deleted(self, store: Store) -> None:
        waiting = add(store)
        with pytest.raises(RunStateError, match="queued"):
            store.delete_run(waiting.run_id)
        claimed(store)
        with pytest.raises(RunStateError, match="running"):
            store.delete_run(waiting.run_id)

    def test_pins_and_labels(self, store: Store) -> None:
        run = add(store)
        assert store.set_pinned(run.run_id, True).pinned
        assert not store.set_pinned(run.run_id, False).pinned
        assert store.set_label(run.run_id, "Müll “1” 🎉").label == "Müll “1” 🎉"
        assert store.set_label(run.run_id, None).label is None

    def test_text_that_no_database_holds_is_stored_readably(self, store: Store) -> None:
        run = add(store)
        assert store.set_label(run.run_id, "a\0b\ud800c").label == "a\ufffdb\ufffdc"

    def test_counts_name_every_status(self, store: Store) -> None:
        succeeded(store, owner="ann")
        add(store, owner="ann")
        add(store, owner="bob")
        assert store.count_by_status() == dict.fromkeys(RunStatus, 0) | {RunStatus.SUCCEEDED: 1, RunStatus.QUEUED: 2}
        assert store.count_by_status("bob") == dict.fromkeys(RunStatus, 0) | {RunStatus.QUEUED: 1}

    def test_the_summary_adds_up(self, store: Store) -> None:
        run = succeeded(store, scan_result(metrics=metrics((1 / 3, 2 / 7, 3 / 11, 5 / 13))))
        assert run.metrics is not None
        (sample,) = store.stage_samples(PAGE)
        assert sample.stage_seconds == tuple(zip(Stage, (1 / 3, 2 / 7, 3 / 11, 5 / 13), strict=True))
        assert sum(seconds for _, seconds in sample.stage_seconds) + sample.gap_seconds == pytest.approx(
            sample.total_seconds, rel=1e-12
        )
        assert sample.total_seconds == run.metrics.total_seconds

    @pytest.mark.parametrize("keep_runs", [None, 0])
    def test_a_policy_without_limits_keeps_everything(self, store: Store, keep_runs: int | None) -> None:
        run = succeeded(store)
        report = store.prune(PrunePolicy(keep_runs=keep_runs), dry_run=True)
        assert report.run_ids == (() if keep_runs is None else (run.run_id,))

    def test_the_last_event_and_the_end_are_written_together_or_not_at_all(self, store: Store) -> None:
        run = running(store)
        last = event(run.run_id, 1)
        with pytest.raises(RunStateError):
            store.finish(
                run.run_id, "somebody else", 1, RunEnd(RunStatus.SUCCEEDED, last_events=(last,)), scan_result()
            )
        assert store.latest_event(run.run_id) is None
        ended = store.finish(run.run_id, "w1", 1, RunEnd(RunStatus.SUCCEEDED, last_events=(last,)), scan_result())
        assert store.latest_event(run.run_id) == last
        assert ended.last_seq == 1
        again = store.finish(run.run_id, "w1", 1, RunEnd(RunStatus.SUCCEEDED, last_events=(last,)), scan_result())
        assert again == ended
