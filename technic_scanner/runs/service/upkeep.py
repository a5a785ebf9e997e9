"""Looks after the runs of a store whenever somebody asks for them: dead ones are given up, queued ones get a worker."""

from __future__ import annotations

import logging

from technic_scanner.clock import Clock
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import StoreUnavailableError
from technic_scanner.runs.ports import Launcher, RunStore
from technic_scanner.runs.stale_runs import StaleSweep

_log = logging.getLogger(__name__)

QUEUE_CHECK_SECONDS = 5.0


class Upkeep:
    """Sweeps at most once a second, and looks at the queue at most every five; a store that is away costs nothing."""

    def __init__(self, store: RunStore, launcher: Launcher, clock: Clock, stale_after_seconds: float) -> None:
        self._store = store
        self._launcher = launcher
        self._clock = clock
        self._sweep = StaleSweep(store, clock, stale_after_seconds)
        self._next_queue_check = float("-inf")

    def see_to_worker(self) -> None:
        """See to a worker for a run that was just queued."""
        try:
            self._launcher.ensure_worker()
        except StoreUnavailableError as error:
            # The run is queued already: to report a failure would make people queue it twice.
            _log.warning("a worker will be seen to at the next look at the queue: %s", error)

    def refresh(self) -> None:
        """Mark the runs of dead workers INTERRUPTED, and see to a worker if runs are queued."""
        try:
            self._sweep.sweep()
            self._check_queue()
        except StoreUnavailableError as error:
            # A store that cannot be written right now can often still be read; the read itself will tell.
            _log.warning("runs of dead workers could not be looked for: %s", error)

    def _check_queue(self) -> None:
        """See to a worker for queued runs, for the one that was to take them may have died."""
        now = self._clock.monotonic()
        if now < self._next_queue_check:
            return
        self._next_queue_check = now + QUEUE_CHECK_SECONDS
        if self._store.count_by_status().get(RunStatus.QUEUED, 0) > 0:
            self._launcher.ensure_worker()
