"""Define progress events: the state of a run at one moment, self-contained so that no earlier event is needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """Why an event was sent. Only ``ADVANCED`` may be dropped by a throttle; the others are boundaries."""

    RUN_STARTED = "run_started"
    STAGE_STARTED = "stage_started"
    ADVANCED = "advanced"
    MESSAGE = "message"
    STAGE_COMPLETED = "stage_completed"
    RUN_FINISHED = "run_finished"

    @property
    def is_boundary(self) -> bool:
        """Whether the event must never be dropped."""
        return self is not EventKind.ADVANCED


class StageState(StrEnum):
    """The state of a stage or sub-stage."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class SubstageProgress:
    """A named sub-step of a stage. ``total`` is None while unknown; ``fraction`` is 0–1."""

    name: str
    state: StageState
    completed: int
    total: int | None
    fraction: float
    elapsed_seconds: float


# The sub-stage in which symbols are fetched or analysed only because the others are judged against them.
REFERENCE_SUBSTAGE = "reference"


@dataclass(frozen=True, slots=True)
class StageProgress:
    """One stage. ``throughput`` is units per second; ``None`` is unknown, ``0.0`` is done."""

    name: str
    state: StageState
    weight: float
    completed: int
    total: int | None
    fraction: float
    elapsed_seconds: float
    throughput: float | None
    eta_seconds: float | None
    substages: tuple[SubstageProgress, ...] = ()

    def asked_for(self) -> tuple[int, int | None]:
        """Return completed and total of what the scan was asked for, without the work on the reference universe."""
        other = [part for part in self.substages if part.name == REFERENCE_SUBSTAGE]
        completed = self.completed - sum(part.completed for part in other)
        total = None if self.total is None else self.total - sum(part.total or 0 for part in other)
        return completed, total


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """The whole state of a run at one moment.

    ``seq`` counts up by one per run, across attempts. ``overall_fraction`` is Σ weight × stage fraction (the
    earlier API's measure); ``time_fraction`` is the share of the expected time that has passed, which user interfaces
    show. Neither ever decreases, and both reach 1 only at success. ``elapsed_seconds`` are those of this attempt,
    ``earlier_seconds`` those of earlier attempts. ``eta_low_seconds`` and ``eta_high_seconds`` are the 80 % band.
    """

    run_id: str
    seq: int
    attempt: int
    kind: EventKind
    at: datetime
    current_stage: str | None
    stages: tuple[StageProgress, ...]
    overall_fraction: float
    time_fraction: float
    elapsed_seconds: float
    earlier_seconds: float = 0.0
    eta_seconds: float | None = None
    eta_low_seconds: float | None = None
    eta_high_seconds: float | None = None
    message: str = ""
    cache_hits: int = 0
    cache_misses: int = 0

    def stage(self, name: str) -> StageProgress:
        """Return the named stage; KeyError if the plan has no such stage."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise KeyError(name)
