"""Follows a run live, as server-sent events and over a WebSocket, from any event on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated, Any, cast

from fastapi import APIRouter, Header, Query, Response, WebSocket
from sse_starlette.sse import EventSourceResponse
from starlette.websockets import WebSocketDisconnect

from technic_scanner.api.dependencies import Broadcaster, Service, Streams
from technic_scanner.api.documentation import Responses, problems
from technic_scanner.api.encoded_events import EncodedEvent, End, sse_message
from technic_scanner.api.open_streams import OpenStreams, open_streams
from technic_scanner.api.requests import MAX_SEQ, RunId
from technic_scanner.api.run_broadcaster import RunBroadcaster, Watcher
from technic_scanner.api.security import chosen_subprotocol
from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import LimitError, RunNotFoundError

router = APIRouter(tags=["streams"])

PING_SECONDS = 15
RETRY_MILLISECONDS = 2000
SHUTDOWN_GRACE_SECONDS = 1.0
END_MARK = "-end"
WS_DONE = 1000
WS_RESTART = 1012
WS_OVERLOADED = 1013
WS_NOT_FOUND = 4404


@dataclass(frozen=True, slots=True)
class Wire:
    """How events (with the number of events left out before them) and the end are put into words.

    None leaves out an event that cannot be read.
    """

    event: Callable[[EncodedEvent, int], str | None]
    end: Callable[[End, str], str]


LastEventId = Annotated[
    str | None,
    Header(
        pattern=r"^[0-9]{1,15}(-end)?$",
        description="Sent by browsers on reconnect: the stream goes on after this event.",
    ),
]
_SSE_SCHEMA = {"type": "object", "properties": {name: {"type": "string"} for name in ("id", "event", "data")}}
EVENT_STREAM: Responses = {
    200: {
        "description": "Events with JSON in `data`; each `id` ends in the sequence number.",
        "content": {"text/event-stream": {"schema": _SSE_SCHEMA}},
    }
}


@router.get(
    "/scans/{run_id}/stream",
    response_class=Response,
    responses=EVENT_STREAM
    | {204: {"description": "The run has ended and everything was sent."}}
    | problems(404, 422, 429),
)
async def stream_scan(
    run_id: RunId,
    broadcaster: Broadcaster,
    service: Service,
    streams: Streams,
    after: Annotated[int, Query(ge=0, le=MAX_SEQ)] = 0,
    last_event_id: LastEventId = None,
) -> Response:
    """Stream the journal as server-sent events: `progress` with the sequence number as id, at last one `end`."""
    record = await broadcaster.read(lambda: service.get(run_id))
    start = after if last_event_id is None else int(last_event_id.removesuffix(END_MARK))
    if last_event_id is not None and is_over(record, last_event_id):
        return Response(status_code=204)

    def end(last: End, seen: int) -> bytes:
        return sse_message("end", f"{seen}{END_MARK}", json.dumps(end_message(last, run_id)))

    return event_source(broadcaster, streams, events_of(broadcaster, run_id, start, attrgetter("sse"), end))


def event_source(broadcaster: RunBroadcaster, streams: OpenStreams, content: AsyncIterator[bytes]) -> Response:
    """Return the streaming response; it ends when the content does, the client leaves or the server goes down.

    Raises LimitError if too many streams are open.
    """
    streams.require_room()
    return EventSourceResponse(
        streams.counted(content),
        ping=PING_SECONDS,
        shutdown_event=cast(Any, broadcaster),  # only its set() is called
        shutdown_grace_period=SHUTDOWN_GRACE_SECONDS,
    )


async def events_of(
    broadcaster: RunBroadcaster,
    run_id: str,
    start: int,
    message: Callable[[EncodedEvent], bytes],
    end: Callable[[End, int], bytes],
) -> AsyncIterator[bytes]:
    """Yield a run's events after ``start`` as server-sent messages; ``end`` takes the last number as well.

    Where events have been thinned since the run ended, a message without an id says which.
    """
    yield f"retry: {RETRY_MILLISECONDS}\r\n\r\n".encode()
    seen = start
    async with broadcaster.watch(run_id, start) as watcher:
        while (batch := await watcher.next()) is not None:
            if isinstance(batch, End):
                # The journal's last event may be unreadable; a client that comes back has been told of the end.
                yield end(batch, max(watcher.cursor, 0 if batch.record is None else batch.record.last_seq))
                return
            parts = []
            for event in batch:
                if event.seq > seen + 1:
                    parts.append(_thinned(seen, event.seq))
                parts.append(message(event))
                seen = event.seq
            yield b"".join(parts)


def _thinned(after: int, before: int) -> bytes:
    data = json.dumps({"after": after, "before": before, "omitted": before - after - 1})
    return f"event: thinned\r\ndata: {data}\r\n\r\n".encode()


def end_message(end: End, run_id: str) -> dict[str, Any]:
    """Return what a watcher is told last."""
    record = end.record
    if record is None:
        return {"type": "end", "run_id": run_id, "status": "deleted", "outcome": None, "status_text": "", "error": None}
    return {
        "type": "end",
        "run_id": record.run_id,
        "status": record.status.value,
        "outcome": None if record.outcome is None else record.outcome.value,
        "status_text": record.status_text,
        "error": None if record.error is None else {"code": record.error.code, "message": record.error.message},
    }


def is_over(record: RunRecord, last_event_id: str) -> bool:
    """True if a client whose last event had this id has been told the end, and it still is the end."""
    seen = last_event_id.removesuffix(END_MARK)
    return last_event_id != seen and record.status.is_terminal and record.last_seq <= int(seen)


@router.websocket("/scans/{run_id}/ws")
async def follow_scan(
    websocket: WebSocket,
    run_id: RunId,
    broadcaster: Broadcaster,
    after: Annotated[int, Query(ge=0, le=MAX_SEQ)] = 0,
) -> None:
    """Send each event after ``after`` as ``{"type": "progress", "seq", "skipped", "event"}``, at last an ``end``."""
    await websocket.accept(subprotocol=chosen_subprotocol(websocket.scope))
    await serve_socket(websocket, broadcaster, run_id, after, PLAIN)


PLAIN = Wire(
    lambda event, skipped: f'{{"type":"progress","seq":{event.seq},"skipped":{skipped},"event":{event.text}}}',
    lambda end, run_id: json.dumps(end_message(end, run_id)),
)


async def serve_socket(websocket: WebSocket, broadcaster: RunBroadcaster, run_id: str, after: int, wire: Wire) -> None:
    """Send a run's events over an accepted socket until it ends, the client leaves or the server goes down."""
    streams = open_streams(websocket)
    try:
        streams.require_room()
    except LimitError as error:
        await websocket.close(WS_OVERLOADED, str(error))
        return
    async with AsyncExitStack() as stack:
        stack.enter_context(streams.one())
        try:
            watcher = await stack.enter_async_context(broadcaster.watch(run_id, after))
        except RunNotFoundError:
            await websocket.close(WS_NOT_FOUND, "no run has this id")
            return
        sender = asyncio.create_task(_send_all(websocket, watcher, run_id, wire))
        listener = asyncio.create_task(_until_gone(websocket))
        try:
            await asyncio.wait({sender, listener}, return_when=asyncio.FIRST_COMPLETED)
            if sender.done() and not listener.done():
                sender.result()
        except WebSocketDisconnect:
            return  # noticed by sending to it
        finally:
            sender.cancel()
            listener.cancel()
            # What the other one met once the client was gone does not matter.
            await asyncio.gather(sender, listener, return_exceptions=True)


async def _send_all(websocket: WebSocket, watcher: Watcher, run_id: str, wire: Wire) -> None:
    sent = watcher.cursor
    while (batch := await watcher.next_or_latest()) is not None:
        if isinstance(batch, End):
            await websocket.send_text(wire.end(batch, run_id))
            gone = batch.record is None
            await websocket.close(WS_NOT_FOUND if gone else WS_DONE, "deleted" if gone else "done")
            return
        for event in batch:
            if (message := wire.event(event, max(0, event.seq - sent - 1))) is not None:
                await websocket.send_text(message)
            sent = event.seq
    await websocket.close(WS_RESTART, "the server restarts; come back with after=<last seq>")


async def _until_gone(websocket: WebSocket) -> None:
    """Read and ignore what the client sends, so that its leaving is noticed."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
