"""Claim queued runs and execute them one at a time, until the queue is empty or indefinitely."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from structlog.contextvars import bound_contextvars

from technic_scanner.clock import Clock
from technic_scanner.domain.run import STALE_AFTER_SECONDS, RunRecord
from technic_scanner.errors import CancelledError, NotFoundError, RunStateError, StoreError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.runs.model import WorkerInfo
from technic_scanner.runs.ports import Store
from technic_scanner.runs.scan_task import Scanner
from technic_scanner.runs.stale_runs import StaleSweep
from technic_scanner.runs.timings.recent_baselines import RecentBaselines
from technic_scanner.runs.timings.recent_costs import RecentCosts
from technic_scanner.runs.worker.execution import SHUTDOWN_REASON, Execution, WorkerContext
from technic_scanner.runs.worker.idle import Idle, Leaving, Waiting
from technic_scanner.runs.worker.recovery import Patience

_log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
STAMP_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class WorkerIdentity:
    """The identity of a worker: its id, its host and process, and its engine version."""

    worker_id: str
    host: str
    pid: int
    version: str


@dataclass(frozen=True, slots=True)
class WorkerRules:
    """How a worker behaves.

    ``max_running`` is the maximum number of RUNNING runs over all workers (None: no limit). ``forever`` waits at an
    empty queue instead of exiting. ``stale_after_seconds`` is the heartbeat age from which a run is INTERRUPTED.
    ``patience_seconds`` is how long to retry while the store is away or full.
    """

    max_running: int | None = None
    forever: bool = False
    stale_after_seconds: float = STALE_AFTER_SECONDS
    patience_seconds: float = 600.0


class _StoppedWaitingError(Exception):
    """Ends a wait for the store when the worker is stopped."""


class Worker:
    """Executes one run after another; ``tell`` is called with the record of each run whose end it has stored.

    ``idle`` decides what happens at an empty queue, instead of the rules' ``forever``.
    ``fire_due`` queues the runs of schedules that are due; it is called when no run is queued, and never raises.
    ``can_read`` says of a source's name whether this host can read it; runs of others are left to other hosts.
    ``arrived`` is called once the worker's row is written, by which others count it from then on.
    """

    def __init__(
        self,
        store: Store,
        scan: Scanner,
        clock: Clock,
        identity: WorkerIdentity,
        rules: WorkerRules | None = None,
        *,
        tell: Callable[[RunRecord], None] = lambda _: None,
        idle: Idle | None = None,
        fire_due: Callable[[], None] = lambda: None,
        can_read: Callable[[str], bool] = lambda _source: True,
        arrived: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._arrived = arrived
        self._fire_due = fire_due
        self._can_read = can_read
        self._clock = clock
        self._me = identity
        self._rules = rules or WorkerRules()
        self._idle = idle or (Waiting(clock.sleep) if self._rules.forever else Leaving())
        read = RecentCosts(store, clock), RecentBaselines(store, clock)
        patience = self._rules.patience_seconds
        self._context = WorkerContext(store, scan, clock, identity.worker_id, patience, tell, *read)
        self._patience = Patience(clock, patience)
        self._sweep = StaleSweep(store, clock, self._rules.stale_after_seconds, tell)
        self._presence = _Presence(store, clock, identity)
        self._stopping = False
        self._cancel: CancelToken | None = None

    def run(self) -> int:
        """Work until the queue is empty, or until ``stop``; return the number of executed attempts.

        Raises StoreError if the store is unavailable for longer than ``patience_seconds``.
        """
        executed = 0
        try:
            while not self._stopping and (run := self._awaited()) is not None:
                self._execute(run)
                executed += 1
                if self._idle.retires():
                    break
        except _StoppedWaitingError:
            _log.info("worker %s was stopped while the store was away", self._me.worker_id)
        finally:
            self._presence.leave()
        return executed

    def stop(self) -> None:
        """Stop soon; safe in a signal handler. The current run is INTERRUPTED and can be resumed at once."""
        self._stopping = True
        cancel = self._cancel
        if cancel is not None:
            # In a thread, because the interrupted code may hold the lock that setting the token needs.
            threading.Thread(target=cancel.cancel, args=(SHUTDOWN_REASON,), daemon=True).start()

    def _check_stopping(self) -> None:
        if self._stopping:
            raise _StoppedWaitingError

    def _awaited(self) -> RunRecord | None:
        """Return the next run, waiting for it as long as this worker stays; None when it is to end."""
        idle_since = self._clock.monotonic()
        while not self._stopping:
            run = self._patience.call(self._next_run, self._check_stopping)
            if run is not None:
                return run
            if not self._idle.stays(self._clock.monotonic() - idle_since):
                return self._last_look()
            self._idle.wait(POLL_SECONDS)
        return None

    def _next_run(self) -> RunRecord | None:
        if self._presence.appear():
            self._arrived()
        # Otherwise the run of a terminated worker would count as running indefinitely and block the queue.
        self._sweep.sweep()
        run = self._claim()
        if run is not None:
            self._presence.took(run.run_id)
        else:
            self._presence.stamp(None)
            self._fire_due()  # not before: it may have to ask a source, and a queued run should not wait for that
        return run

    def _last_look(self) -> RunRecord | None:
        """Remove the worker's row, then check the queue once more.

        A client that queued a run while this worker was still listed as idle relies on it and launches no other.
        """
        self._presence.leave()
        run = self._patience.call(self._claim, self._check_stopping)
        if run is not None:
            self._presence.come_back(run.run_id)
        return run

    def _claim(self) -> RunRecord | None:
        me = self._me
        return self._store.claim(me.worker_id, me.host, me.version, self._rules.max_running, self._can_read)

    def _execute(self, run: RunRecord) -> None:
        """Execute one attempt; log records contain its run meanwhile."""
        with bound_contextvars(run_id=run.run_id, attempt=run.attempt):
            self._attempt(run)

    def _attempt(self, run: RunRecord) -> None:
        _log.info("run %s attempt %d begins", run.run_id, run.attempt)
        cancel = CancelToken()
        self._cancel = cancel
        if self._stopping:
            cancel.cancel(SHUTDOWN_REASON)
        try:
            Execution(self._context, run, cancel, lambda: self._presence.stamp(run.run_id)).go()
        except (RunStateError, NotFoundError, CancelledError) as error:
            _log.warning("run %s attempt %d is left alone: %s", run.run_id, run.attempt, error)
        finally:
            self._cancel = None


class _Presence:
    """The worker's row in the store, refreshed every two seconds and when its current run changes."""

    def __init__(self, store: Store, clock: Clock, identity: WorkerIdentity) -> None:
        self._store = store
        self._clock = clock
        self._me = identity
        self._started_at: datetime = clock.now()
        self._shown: str | None = None
        self._next_at = float("-inf")

    @property
    def _is_written(self) -> bool:
        return self._next_at != float("-inf")

    def appear(self) -> bool:
        """Write the row if there is none, so that a claim names its run in it; return whether. Raises StoreError."""
        if self._is_written:
            return False
        self.stamp(None)
        return True

    def took(self, run_id: str) -> None:
        """Note that a claim has written this run into the row."""
        if self._is_written:
            self._shown, self._next_at = run_id, self._clock.monotonic() + STAMP_SECONDS

    def stamp(self, run_id: str | None) -> None:
        """Refresh the row if it is due. Raises StoreError."""
        now = self._clock.monotonic()
        if run_id == self._shown and now < self._next_at:
            return
        me = self._me
        self._store.stamp_worker(WorkerInfo(me.worker_id, me.host, me.pid, self._started_at, self._clock.now(), run_id))
        self._shown, self._next_at = run_id, now + STAMP_SECONDS

    def come_back(self, run_id: str) -> None:
        """Write the row anew for a run; if the store is unavailable, the first heartbeat does."""
        try:
            self.stamp(run_id)
        except StoreError as error:
            _log.warning("worker %s is not listed yet: %s", self._me.worker_id, error)

    def leave(self) -> None:
        """Remove the row; if the store is unavailable, the row remains until its heartbeat is too old."""
        self._next_at = float("-inf")
        try:
            self._store.remove_worker(self._me.worker_id)
        except StoreError as error:
            _log.warning("worker %s stays listed: %s", self._me.worker_id, error)
