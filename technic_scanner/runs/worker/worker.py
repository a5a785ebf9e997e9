"""The worker: claims queued runs and executes one at a time until the queue is empty, or for ever."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from structlog.contextvars import bound_contextvars

from technic_scanner.clock import Clock
from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import CancelledError, NotFoundError, RunStateError, StoreError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.runs.model import WorkerInfo
from technic_scanner.runs.ports import Scanner, Store
from technic_scanner.runs.stale_runs import give_up_stale
from technic_scanner.runs.worker.execution import SHUTDOWN_REASON, Execution, WorkerContext
from technic_scanner.runs.worker.recovery import Patience

_log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
STAMP_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class WorkerIdentity:
    """Who a worker is: an id of its own, its host and process, the engine version that it runs."""

    worker_id: str
    host: str
    pid: int
    version: str


@dataclass(frozen=True, slots=True)
class WorkerRules:
    """How a worker behaves.

    ``max_running`` is how many runs may be RUNNING at once over all workers (None: no limit). ``forever`` polls an
    empty queue instead of leaving. ``stale_after_seconds`` is the age of a heartbeat at which a run is INTERRUPTED.
    ``patience_seconds`` is how long to go on with a store that is away or full.
    """

    max_running: int | None = None
    forever: bool = False
    stale_after_seconds: float = 10.0
    patience_seconds: float = 600.0


class _StoppedWaitingError(Exception):
    """Ends a wait for the store when the worker was told to stop."""


class Worker:
    """Executes one run after the other; ``tell`` takes the record of every run whose end it has written."""

    def __init__(
        self,
        store: Store,
        scan: Scanner,
        clock: Clock,
        identity: WorkerIdentity,
        rules: WorkerRules | None = None,
        *,
        tell: Callable[[RunRecord], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._me = identity
        self._rules = rules or WorkerRules()
        self._context = WorkerContext(store, scan, clock, identity.worker_id, self._rules.patience_seconds, tell)
        self._patience = Patience(clock, self._rules.patience_seconds)
        self._presence = _Presence(store, clock, identity)
        self._stopping = False
        self._cancel: CancelToken | None = None

    def run(self) -> int:
        """Work until the queue is empty, or until ``stop``; return how many attempts were executed.

        Raises StoreError if the store stays away for longer than the worker's patience.
        """
        executed = 0
        try:
            while not self._stopping:
                run = self._patience.call(self._next_run, self._check_stopping) or self._last_look()
                if run is not None:
                    self._execute(run)
                    executed += 1
                elif self._rules.forever:
                    self._clock.sleep(POLL_SECONDS)
                else:
                    break
        except _StoppedWaitingError:
            _log.info("worker %s was stopped while the store was away", self._me.worker_id)
        finally:
            self._presence.leave()
        return executed

    def stop(self) -> None:
        """Stop soon; safe in a signal handler. The run in hand is INTERRUPTED and can be resumed at once."""
        self._stopping = True
        cancel = self._cancel
        if cancel is not None:
            # In a thread: the interrupted code may be holding the lock that setting the token needs.
            threading.Thread(target=cancel.cancel, args=(SHUTDOWN_REASON,), daemon=True).start()

    def _check_stopping(self) -> None:
        if self._stopping:
            raise _StoppedWaitingError

    def _next_run(self) -> RunRecord | None:
        self._presence.stamp(None)
        # A dead worker's run would count as running for ever, and keep the queue waiting.
        give_up_stale(self._store, timedelta(seconds=self._rules.stale_after_seconds), self._context.tell)
        return self._claim()

    def _last_look(self) -> RunRecord | None:
        """Say goodbye, then look at the queue once more.

        Whoever queued a run while this worker was still listed as idle counts on it, and launches no other.
        """
        if self._rules.forever:
            return None
        self._presence.leave()
        return self._patience.call(self._claim, self._check_stopping)

    def _claim(self) -> RunRecord | None:
        return self._store.claim(self._me.worker_id, self._me.host, self._me.version, self._rules.max_running)

    def _execute(self, run: RunRecord) -> None:
        """Execute one attempt; whatever is logged meanwhile says of which run it is."""
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
    """The worker's row in the store, refreshed every two seconds and when the run in hand changes."""

    def __init__(self, store: Store, clock: Clock, identity: WorkerIdentity) -> None:
        self._store = store
        self._clock = clock
        self._me = identity
        self._started_at: datetime = clock.now()
        self._shown: str | None = None
        self._next_at = float("-inf")

    def stamp(self, run_id: str | None) -> None:
        """Refresh the row if it is due. Raises StoreError."""
        now = self._clock.monotonic()
        if run_id == self._shown and now < self._next_at:
            return
        me = self._me
        self._store.stamp_worker(WorkerInfo(me.worker_id, me.host, me.pid, self._started_at, self._clock.now(), run_id))
        self._shown, self._next_at = run_id, now + STAMP_SECONDS

    def leave(self) -> None:
        """Remove the row; a store that is away keeps it until it looks dead."""
        self._next_at = float("-inf")
        try:
            self._store.remove_worker(self._me.worker_id)
        except StoreError as error:
            _log.warning("worker %s stays listed: %s", self._me.worker_id, error)
