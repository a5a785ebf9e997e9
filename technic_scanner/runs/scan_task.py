"""What a worker hands to the pipeline: one attempt of a run, and the port of the pipeline that takes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.run import RunRecord
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import ChunkJournal, Listener
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.progress.costs import CostHistory
from technic_scanner.runs.model import Work


@dataclass(frozen=True, slots=True)
class ScanTask:
    """One attempt of a run with the objects that the scan reports to.

    ``earlier_seconds`` are the seconds of earlier attempts, and ``previous_event`` is their last event; ``work`` is the
    expected work.
    """

    run: RunRecord
    journal: ChunkJournal
    listener: Listener
    cancel: CancelToken
    first_seq: int
    earlier_seconds: tuple[float, ...]
    costs: CostHistory
    previous_event: ProgressEvent | None
    work: Work = field(default_factory=dict)


class Scanner(Protocol):
    """Runs the pipeline with the adapters that ``bootstrap`` has chosen."""

    def __call__(self, task: ScanTask) -> ScanResult:
        """Scan; a cancelled scan returns its partial result. Raises pipeline.engine.ScanFailed."""
        ...
