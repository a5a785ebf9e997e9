"""Routes of the earlier API's two streams: start a scan or attach to one, with flat progress messages until it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Header, Query, Response, WebSocket
from pydantic import Field, ValidationError
from starlette.websockets import WebSocketDisconnect

from technic_scanner.api.config_route import ConfigRoute, problems_in_body
from technic_scanner.api.dependencies import Broadcaster, Owner, Service, Streams
from technic_scanner.api.documentation import problems
from technic_scanner.api.encoded_events import EncodedEvent, End, sse_message
from technic_scanner.api.problems import NO_OBJECT, bad_fields, document_of, document_of_invalid, json_fault
from technic_scanner.api.refused_sockets import refuse
from technic_scanner.api.requests import MAX_SEQ, ConfigQuery, Name, ScanRequest, config_query
from technic_scanner.api.run_broadcaster import RunBroadcaster
from technic_scanner.api.schemas import RUN_ID_PATTERN
from technic_scanner.api.security import chosen_subprotocol
from technic_scanner.api.streams import (
    END_MARK,
    EVENT_STREAM,
    Wire,
    end_message,
    event_source,
    events_of,
    is_over,
    serve_socket,
)
from technic_scanner.api.submitting import IN_BODY, IN_QUERY, Place, submit
from technic_scanner.errors import FieldProblem, TechnicError
from technic_scanner.legacy.scan import metrics_dict, progress_arguments
from technic_scanner.runs.requests import Given
from technic_scanner.runs.service.service import RunService

router = APIRouter(tags=["earlier API"], route_class=ConfigRoute)

FIRST_MESSAGE_SECONDS = 30.0
WS_TOO_LATE = 1008
WS_TOO_BIG = 1009


class _BadMessageError(Exception):
    """The first message is no scan request and no config."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))


class _TooBigError(Exception):
    """The first message is larger than the body limit."""


if TYPE_CHECKING:
    _EarlierConfig = ConfigQuery
else:
    _EarlierConfig = config_query(
        "EarlierConfig",
        *("source", "universe", "sectors", "industry_contains", "symbols", "max_symbols", "lookback_sessions"),
        *("min_tech_rating", "as_of_date"),
    )


class EarlierScan(_EarlierConfig):
    """A run to attach to, or what to scan, as query parameters; omitted ones have their defaults."""

    run_id: str | None = Field(default=None, pattern=RUN_ID_PATTERN)
    preset: Name | None = Field(default=None, min_length=1)

    def request(self) -> ScanRequest:
        """Return the scan that is requested."""
        return ScanRequest.model_construct(preset=self.preset, config=self.given(), options=Given(), label=None)


def _flat(encoded: EncodedEvent, _skipped: int) -> str | None:
    event = encoded.event
    if event is None:
        return None
    stage, current, total, message, metadata = progress_arguments(event)
    flat = {"type": "progress", "run_id": event.run_id, "seq": encoded.seq, "stage": stage, "current": current}
    return json.dumps(flat | {"total": total, "message": message} | metadata)


def _flat_end(end: End, run_id: str) -> str:
    metrics = None if end.record is None or end.record.metrics is None else metrics_dict(end.record.metrics)
    return json.dumps(end_message(end, run_id) | {"metrics": metrics})


EARLIER = Wire(_flat, _flat_end)


@router.get(
    "/scan/stream",
    response_class=Response,
    responses=EVENT_STREAM
    | {204: {"description": "The run has ended and all events were sent."}}
    | problems(404, 422, 429),
)
async def stream_new_scan(
    scan: Annotated[EarlierScan, Query()],
    broadcaster: Broadcaster,
    service: Service,
    owner: Owner,
    streams: Streams,
    last_event_id: Annotated[str | None, Header(pattern=r"^[0-9A-Za-z_-]{1,64}:[0-9]{1,15}(-end)?$")] = None,
) -> Response:
    """Start a scan and stream it; a browser that reconnects continues with the same run and does not start another."""
    run_id, _, seen = (last_event_id or "").partition(":")
    run_id = run_id or scan.run_id or await _start(broadcaster, service, scan.request(), owner, IN_QUERY)
    record = await broadcaster.read(lambda: service.get(run_id))
    if seen and is_over(record, seen):
        return Response(status_code=204)
    start = int(seen.removesuffix(END_MARK) or 0)

    def message(event: EncodedEvent) -> bytes:
        flat = _flat(event, 0)
        return b"" if flat is None else sse_message("progress", f"{run_id}:{event.seq}", flat)

    def end(last: End, number: int) -> bytes:
        return sse_message("end", f"{run_id}:{number}{END_MARK}", _flat_end(last, run_id))

    return event_source(broadcaster, streams, events_of(broadcaster, run_id, start, message, end))


@router.websocket("/ws/scan-progress")
async def follow_new_scan(
    websocket: WebSocket,
    *,
    broadcaster: Broadcaster,
    service: Service,
    owner: Owner,
    run_id: Annotated[str | None, Query(pattern=RUN_ID_PATTERN)] = None,
    after: Annotated[int, Query(ge=0, le=MAX_SEQ)] = 0,
) -> None:
    """Attach to ``run_id``, or read a config from the first message and start it; then send flat progress messages."""
    await websocket.accept(subprotocol=chosen_subprotocol(websocket.scope))
    try:
        if run_id is None:
            run_id = await _start_from_message(websocket, broadcaster, service, owner)
            await websocket.send_text(json.dumps({"type": "started", "run_id": run_id}))
    except WebSocketDisconnect:
        return
    except _TooBigError:
        await websocket.close(WS_TOO_BIG, "the message is too large")
    except TimeoutError:
        await websocket.close(WS_TOO_LATE, "no config received")
    except _BadMessageError as error:
        await refuse(websocket, document_of_invalid(error.problems, websocket.url.path))
    except TechnicError as error:
        await refuse(websocket, document_of(error, websocket.url.path))
    else:
        await serve_socket(websocket, broadcaster, run_id, after, EARLIER)


async def _start_from_message(
    websocket: WebSocket, broadcaster: RunBroadcaster, service: RunService, owner: str | None
) -> str:
    async with asyncio.timeout(FIRST_MESSAGE_SECONDS):
        message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    sent = message.get("bytes") or (message.get("text") or "").encode()
    if len(sent) > websocket.app.state.services.settings.max_body_bytes:
        raise _TooBigError
    request = await broadcaster.read(lambda: _request_in(service, sent.decode("utf-8", "replace")))
    return await _start(broadcaster, service, request, owner, IN_BODY)


def _request_in(service: RunService, text: str) -> ScanRequest:
    """Read a full scan request, or only a config as clients of the earlier API send it. Raises _BadMessageError."""
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _BadMessageError([FieldProblem("body", json_fault(error))]) from error
    if not isinstance(payload, dict):
        raise _BadMessageError([FieldProblem("body", NO_OBJECT)])
    if not payload.keys() & ScanRequest.model_fields.keys():
        payload = {"config": payload}
    try:
        return ScanRequest.model_validate(payload)
    except ValidationError as error:
        found = bad_fields([{**item} for item in error.errors(include_url=False, include_input=False)])
        raise _BadMessageError([*found, *problems_in_body(service, payload)]) from error


async def _start(
    broadcaster: RunBroadcaster, service: RunService, request: ScanRequest, owner: str | None, place: Place
) -> str:
    record = await broadcaster.read(lambda: submit(service, request, owner, place=place))
    return record.run_id
