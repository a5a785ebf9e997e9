"""Runs that no worker executes: a test appends their events and ends them."""

from __future__ import annotations

from dataclasses import dataclass

from technic_scanner.bootstrap import Services
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.progress import EventKind, ProgressEvent
from technic_scanner.domain.run import RunError, RunRecord, RunStatus
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.runs.model import RunEnd
from technic_scanner.testing.stores.samples import event, scan_result

WORKER = "worker-of-the-test"
BOUNDARY_EVERY = 10


class NoLauncher:
    """Launches nothing."""

    def ensure_worker(self) -> None:
        """Runs of tests are moved by hand."""


@dataclass
class HandMoved:
    """One claimed run."""

    services: Services
    record: RunRecord
    next_seq: int = 1

    @classmethod
    def start(cls, services: Services, config: ScanConfig | None = None, **options: object) -> HandMoved:
        """Submit a run and claim it."""
        added = services.service.submit(config or ScanConfig(), **options)  # type: ignore[arg-type]
        record = services.store.claim(WORKER, "host", "0", None)
        assert record is not None
        assert record.run_id == added.run_id
        return cls(services, record, record.last_seq + 1)

    @property
    def run_id(self) -> str:
        return self.record.run_id

    def advance(self, count: int = 1, kind: EventKind | None = None) -> list[ProgressEvent]:
        """Append events; every tenth is a boundary unless ``kind`` is given."""
        made = [self._event(self.next_seq + step, kind) for step in range(count)]
        self.services.store.append_events(self.run_id, self.record.attempt, made)
        self.next_seq += count
        return made

    def finish(self, status: RunStatus = RunStatus.SUCCEEDED, result: ScanResult | None = None) -> RunRecord:
        """Append the last event and end the run with a small result."""
        self.advance(1, EventKind.RUN_FINISHED)
        error = RunError("source_error", "the source went away") if status is RunStatus.FAILED else None
        ended = result or scan_result(config=self.record.config)
        return self.services.store.finish(self.run_id, WORKER, self.record.attempt, RunEnd(status, error), ended)

    def _event(self, seq: int, kind: EventKind | None) -> ProgressEvent:
        default = EventKind.MESSAGE if seq % BOUNDARY_EVERY == 0 else EventKind.ADVANCED
        return event(self.run_id, seq, min(0.99, seq / 1000), attempt=self.record.attempt, kind=kind or default)
