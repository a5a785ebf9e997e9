"""End runs that no worker will end, and see to it that queued runs get a worker."""

from __future__ import annotations

import logging
from collections.abc import Callable

from technic_scanner.clock import Clock
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.errors import StoreUnavailableError
from technic_scanner.runs.ports import Launcher, RunStore
from technic_scanner.runs.stale_runs import StaleSweep

_log = logging.getLogger(__name__)

QUEUE_CHECK_SECONDS = 5.0


class Upkeep:
    """Checks for terminated workers at most once per second and the queue at most every five seconds.

    ``tell`` is called with the record of each run that is ended here: marked INTERRUPTED, or cancelled while it was
    queued. In ``refresh`` an unavailable store is not an error, because the read that follows reports it.
    """

    def __init__(
        self,
        store: RunStore,
        launcher: Launcher,
        clock: Clock,
        stale_after_seconds: float,
        tell: Callable[[RunRecord], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._launcher = launcher
        self._clock = clock
        self._tell = tell
        self._sweep = StaleSweep(store, clock, stale_after_seconds, tell)
        self._next_queue_check = float("-inf")

    def ensure_worker(self) -> None:
        """Launch a worker for a run that was just queued, if none is free."""
        try:
            self._launcher.ensure_worker()
        except StoreUnavailableError as error:
            # The run is already queued: reporting a failure would make people queue it twice.
            _log.warning("no worker could be launched; the next check of the queue tries again: %s", error)

    def refresh(self) -> None:
        """Mark the runs of terminated workers INTERRUPTED, and launch a worker if runs are queued."""
        try:
            self._sweep.sweep()
            self._check_queue()
        except StoreUnavailableError as error:
            # A store that cannot be written at the moment can often still be read; the read itself reports errors.
            _log.warning("could not check for runs of terminated workers: %s", error)

    def cancel(self, run_id: str) -> RunRecord:
        """Cancel a run: at once if it is queued, through its worker if it is running; an ended run is not changed."""
        cancelled = self._store.cancel_queued(run_id)
        if cancelled is None:
            return self._store.request_cancel(run_id)
        self._tell(cancelled)
        return cancelled

    def _check_queue(self) -> None:
        """Ensure that queued runs have a worker, because the worker that was to take them may have terminated."""
        now = self._clock.monotonic()
        if now < self._next_queue_check:
            return
        self._next_queue_check = now + QUEUE_CHECK_SECONDS
        if self._store.count_by_status().get(RunStatus.QUEUED, 0) > 0:
            self._launcher.ensure_worker()
