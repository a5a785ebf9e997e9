"""Append a run's progress events to the store in batches, so that the scan never waits for the store."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace

from technic_scanner.clock import Clock
from technic_scanner.domain.progress import EventKind, ProgressEvent
from technic_scanner.runs.ports import RunStore

_log = logging.getLogger(__name__)

# At most five advance events per second are stored, however often the scan reports.
ADVANCE_INTERVAL_SECONDS = 0.2
# There are few stage and run boundaries; only messages can accumulate while the store is away.
MAX_PENDING = 5_000


class Recorder:
    """A progress listener that keeps events until ``flush`` writes them; thread-safe.

    Only the latest advance event is kept, and a boundary event replaces it: every event is self-contained, so only
    intermediate states are lost. Events are numbered when they are taken for writing, so that the numbers in the
    journal have no gaps; they keep their number until they are known to be stored.
    """

    def __init__(self, store: RunStore, run_id: str, attempt: int, first_seq: int, clock: Clock) -> None:
        self._store = store
        self._run_id = run_id
        self._attempt = attempt
        self._next_seq = first_seq
        self._clock = clock
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._boundaries: list[ProgressEvent] = []
        self._advance: ProgressEvent | None = None
        self._numbered: list[ProgressEvent] = []
        self._last: ProgressEvent | None = None
        self._next_advance_at = float("-inf")
        self._shed = 0
        self.boundary_waits = threading.Event()

    def __call__(self, event: ProgressEvent) -> None:
        """Take an event; never blocks on the store."""
        with self._lock:
            if event.kind is EventKind.RUN_FINISHED:
                self._advance = None
                self._last = event
                return
            if not event.kind.is_boundary:
                self._advance = event
                return
            self._advance = None
            self._boundaries.append(event)
            self._shed_messages()
        self.boundary_waits.set()

    def flush(self) -> None:
        """Write the pending events. Raises StoreError and RunStateError; unwritten events stay pending."""
        with self._writing:
            self.boundary_waits.clear()
            if self._numbered:
                self._write()
            self._take()
            if self._numbered:
                self._write()

    def rest(self) -> tuple[ProgressEvent, ...]:
        """Return the events that are not stored, in the end the attempt's last one, to be stored with its end.

        Called again, because that failed, it returns the same ones.
        """
        with self._writing:
            unstored = self._numbered
            self._take()
            self._numbered = [*unstored, *self._numbered]
            last = () if self._last is None else (replace(self._last, seq=self._next_seq),)
            return (*self._numbered, *last)

    def _write(self) -> None:
        # If the connection breaks after the commit, the same events are sent again; the store ignores repeats.
        self._store.append_events(self._run_id, self._attempt, tuple(self._numbered))
        self._numbered = []

    def _take(self) -> None:
        """Number the pending events; the latest advance event only if one is due."""
        with self._lock:
            waiting, self._boundaries = self._boundaries, []
            now = self._clock.monotonic()
            if self._advance is not None and now >= self._next_advance_at:
                waiting.append(self._advance)
                self._advance = None
                self._next_advance_at = now + ADVANCE_INTERVAL_SECONDS
        self._numbered = [replace(event, seq=self._next_seq + index) for index, event in enumerate(waiting)]
        self._next_seq += len(waiting)

    def _shed_messages(self) -> None:
        """Drop the oldest messages when too many events are pending; stage and run boundaries are kept."""
        if len(self._boundaries) <= MAX_PENDING:
            return
        for index, event in enumerate(self._boundaries):
            if event.kind is EventKind.MESSAGE:
                del self._boundaries[index]
                self._count_shed()
                return

    def _count_shed(self) -> None:
        if self._shed == 0:
            _log.warning("run %s: the store is away and too much waits; old messages are dropped", self._run_id)
        self._shed += 1
