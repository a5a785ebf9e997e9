"""Routes for runs: start, list, read, control, delete."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from technic_scanner.api.config_route import ConfigRoute
from technic_scanner.api.dependencies import Owner, RootPath, Service
from technic_scanner.api.documentation import problems
from technic_scanner.api.requests import After, RunChange, RunId, RunListFilter, ScanRequest
from technic_scanner.api.schemas import (
    EstimateDocument,
    EventDocument,
    EventListDocument,
    RunDocument,
    RunListDocument,
    RunStatusDocument,
)
from technic_scanner.api.submitting import IN_BODY, located, readable, rerun, submit
from technic_scanner.domain.run import RunRecord

router = APIRouter(tags=["scans"], route_class=ConfigRoute)

RETRY_AFTER_SECONDS = "1"
IdempotencyKey = Annotated[
    str | None,
    Header(
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="A repeated request with the same key and body returns the first run; another body is refused.",
    ),
]


@router.post("/scans", status_code=202, response_model=RunDocument, responses=problems(413, 422, 429))
def start_scan(
    request: ScanRequest,
    *,
    response: Response,
    service: Service,
    owner: Owner,
    root_path: RootPath,
    idempotency_key: IdempotencyKey = None,
) -> RunDocument:
    """Queue a scan. The Location header is the URL of its status document."""
    record = submit(service, request, owner, idempotency_key=idempotency_key)
    return accepted(record, response, root_path)


@router.get("/scans", response_model=RunListDocument, responses=problems(422))
def list_scans(filters: Annotated[RunListFilter, Query()], service: Service, root_path: RootPath) -> RunListDocument:
    """List runs, newest first, page by page."""
    page = service.list(filters.query())
    return RunListDocument(
        runs=[RunDocument.of(record, root_path) for record in page.records], next_cursor=page.next_cursor
    )


@router.post("/scans/estimate", response_model=EstimateDocument, responses=problems(413, 422))
def estimate_scan(request: ScanRequest, service: Service) -> EstimateDocument:
    """Estimate the duration of a scan from comparable runs, without starting it."""
    config, options = readable(service, request)
    with located(IN_BODY):
        return EstimateDocument.model_validate(service.estimate(config, options))


@router.get("/scans/{run_id}", response_model=RunStatusDocument, responses=problems(404, 422))
def show_scan(run_id: RunId, response: Response, service: Service, root_path: RootPath) -> RunStatusDocument:
    """Return a run's status and newest progress. Retry-After is set while it has not ended."""
    record = service.get(run_id)
    event = service.latest_event(run_id)
    if not record.status.is_terminal:
        response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    progress = None if event is None else EventDocument.model_validate(event)
    return RunStatusDocument(**dict(RunDocument.of(record, root_path)), progress=progress)


@router.patch("/scans/{run_id}", response_model=RunDocument, responses=problems(404, 413, 422))
def change_scan(run_id: RunId, change: RunChange, service: Service, root_path: RootPath) -> RunDocument:
    """Set the label of a run, or pin it so that pruning keeps it."""
    if "label" in change.model_fields_set:
        service.label(run_id, change.label)
    if "pinned" in change.model_fields_set:
        service.pin(run_id, change.pinned)
    return RunDocument.of(service.get(run_id), root_path)


@router.delete("/scans/{run_id}", status_code=204, responses=problems(404, 409, 422))
def delete_scan(run_id: RunId, service: Service) -> None:
    """Delete an ended run with its events and results."""
    service.delete(run_id)


@router.post("/scans/{run_id}/cancel", status_code=202, response_model=RunDocument, responses=problems(404, 422))
def cancel_scan(run_id: RunId, response: Response, service: Service, root_path: RootPath) -> RunDocument:
    """Cancel a run; a repeated request, or one after its end, has no effect."""
    return accepted(service.cancel(run_id), response, root_path)


@router.post("/scans/{run_id}/resume", status_code=202, response_model=RunDocument, responses=problems(404, 409, 422))
def resume_scan(run_id: RunId, response: Response, service: Service, root_path: RootPath) -> RunDocument:
    """Queue another attempt of a failed, cancelled or interrupted run; completed work is not repeated."""
    return accepted(service.resume(run_id), response, root_path)


@router.post(
    "/scans/{run_id}/rerun", status_code=202, response_model=RunDocument, responses=problems(404, 409, 422, 429)
)
def rerun_scan(run_id: RunId, response: Response, service: Service, owner: Owner, root_path: RootPath) -> RunDocument:
    """Queue a new run with the same config and options."""
    return accepted(rerun(service, run_id, owner), response, root_path)


@router.get("/scans/{run_id}/events", response_model=EventListDocument, responses=problems(404, 422))
def list_events(
    run_id: RunId, service: Service, after: After = 0, limit: Annotated[int, Query(ge=1, le=1000)] = 200
) -> EventListDocument:
    """Return the run's events after a sequence number, oldest first."""
    # Read the record first: if it has ended, all events are already in the journal.
    record = service.get(run_id)
    events = service.events(run_id, after, limit)
    return EventListDocument(
        events=[EventDocument.model_validate(event) for event in events],
        next_after=events[-1].seq if events else after,
        ended=record.status.is_terminal and len(events) < limit,
    )


def accepted(record: RunRecord, response: Response, root_path: str) -> RunDocument:
    """Return the document of a run that was queued, with where and when to ask for it in the headers."""
    response.headers["Location"] = f"{root_path}/scans/{record.run_id}"
    if not record.status.is_terminal:
        response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return RunDocument.of(record, root_path)
