"""Routes for liveness, readiness and the active workers."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from technic_scanner.api.dependencies import AllServices, Service
from technic_scanner.api.derived import Document
from technic_scanner.api.documentation import problems
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import WorkerInfo
from technic_scanner.version import VERSION

router = APIRouter(tags=["health"])


class LiveDocument(Document):
    """The process is alive."""

    status: Literal["ok"]
    version: str


class WorkerDocument(Document, of=WorkerInfo):
    """A worker process with a recent heartbeat."""


class WorkerListDocument(Document):
    """The active workers and the number of runs by status."""

    workers: list[WorkerDocument]
    runs: dict[RunStatus, int]


@router.get("/health/live", response_model=LiveDocument)
async def live() -> LiveDocument:
    """Return 200 as long as the process handles requests; checks nothing else."""
    return LiveDocument(status="ok", version=VERSION)


class StandingDocument(Document):
    """What stands against the standing scans and their alerts, a sentence each; none if all is as promised."""

    problems: list[str]


@router.get("/health/ready", response_model=LiveDocument, responses=problems(503))
def ready(service: Service) -> LiveDocument:
    """Return 200 if the run store is reachable and its schema is current, otherwise 503."""
    service.ping()
    return LiveDocument(status="ok", version=VERSION)


@router.get("/health/standing", response_model=StandingDocument)
def standing(services: AllServices) -> StandingDocument:
    """Name the promised runs that did not happen, and the messages that were not sent."""
    against = [(schedule.name, services.schedules.problem(schedule)) for schedule in services.schedules.all()]
    found = [f"Schedule {name!r}: {problem}." for name, problem in against if problem]
    return StandingDocument(problems=[*found, *services.alerts.problems()])


@router.get("/workers", response_model=WorkerListDocument)
def workers(service: Service) -> WorkerListDocument:
    """List the active workers, and count runs by status."""
    return WorkerListDocument(
        workers=[WorkerDocument.model_validate(worker) for worker in service.workers()],
        runs=service.count_by_status(),
    )
