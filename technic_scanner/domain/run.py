"""Define a run: its statuses, the transitions between them, and its stored summary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import Outcome, ScanMetrics
from technic_scanner.domain.stored_request import StoredRequest
from technic_scanner.domain.study_terms import StudyTerms
from technic_scanner.errors import FieldProblem, RunStateError

# Age of a heartbeat at which its run counts as interrupted; the default of the setting TECHNIC_STALE_AFTER_SECONDS.
STALE_AFTER_SECONDS = 13.0

SCAN, STUDY = "scan", "study"


class RunStatus(StrEnum):
    """QUEUED waits for a worker, RUNNING has one, the others are ends; all ends except SUCCEEDED can be resumed."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def is_terminal(self) -> bool:
        """Whether the run has ended; it stays so unless it is resumed."""
        return self not in (RunStatus.QUEUED, RunStatus.RUNNING)

    @property
    def can_resume(self) -> bool:
        """Whether a new attempt may continue the run."""
        return self in (RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.INTERRUPTED)


ALLOWED_MOVES: dict[RunStatus, frozenset[RunStatus]] = {
    RunStatus.QUEUED: frozenset({RunStatus.RUNNING, RunStatus.CANCELLED}),
    RunStatus.RUNNING: frozenset({RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.INTERRUPTED}),
    RunStatus.SUCCEEDED: frozenset(),
    RunStatus.FAILED: frozenset({RunStatus.QUEUED}),
    RunStatus.CANCELLED: frozenset({RunStatus.QUEUED}),
    RunStatus.INTERRUPTED: frozenset({RunStatus.QUEUED}),
}


def check_move(run_id: str, old: RunStatus, new: RunStatus) -> None:
    """Raise RunStateError unless a run may change from ``old`` to ``new``."""
    if new not in ALLOWED_MOVES[old]:
        raise RunStateError(f"run {run_id} is {old.value} and cannot become {new.value}")


@dataclass(frozen=True, slots=True)
class RunError:
    """Why a run failed: the error's code and one sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class RunRecord(StoredRequest):
    """The stored summary of one run, which is read without its events.

    ``metrics`` is None until the run ends. ``queue_position`` is 1 for the next run, None if the run is not queued.
    ``unreadable`` names stored parts of the run that cannot be read (``config.max_symbols``, ``metrics``); config and
    options then hold defaults in their place. ``unknown_fields`` are fields of config and options that a newer version
    stored and this version does not know. ``study`` is what it asks as a parameter study, None for a scan.
    """

    run_id: str
    status: RunStatus
    config: ScanConfig
    options: RunOptions
    created_at: datetime
    attempt: int = 1
    started_at: datetime | None = None
    finished_at: datetime | None = None
    heartbeat_at: datetime | None = None
    worker_id: str | None = None
    host: str | None = None
    version: str | None = None
    cancel_requested: bool = False
    pinned: bool = False
    label: str | None = None
    owner: str | None = None
    queue_position: int | None = None
    outcome: Outcome | None = None
    status_text: str = ""
    error: RunError | None = None
    metrics: ScanMetrics | None = None
    last_seq: int = 0
    time_fraction: float = 0.0
    comparability_key: str | None = None
    predicted_seconds: tuple[tuple[str, float | None], ...] = ()
    study: StudyTerms | None = None
    unreadable: tuple[FieldProblem, ...] = ()
    unknown_fields: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """SCAN or STUDY."""
        return SCAN if self.study is None else STUDY
