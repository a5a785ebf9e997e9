"""The worker over a store that fails on request: queue, ends, fencing, faults. Scans are small functions."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import Outcome
from technic_scanner.domain.progress import EventKind
from technic_scanner.domain.run import STALE_AFTER_SECONDS, RunError, RunRecord, RunStatus
from technic_scanner.errors import (
    ResultsNotReadyError,
    SourceError,
    StoreError,
    StoreFullError,
    StoreUnavailableError,
)
from technic_scanner.pipeline.engine import ScanFailed
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.runs.model import NewRun
from technic_scanner.runs.scan_task import ScanTask
from tests.support.runs.make import event, metrics, scan_result
from tests.support.runs.worker_bench import Bench, bench, report, succeed, until_cancelled

__all__ = ["bench"]

AWAY = StoreUnavailableError("locked")


def test_the_queue_is_drained_in_order_and_then_the_worker_leaves(bench: Bench) -> None:
    bench.queue(3)
    assert bench.worker().run() == 3
    assert [task.run.run_id for task in bench.tasks] == ["run-0001", "run-0002", "run-0003"]
    assert {run.status for run in bench.store.runs.values()} == {RunStatus.SUCCEEDED}
    assert bench.workers() == ()


def test_the_metrics_hold_how_long_the_first_attempt_waited(bench: Bench) -> None:
    bench.queue(2)

    def scan(task: ScanTask) -> ScanResult:
        bench.clock.advance(7.0)
        return succeed(task)

    assert bench.worker(scan).run() == 2
    waits = [run.metrics.queue_seconds for run in (bench.run(1), bench.run(2)) if run.metrics is not None]
    assert waits == [0.0, 7.0]


def test_an_empty_queue_is_left_at_once(bench: Bench) -> None:
    assert bench.worker().run() == 0
    assert bench.clock.monotonic() == 0.0


def test_schedules_are_fired_at_an_empty_queue_and_their_runs_executed(bench: Bench) -> None:
    scanned_before: list[int] = []

    def fire() -> None:
        scanned_before.append(len(bench.tasks))
        if len(scanned_before) == 1:
            bench.queue()

    bench.fire_due = fire
    bench.queue(2)
    assert bench.worker().run() == 3
    assert scanned_before == [2, 3], "what is queued does not wait for schedules"


def test_a_worker_has_arrived_once_when_its_row_is_written_and_nothing_is_claimed(bench: Bench) -> None:
    found = list[tuple[int, RunStatus]]()
    bench.arrived = lambda: found.append((len(bench.workers()), bench.run().status))
    bench.queue(3)
    assert bench.worker().run() == 3
    assert found == [(1, RunStatus.QUEUED)]


def test_a_run_queued_while_the_worker_says_goodbye_is_not_left_behind(bench: Bench) -> None:
    goodbye = bench.store.remove_worker

    def queue_at_the_last_moment(worker_id: str) -> None:
        # Until its row has gone a launcher takes the worker for idle and starts no other.
        if not bench.store.runs:
            bench.queue()
        goodbye(worker_id)

    bench.store.remove_worker = queue_at_the_last_moment  # type: ignore[method-assign]
    assert bench.worker().run() == 1
    assert bench.run().status is RunStatus.SUCCEEDED
    assert bench.workers() == ()


def test_a_finished_run_has_its_events_result_and_key(bench: Bench) -> None:
    bench.queue()
    bench.worker().run()
    run = bench.run()
    assert bench.kinds() == [EventKind.RUN_STARTED, EventKind.RUN_FINISHED]
    assert bench.store.result(run.run_id).table.num_rows == 2
    assert run.metrics == metrics(queue_seconds=0.0)
    assert (run.version, run.host, run.worker_id) == ("1.2.3", "host", "w1")
    assert (run.comparability_key or "").endswith("-n64-cold-1.2.3")
    assert run.error is None


@pytest.mark.slow
def test_two_workers_never_run_the_same_attempt(bench: Bench) -> None:
    bench.queue(50)
    workers = [bench.worker(worker_id=f"w{number}") for number in range(8)]
    threads = [threading.Thread(target=worker.run) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(task.run.run_id for task in bench.tasks) == sorted(bench.store.runs)
    assert {run.attempt for run in bench.store.runs.values()} == {1}


def test_no_more_runs_than_allowed_run_at_once(bench: Bench) -> None:
    bench.queue(2)
    bench.store.claim("someone", "host", "1", None)
    assert bench.worker(max_running=1).run() == 0
    assert bench.run(2).status is RunStatus.QUEUED


def test_a_dead_workers_run_does_not_hold_up_the_queue(bench: Bench) -> None:
    bench.queue(2)
    bench.store.claim("dead", "host", "1", None)
    bench.clock.advance(STALE_AFTER_SECONDS + 1)
    assert bench.worker(max_running=1).run() == 1
    assert [bench.run(1).status, bench.run(2).status] == [RunStatus.INTERRUPTED, RunStatus.SUCCEEDED]


def test_a_worker_for_ever_waits_for_more(bench: Bench) -> None:
    worker = bench.worker(forever=True)

    def slept() -> None:
        if bench.clock.monotonic() == pytest.approx(3.0):
            bench.queue()
        if bench.clock.monotonic() > 6.0:
            worker.stop()

    bench.clock.slept = slept
    assert worker.run() == 1
    assert bench.run().status is RunStatus.SUCCEEDED


def test_the_workers_row_shows_what_it_does(bench: Bench) -> None:
    bench.queue()
    seen = []

    def scan(task: ScanTask) -> ScanResult:
        bench.clock.advance(3)
        while not (rows := bench.workers()) or rows[0].run_id is None:
            task.cancel.wait(0.01)
        seen.extend(rows)
        return succeed(task)

    bench.worker(scan).run()
    assert [(row.worker_id, row.pid, row.run_id) for row in seen] == [("w1", 42, "run-0001")]


def test_a_cancelled_run_keeps_its_part(bench: Bench) -> None:
    bench.queue()

    def scan(task: ScanTask) -> ScanResult:
        bench.store.request_cancel(task.run.run_id)
        return until_cancelled(task, bench.clock)

    bench.worker(scan).run()
    assert bench.run().status is RunStatus.CANCELLED
    assert bench.run().metrics is not None
    assert bench.store.result("run-0001").outcome is Outcome.PARTIAL
    assert bench.kinds()[-1] is EventKind.RUN_FINISHED


@pytest.mark.parametrize(("code", "traced"), [("internal_error", True), ("source_error", False)])
def test_the_log_has_the_trace_of_a_fault_of_ours_alone(
    bench: Bench, caplog: pytest.LogCaptureFixture, code: str, traced: bool
) -> None:
    def scan(task: ScanTask) -> ScanResult:
        raise ScanFailed(RunError(code, "division by zero"), scan_result()) from ZeroDivisionError()

    bench.queue()
    bench.worker(scan).run()
    assert "failed: division by zero" in caplog.text
    assert ("ZeroDivisionError" in caplog.text) is traced


def test_a_failed_run_keeps_its_error_and_metrics(bench: Bench) -> None:
    bench.queue(2)

    def scan(task: ScanTask) -> ScanResult:
        if task.run.run_id == "run-0002":
            return succeed(task)
        raise ScanFailed(RunError("source_error", "the source is down"), scan_result(outcome=Outcome.PARTIAL))

    assert bench.worker(scan).run() == 2
    assert bench.run().status is RunStatus.FAILED
    assert bench.run().error == RunError("source_error", "the source is down")
    assert bench.run().metrics is not None
    assert bench.run(2).status is RunStatus.SUCCEEDED


@pytest.mark.parametrize(
    ("error", "code"), [(SourceError("gone"), "source_error"), (ZeroDivisionError("oops"), "internal_error")]
)
def test_an_error_outside_the_stages_fails_the_run_too(bench: Bench, error: Exception, code: str) -> None:
    bench.queue()

    def scan(task: ScanTask) -> ScanResult:
        raise error

    bench.worker(scan).run()
    assert bench.run().status is RunStatus.FAILED
    assert bench.run().error == RunError(code, str(error))


def test_a_stopped_worker_leaves_a_run_that_can_be_resumed(bench: Bench) -> None:
    bench.queue(2)

    def scan(task: ScanTask) -> ScanResult:
        worker.stop()
        return until_cancelled(task)

    worker = bench.worker(scan)
    assert worker.run() == 1
    assert bench.run(1).status is RunStatus.INTERRUPTED
    assert bench.run(1).metrics is not None
    assert bench.run(2).status is RunStatus.QUEUED
    bench.store.requeue("run-0001")
    assert bench.worker().run() == 2
    assert bench.run(1).status is RunStatus.SUCCEEDED


def test_a_resumed_run_goes_on_where_it_stood(bench: Bench) -> None:
    bench.queue()

    def die(task: ScanTask) -> ScanResult:
        task.journal.start_over("symbol_scanning", "f")
        task.journal.record("symbol_scanning", 0, b"chunk")
        report(task, 1, EventKind.RUN_STARTED, elapsed_seconds=0.0)
        report(task, 2, EventKind.MESSAGE, elapsed_seconds=7.5)
        raise ScanFailed(RunError("x", "x"), scan_result())

    def go_on(task: ScanTask) -> ScanResult:
        assert task.journal.chunks("symbol_scanning") == {0: b"chunk"}
        return succeed(task)

    bench.worker(die).run()
    bench.store.requeue("run-0001")
    bench.worker(go_on, "w2").run()
    again = bench.tasks[1]
    assert (again.run.attempt, again.first_seq, again.earlier_seconds) == (2, 3, (7.5,))
    assert again.previous_event is not None
    assert again.previous_event.seq == 2
    assert [item.seq for item in bench.store.all_events("run-0001")] == [1, 2, 3, 4]


def test_costs_of_past_runs_come_along(bench: Bench) -> None:
    bench.queue(2)
    bench.worker().run()
    assert bench.tasks[0].costs.runs == ()
    assert bench.tasks[1].costs.runs == (metrics().unit_costs,)


def test_what_is_expected_of_a_run_comes_along(bench: Bench) -> None:
    work = {("symbol_scanning", "symbol"): 7}
    bench.store.add_runs([NewRun(ScanConfig(), RunOptions(), comparability_key="k", expected_work=work)])
    bench.queue()
    bench.worker().run()
    assert [task.work for task in bench.tasks] == [work, {}]


def test_a_run_that_was_handed_over_is_not_written_to(bench: Bench) -> None:
    bench.queue()

    def frozen(task: ScanTask) -> ScanResult:
        report(task, 1, EventKind.RUN_STARTED)
        bench.store.fail("heartbeat", AWAY, times=10_000)  # from a frozen process none comes
        while not bench.store.interrupt_stale(timedelta(seconds=10)):
            bench.clock.advance(60)
        bench.store.requeue("run-0001")
        bench.store.claim("w2", "other-host", "1", None)
        bench.store.mend()
        return succeed(task)

    assert bench.worker(frozen).run() == 1
    run = bench.run()
    assert (run.status, run.worker_id, run.attempt) == (RunStatus.RUNNING, "w2", 2)
    with pytest.raises(ResultsNotReadyError):
        bench.store.result("run-0001")


def test_a_deleted_run_does_not_stop_the_worker(bench: Bench) -> None:
    bench.queue(2)

    def scan(task: ScanTask) -> ScanResult:
        if task.run.run_id == "run-0001":
            bench.store.lose("run-0001")
        return succeed(task)

    assert bench.worker(scan).run() == 2
    assert bench.run(2).status is RunStatus.SUCCEEDED


@pytest.mark.slow
@pytest.mark.parametrize("method", ["claim", "latest_event", "cost_runs", "append_events", "finish", "stamp_worker"])
def test_a_store_locked_for_a_while_is_outlasted_everywhere(bench: Bench, method: str) -> None:
    bench.queue()
    bench.store.fail(method, AWAY, times=15)
    assert bench.worker().run() == 1
    assert bench.run().status is RunStatus.SUCCEEDED
    assert bench.kinds() == [EventKind.RUN_STARTED, EventKind.RUN_FINISHED]


def test_a_store_that_stays_away_ends_the_worker(bench: Bench) -> None:
    bench.store.down = AWAY
    with pytest.raises(StoreUnavailableError):
        bench.worker(patience_seconds=30.0).run()
    assert 29.0 <= bench.clock.monotonic() <= 31.0


def test_a_worker_that_is_stopped_while_the_store_is_away_leaves(bench: Bench) -> None:
    bench.store.down = AWAY
    worker = bench.worker()

    def slept() -> None:
        if bench.clock.monotonic() > 5.0:
            worker.stop()

    bench.clock.slept = slept
    assert worker.run() == 0
    assert bench.clock.monotonic() < 6.0


def test_a_store_that_is_full_at_the_end_fails_the_run_as_soon_as_it_can(bench: Bench) -> None:
    bench.queue()
    bench.store.fail("finish", StoreFullError("disk full"), times=3)
    bench.worker().run()
    run = bench.run()
    assert run.status is RunStatus.FAILED
    assert run.error is not None
    assert run.error.code == "store_full"
    assert "no space left" in run.error.message
    assert run.metrics is not None  # the small part is kept
    assert bench.store.result("run-0001").table.num_rows == 0


def test_a_store_that_is_full_while_journalling_fails_the_run(bench: Bench) -> None:
    bench.queue()

    def scan(task: ScanTask) -> ScanResult:
        bench.store.fail("append_events", StoreFullError("disk full"), times=2)
        return until_cancelled(task)

    bench.worker(scan).run()
    run = bench.run()
    assert run.status is RunStatus.FAILED
    assert run.error is not None
    assert run.error.code == "store_full"
    assert bench.kinds() == [EventKind.RUN_STARTED, EventKind.RUN_FINISHED]


def test_a_store_that_stays_full_is_given_up_in_the_end(bench: Bench) -> None:
    bench.queue()
    bench.store.fail("finish", StoreFullError("disk full"), times=10_000)
    with pytest.raises(StoreFullError):
        bench.worker(patience_seconds=60.0).run()
    assert bench.run().status is RunStatus.RUNNING  # and INTERRUPTED once its heartbeat is old


@pytest.mark.slow
def test_events_are_thinned_after_the_end(bench: Bench) -> None:
    bench.queue()

    def scan(task: ScanTask) -> ScanResult:
        stored = [event(seq, overall_fraction=seq / 2000) for seq in range(1, 1001)]
        bench.store.append_events("run-0001", 1, stored)
        return scan_result()

    bench.worker(scan).run()
    assert 0 < len(bench.store.all_events("run-0001")) <= 200


def test_an_end_whose_answer_was_lost_is_told_all_the_same(bench: Bench) -> None:
    bench.queue()
    finish, beats = bench.store.finish, threading.Event()

    def lose_the_answer(*args: object) -> RunRecord:
        bench.store.finish = finish  # type: ignore[method-assign]
        finish(*args)
        heartbeat = bench.store.heartbeat

        def beat(*of: object) -> bool:
            beats.set()
            return bool(heartbeat(*of))

        bench.store.heartbeat = beat  # type: ignore[method-assign]
        bench.clock.advance(1.0)
        raise StoreUnavailableError("the answer was lost")

    bench.store.finish = lose_the_answer  # type: ignore[method-assign]
    bench.clock.slept = lambda: beats.wait(60) and None
    bench.worker().run()
    assert beats.is_set(), "a heartbeat came between the two tries"
    assert [record.status for record in bench.told] == [RunStatus.SUCCEEDED]
    assert bench.kinds() == [EventKind.RUN_STARTED, EventKind.RUN_FINISHED]


def test_a_run_taken_in_the_last_look_is_named_in_the_workers_row_at_once(bench: Bench) -> None:
    goodbye, listed = bench.store.remove_worker, list[str | None]()

    def queue_at_the_last_moment(worker_id: str) -> None:
        goodbye(worker_id)
        if not bench.store.runs:
            bench.queue()

    def scan(task: ScanTask) -> ScanResult:
        listed.extend(worker.run_id for worker in bench.workers())
        return succeed(task)

    bench.store.remove_worker = queue_at_the_last_moment  # type: ignore[method-assign]
    bench.worker(scan).run()
    assert listed == ["run-0001"]


def test_few_events_are_not_thinned(bench: Bench) -> None:
    bench.queue()
    bench.worker().run()
    assert "thin_events" not in bench.store.calls


def test_each_end_is_told_once_after_it_was_written(bench: Bench) -> None:
    bench.queue(2)
    dead = bench.store.claim("dead", "host", "1", None)
    assert dead is not None
    bench.clock.advance(60)
    written: list[bool] = []

    def note(record: RunRecord) -> None:
        written.append(bench.store.runs[record.run_id] == record)
        bench.told.append(record)

    bench.tell = note
    worker = bench.worker()
    bench.store.fail("finish", StoreUnavailableError("locked"))  # it is written at the second attempt
    worker.run()
    assert [(record.run_id, record.status) for record in bench.told] == [
        ("run-0001", RunStatus.INTERRUPTED),
        ("run-0002", RunStatus.SUCCEEDED),
    ]
    assert written == [True, True]


def test_an_end_that_was_not_ours_to_write_is_not_told(bench: Bench) -> None:
    bench.queue()

    def hand_over(task: ScanTask) -> ScanResult:
        bench.store.change("run-0001", worker_id="other")
        return scan_result()

    bench.worker(hand_over).run()
    assert bench.told == []


@pytest.mark.slow
def test_events_that_could_not_be_thinned_do_no_harm(bench: Bench) -> None:
    bench.queue(2)
    bench.store.fail("thin_events", StoreError("no"))
    assert bench.worker().run() == 2
    assert bench.run(1).status is RunStatus.SUCCEEDED


def test_a_worker_whose_row_cannot_be_removed_leaves_anyway(bench: Bench) -> None:
    bench.store.fail("remove_worker", AWAY)
    assert bench.worker().run() == 0


def test_a_request_to_stop_before_the_scan_began_is_obeyed(bench: Bench) -> None:
    bench.queue()
    claimed = bench.store.claim

    def claim_and_ask(*args: object) -> RunRecord | None:
        run = claimed(*args)  # type: ignore[arg-type]
        if run is not None:
            bench.store.request_cancel(run.run_id)
        return run

    bench.store.claim = claim_and_ask  # type: ignore[method-assign]
    bench.worker(lambda task: until_cancelled(task, bench.clock)).run()
    assert bench.run().status is RunStatus.CANCELLED
