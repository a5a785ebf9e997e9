"""Retry while the store is away, and find where an earlier attempt of a run stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from technic_scanner.clock import Clock
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import StoreUnavailableError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import ChunkJournal
from technic_scanner.runs.ports import RunStore

T = TypeVar("T")

FIRST_DELAY_SECONDS = 0.1
# Short enough that a worker sends a heartbeat in time when the store is available again.
LONGEST_DELAY_SECONDS = 0.5


def retry_delay(failures: int) -> float:
    """Return the seconds to wait after ``failures`` failures in a row (from 1): 0.1, 0.2, 0.4, 0.5, 0.5 …"""
    return min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2.0 ** min(failures - 1, 10))


@dataclass(frozen=True, slots=True)
class Patience:
    """Retries while the store is locked or unavailable, for a limited time."""

    clock: Clock
    seconds: float

    def call(self, action: Callable[[], T], check: Callable[[], None] = lambda: None) -> T:
        """Return ``action()``; while the store is unavailable, wait, call ``check`` (may raise) and retry.

        Raises StoreUnavailableError when the time is used up; any other error at once.
        """
        deadline = self.clock.monotonic() + self.seconds
        failures = 0
        while True:
            try:
                return action()
            except StoreUnavailableError:
                failures += 1
                delay = retry_delay(failures)
                if self.clock.monotonic() + delay > deadline:
                    raise
            check()
            self.clock.sleep(delay)


class PatientChunkJournal:
    """A chunk journal that waits for its store instead of failing the scan, and stops waiting when cancelled.

    That of a new run ``is_new``: nothing was recorded in it, so it is not asked for a stage before that is written.
    """

    def __init__(self, journal: ChunkJournal, patience: Patience, cancel: CancelToken, *, is_new: bool = False) -> None:
        self._journal = journal
        self._is_new = is_new
        self._written: set[str] = set()
        self._patience = patience
        self._cancel = cancel

    def fingerprint(self, stage: str) -> str | None:
        """Return the recorded fingerprint, as the journal does."""
        return None if self._is_empty(stage) else self._call(lambda: self._journal.fingerprint(stage))

    def start_over(self, stage: str, fingerprint: str) -> None:
        """Delete the stage's chunks, as the journal does."""
        self._written.add(stage)
        self._call(lambda: self._journal.start_over(stage, fingerprint))

    def chunks(self, stage: str) -> dict[int, bytes]:
        """Return the recorded chunks, as the journal does."""
        return {} if self._is_empty(stage) else self._call(lambda: self._journal.chunks(stage))

    def record(self, stage: str, index: int, payload: bytes) -> None:
        """Record a chunk, as the journal does; recording the same one twice is harmless."""
        self._written.add(stage)
        self._call(lambda: self._journal.record(stage, index, payload))

    def _is_empty(self, stage: str) -> bool:
        return self._is_new and stage not in self._written

    def _call(self, action: Callable[[], T]) -> T:
        return self._patience.call(action, self._cancel.check)


@dataclass(frozen=True, slots=True)
class EarlierAttempts:
    """Where earlier attempts stopped; ``event`` is their last event, None if they have none."""

    next_seq: int
    attempt_seconds: tuple[float, ...]
    event: ProgressEvent | None


def earlier_attempts(store: RunStore, run: RunRecord) -> EarlierAttempts:
    """Return the next event number and the seconds of each attempt that has events, oldest first.

    ``run`` is as it was claimed. Seconds are those of the attempt's last event; an attempt that terminated before its
    first event is not counted. Reads only a few events, however many there are.
    """
    if run.last_seq == 0:
        return EarlierAttempts(1, (), None)
    last = event = store.latest_event(run.run_id)
    # The newest ones may be unreadable; their numbers are taken all the same.
    next_seq = max(run.last_seq, 0 if event is None else event.seq) + 1
    seconds: list[float] = []
    while event is not None:
        seconds.append(event.elapsed_seconds)
        event = _last_of_earlier_attempts(store, event)
    return EarlierAttempts(next_seq, tuple(reversed(seconds)), last)


def _last_of_earlier_attempts(store: RunStore, event: ProgressEvent) -> ProgressEvent | None:
    """Return the last event before the attempt of ``event``, by bisection: attempt numbers increase in the journal."""
    found = None
    low, high = 0, event.seq - 1
    while low <= high:
        middle = (low + high) // 2
        (after,) = store.events(event.run_id, middle, 1)
        if after.attempt < event.attempt:
            found, low = after, after.seq
        else:
            high = middle - 1
    return found
