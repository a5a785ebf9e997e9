"""A journal in memory that counts its readers and can be told to fail."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.progress import EventKind, ProgressEvent
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.errors import RunNotFoundError, StoreUnavailableError
from technic_scanner.runs.model import StoredEvent
from technic_scanner.runs.serialization.stored import dump
from technic_scanner.testing.stores.samples import event

RUN_ID = "01JCXK2M8Q3ZP5V9T7R4WYB6ND"


@dataclass
class MemoryJournal:
    """One run and its events; ``failing`` reads in a row raise StoreUnavailableError."""

    record: RunRecord = field(
        default_factory=lambda: RunRecord(RUN_ID, RunStatus.RUNNING, ScanConfig(), RunOptions(), ManualClock().now())
    )
    stored: list[ProgressEvent] = field(default_factory=list)
    reads: int = 0
    failing: int = 0
    deleted: bool = False
    broken: Exception | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, run_id: str) -> RunRecord:
        if self.deleted or run_id != RUN_ID:
            raise RunNotFoundError(f"no run {run_id}")
        if self.broken is not None:
            raise self.broken
        return self.record

    def stored_events(self, run_id: str, after_seq: int = 0, limit: int = 500) -> Sequence[StoredEvent]:
        with self.lock:
            self.reads += 1
            if self.failing:
                self.failing -= 1
                raise StoreUnavailableError("locked")
            found = [item for item in self.stored if item.seq > after_seq][:limit]
            return tuple(StoredEvent(run_id, item.seq, item.kind, dump(item)) for item in found)

    def append(self, count: int, *, boundary_every: int = 10) -> None:
        """Store more events."""
        with self.lock:
            first = self.stored[-1].seq + 1 if self.stored else 1
            for seq in range(first, first + count):
                kind = EventKind.MESSAGE if seq % boundary_every == 0 else EventKind.ADVANCED
                self.stored.append(event(RUN_ID, seq, 0.5, kind=kind))
            self.record = replace(self.record, last_seq=self.stored[-1].seq)

    def end(self, status: RunStatus = RunStatus.SUCCEEDED) -> None:
        """End the run."""
        with self.lock:
            self.record = replace(self.record, status=status)
