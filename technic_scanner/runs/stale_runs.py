"""Mark runs whose worker has terminated as INTERRUPTED, and reduce the events of ended runs."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from technic_scanner.clock import Clock
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


def give_up_stale(store: RunStore, stale_after: timedelta) -> tuple[str, ...]:
    """Mark runs of terminated workers INTERRUPTED and reduce their events; return their ids. Raises StoreError."""
    run_ids = store.interrupt_stale(stale_after)
    for run_id in run_ids:
        thin(store, run_id)
    return run_ids


class StaleSweep:
    """Marks runs of terminated workers, at most once per second however often it is called; thread-safe."""

    INTERVAL_SECONDS = 1.0

    def __init__(self, store: RunStore, clock: Clock, stale_after_seconds: float) -> None:
        self._store = store
        self._clock = clock
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
        return give_up_stale(self._store, self._stale_after)
