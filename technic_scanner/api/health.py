"""Says whether the process lives, whether it can serve, and who works for it."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from technic_scanner.api.dependencies import Service
from technic_scanner.api.derived import Document
from technic_scanner.api.documentation import problems
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import WorkerInfo
from technic_scanner.version import VERSION

router = APIRouter(tags=["health"])


class LiveDocument(Document):
    """The process answers."""

    status: Literal["ok"]
    version: str


class WorkerDocument(Document, of=WorkerInfo):
    """A worker process that has heart-beaten lately."""


class WorkerListDocument(Document):
    """Who works, and how much waits."""

    workers: list[WorkerDocument]
    runs: dict[RunStatus, int]


@router.get("/health/live", response_model=LiveDocument)
async def live() -> LiveDocument:
    """Answer as long as the event loop turns; asks nobody else."""
    return LiveDocument(status="ok", version=VERSION)


@router.get("/health/ready", response_model=LiveDocument, responses=problems(503))
def ready(service: Service) -> LiveDocument:
    """Answer 200 if the run store answers and its schema is current, else 503."""
    service.ping()
    return LiveDocument(status="ok", version=VERSION)


@router.get("/workers", response_model=WorkerListDocument)
def workers(service: Service) -> WorkerListDocument:
    """List live workers, and runs by status."""
    return WorkerListDocument(
        workers=[WorkerDocument.model_validate(worker) for worker in service.workers()],
        runs=service.count_by_status(),
    )
