"""Execute one attempt of one run, from the claim until its end is stored."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from technic_scanner.clock import Clock
from technic_scanner.domain.run import SCAN, RunError, RunRecord, RunStatus
from technic_scanner.errors import RunStateError, StoreDataError, StoreError, StoreFullError, StoreUnavailableError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.columns import empty_table
from technic_scanner.pipeline.engine import ScanFailed
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.runs.model import RunEnd
from technic_scanner.runs.ports import Store
from technic_scanner.runs.scan_task import Scanner, ScanTask
from technic_scanner.runs.stale_runs import KEPT_EVENTS, thin
from technic_scanner.runs.timings.baseline import Baseline, measured_against
from technic_scanner.runs.timings.estimates import queue_seconds, work_left
from technic_scanner.runs.timings.recent_baselines import RecentBaselines
from technic_scanner.runs.timings.recent_costs import RecentCosts
from technic_scanner.runs.worker.heartbeat import Heartbeat, fault_of, said_plainly
from technic_scanner.runs.worker.recorder import Recorder
from technic_scanner.runs.worker.recovery import Patience, PatientChunkJournal, earlier_attempts, retry_delay
from technic_scanner.screening.indicators import are_loaded

_log = logging.getLogger(__name__)

SHUTDOWN_REASON = "the worker is shutting down"
_SHUTDOWN_PATIENCE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """What all attempts of a worker use.

    ``patience_seconds``: how long to retry while the store is away or full. ``tell`` is called with the record of a run
    whose end has been stored.
    """

    store: Store
    scan: Scanner
    clock: Clock
    worker_id: str
    patience_seconds: float
    tell: Callable[[RunRecord], None]
    costs: RecentCosts
    baselines: RecentBaselines


class Execution:
    """One attempt. ``beaten`` is called after each heartbeat.

    Raises CancelledError if the worker is stopped while it waits for the store to return the state of the run.
    """

    def __init__(self, context: WorkerContext, run: RunRecord, cancel: CancelToken, beaten: Callable[[], None]) -> None:
        self._context = context
        self._run = run
        self._cancel = cancel
        self._patience = Patience(context.clock, context.patience_seconds)
        self._earlier = self._patience.call(lambda: earlier_attempts(context.store, run), cancel.check)
        self._recorder = Recorder(context.store, run.run_id, run.attempt, self._earlier.next_seq, context.clock)
        self._heartbeat = Heartbeat(
            context.store, run, self._recorder, cancel, worker_id=context.worker_id, clock=context.clock, beaten=beaten
        )

    def go(self) -> None:
        """Scan and store the end. Raises RunStateError, without storing it, if another worker has the attempt."""
        with self._heartbeat:
            end, result = self._ended()
            record = self._conclude(end, result)
        if record.last_seq > KEPT_EVENTS:
            thin(self._context.store, self._run.run_id)
        self._context.tell(record)

    def _ended(self) -> tuple[RunEnd, ScanResult | None]:
        """Scan; return how the scan ended, and its result to store."""
        status, error, result = self._scanned()
        if result is not None:
            result = replace(result, metrics=replace(result.metrics, queue_seconds=queue_seconds(self._run)))
        if self._heartbeat.fault is not None:
            status, error = RunStatus.FAILED, self._heartbeat.fault
        return RunEnd(status, error), result

    def _scanned(self) -> tuple[RunStatus, RunError | None, ScanResult | None]:
        if self._run.request_fault is not None:
            return RunStatus.FAILED, _unknown_request(self._run.request_fault), None
        try:
            task = self._task()
            baseline = self._patience.call(self._baseline, task.cancel.check)
            result = self._context.scan(task)
        except ScanFailed as failed:
            # The message of an expected error is sufficient; an unexpected one needs its traceback.
            fault = failed if failed.error.code == "internal_error" else None
            _log.warning("run %s failed: %s", self._run.run_id, failed, exc_info=fault)
            return RunStatus.FAILED, said_plainly(failed.error), failed.result
        except Exception as error:  # noqa: BLE001 - after any error the run must not stay RUNNING
            _log.exception("run %s failed outside its stages", self._run.run_id)
            return RunStatus.FAILED, fault_of(error), None
        if not result.cancelled:
            metrics = measured_against(result.metrics, baseline)
            return RunStatus.SUCCEEDED, None, replace(result, metrics=metrics)
        shut_down = self._cancel.reason == SHUTDOWN_REASON
        return RunStatus.INTERRUPTED if shut_down else RunStatus.CANCELLED, None, result

    def _baseline(self) -> Baseline | None:
        """Return the run that this one is compared with; parameter studies do other work than scans."""
        return None if self._run.kind != SCAN else self._context.baselines.of(self._run.config, self._run.options)

    def _task(self) -> ScanTask:
        store, costs, run = self._context.store, self._context.costs, self._run
        is_new = run.attempt == 1 and run.last_seq == 0
        work = self._patience.call(lambda: store.expected_work(run.run_id), self._cancel.check)
        return ScanTask(
            run=run,
            journal=PatientChunkJournal(
                store.journal(run.run_id, run.attempt), self._patience, self._cancel, is_new=is_new
            ),
            listener=self._recorder,
            cancel=self._cancel,
            first_seq=self._earlier.next_seq,
            earlier_seconds=self._earlier.attempt_seconds,
            costs=self._patience.call(
                lambda: costs.history(run.config, run.options, warm=are_loaded()), self._cancel.check
            ),
            previous_event=self._earlier.event,
            work=work_left(work or {}, self._earlier.event),
        )

    def _conclude(self, end: RunEnd, result: ScanResult | None) -> RunRecord:
        """Store the last events and the end, with retries until the patience is used up; return the ended run."""
        started = self._context.clock.monotonic()
        failures = 0
        # Only now: after a try whose answer was lost, the run has ended, which a heartbeat takes for a loss.
        self._raise_if_lost()
        while True:
            try:
                return self._heartbeat.settle(partial(self._write, end, result))
            except StoreFullError as error:
                end, result = replace(end, status=RunStatus.FAILED, error=fault_of(error)), _bare(result)
                failure: StoreError = error
            except StoreUnavailableError as error:
                failure = error
            failures += 1
            delay = retry_delay(failures)
            if self._context.clock.monotonic() + delay - started > self._patience_left():
                raise failure
            self._context.clock.sleep(delay)

    def _write(self, end: RunEnd, result: ScanResult | None) -> RunRecord:
        run = self._run
        end = replace(end, last_events=self._recorder.rest())
        record = self._context.store.finish(run.run_id, self._context.worker_id, run.attempt, end, result)
        _log.info("run %s attempt %d %s", run.run_id, run.attempt, end.status.value)
        return record

    def _raise_if_lost(self) -> None:
        if self._heartbeat.lost:
            raise RunStateError(f"attempt {self._run.attempt} of run {self._run.run_id} has another worker now")

    def _patience_left(self) -> float:
        shutting_down = self._cancel.reason == SHUTDOWN_REASON
        return _SHUTDOWN_PATIENCE_SECONDS if shutting_down else self._context.patience_seconds


def _unknown_request(fault: str) -> RunError:
    """Return why a run was not scanned: with other values than were asked for its picks would be wrong."""
    text = f"The run was not scanned: {fault}. Resume it with the version of technic-scanner that queued it."
    return RunError(StoreDataError.code, text)


def _bare(result: ScanResult | None) -> ScanResult | None:
    """Return the result without its table, which is small enough for a store that is almost full."""
    return (
        None if result is None else replace(result, table=empty_table(), others=empty_table(), failures=(), study=None)
    )
