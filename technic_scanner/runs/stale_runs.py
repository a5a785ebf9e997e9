"""Mark runs whose worker has terminated as INTERRUPTED, and reduce the events of ended runs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from technic_scanner.clock import Clock
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.errors import RunNotFoundError, RunStateError, StoreError
from technic_scanner.runs.ports import RunStore

_log = logging.getLogger(__name__)

KEPT_EVENTS = 200


def thin(store: RunStore, run_id: str) -> None:
    """Reduce the events of an ended run to those that the history needs; a run that has been resumed keeps all."""
    try:
        store.thin_events(run_id, KEPT_EVENTS)
    except (StoreError, RunStateError, RunNotFoundError) as error:
        _log.warning("run %s keeps all its events: %s", run_id, error)


def give_up_stale(
    store: RunStore, stale_after: timedelta, tell: Callable[[RunRecord], None] = lambda _: None
) -> tuple[str, ...]:
    """Mark runs of terminated workers INTERRUPTED, reduce their events and call ``tell`` for each; return their ids.

    Raises StoreError.
    """
    run_ids = store.interrupt_stale(stale_after)
    for run_id in run_ids:
        thin(store, run_id)
        _tell_interrupted(store, run_id, tell)
    return run_ids


def _tell_interrupted(store: RunStore, run_id: str, tell: Callable[[RunRecord], None]) -> None:
    try:
        record = store.get_run(run_id)
    except (StoreError, RunNotFoundError) as error:
        _log.warning("the end of run %s is not announced: %s", run_id, error)
        return
    if record.status is RunStatus.INTERRUPTED:  # else somebody has resumed it already
        tell(record)


class StaleSweep:
    """Marks runs of terminated workers, at most once per second however often it is called; thread-safe."""

    INTERVAL_SECONDS = 1.0

    def __init__(
        self,
        store: RunStore,
        clock: Clock,
        stale_after_seconds: float,
        tell: Callable[[RunRecord], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._tell = tell
        self._stale_after = timedelta(seconds=stale_after_seconds)
        self._lock = threading.Lock()
        self._next_at = float("-inf")

    def sweep(self) -> tuple[str, ...]:
        """Mark stale runs INTERRUPTED if a second has passed since the last time; return their ids."""
        with self._lock:
            now = self._clock.monotonic()
            if now < self._next_at:
                return ()
            self._next_at = now + self.INTERVAL_SECONDS
        return give_up_stale(self._store, self._stale_after, self._tell)
