"""Streams through a real server: cut and resumed at random points, watched by hundreds, ended and refused properly."""

from __future__ import annotations

import asyncio
import gc
import json
import random
import re
import socket
from collections.abc import Callable, Iterator

import httpx
import pytest
from fastapi import FastAPI
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from technic_scanner.api import run_broadcaster as broadcaster_module
from technic_scanner.api.app import create_api
from technic_scanner.api.encoded_events import EncodedEvent
from technic_scanner.bootstrap import Services
from technic_scanner.domain.run import RunStatus
from tests.functional.api.conftest import MakeServices
from tests.functional.api.hand_moved import HandMoved
from tests.functional.api.live import LiveServer, sse

CUTS = 50
WATCHERS = 500
ID_LINE = re.compile(rb"^id: (\S+)", re.MULTILINE)


@pytest.fixture
def live(app: FastAPI) -> Iterator[LiveServer]:
    with LiveServer(app) as server:
        yield server


def socket_to(live: LiveServer, path: str) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{live.port}{path}", open_timeout=120, close_timeout=60)


def slow_socket_to(live: LiveServer, path: str) -> ClientConnection:
    """A client that takes in little before the server has to wait."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", live.port))
    return connect(f"ws://127.0.0.1:{live.port}{path}", sock=narrow, compression=None, max_queue=4)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another thread does; the test's time limit ends a wait in vain."""
    while not condition():  # noqa: ASYNC110 - the condition is not this loop's
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("seed", [1, 2])
def test_sse_cut_at_random_bytes_has_no_gap_and_no_repeat(live: LiveServer, run: HandMoved, seed: int) -> None:
    dice = random.Random(seed)
    path = f"/scans/{run.run_id}/stream"
    seen: list[int] = []
    bodies: list[dict[str, object]] = []
    last_id: str | None = None
    run.advance(40)
    for _ in range(CUTS):
        with sse(live.port, path, {"Last-Event-ID": last_id} if last_id else None) as connection:
            assert connection.status == 200
            for message in connection.messages(dice.randrange(0, 9000)):
                if message.event == "progress":
                    last_id = message.fields["id"]
                    seen.append(int(last_id))
                    bodies.append(json.loads(message.fields["data"]))
            run.advance(dice.randrange(0, 12) + (20 if run.next_seq - len(seen) < 20 else 0))
    run.finish()
    with sse(live.port, path, {"Last-Event-ID": last_id or "0"}) as connection:
        *rest, end = list(connection.messages())
    seen += [int(message.fields["id"]) for message in rest if message.event == "progress"]
    assert seen == list(range(1, run.next_seq))
    assert [body["seq"] for body in bodies] == seen[: len(bodies)]
    assert end.event == "end"
    assert json.loads(end.fields["data"])["status"] == "succeeded"


@pytest.mark.parametrize("seed", [3, 4])
def test_websocket_cut_at_random_points_has_no_gap_and_no_repeat(live: LiveServer, run: HandMoved, seed: int) -> None:
    dice = random.Random(seed)
    seen: list[int] = []
    run.advance(40)
    for _ in range(CUTS):
        with socket_to(live, f"/scans/{run.run_id}/ws?after={seen[-1] if seen else 0}") as client:
            for _ in range(dice.randrange(0, 9)):
                message = json.loads(client.recv(timeout=120))
                assert (message["type"], message["skipped"]) == ("progress", 0)
                assert message["event"]["seq"] == message["seq"]
                seen.append(message["seq"])
            client.socket.shutdown(socket.SHUT_RDWR)
        run.advance(dice.randrange(0, 12) + (20 if run.next_seq - len(seen) < 20 else 0))
    run.finish()
    with socket_to(live, f"/scans/{run.run_id}/ws?after={seen[-1]}") as client:
        *rest, end = [json.loads(message) for message in client]
    seen += [message["seq"] for message in rest]
    assert seen == list(range(1, run.next_seq))
    assert (end["type"], end["status"], client.close_code) == ("end", "succeeded", 1000)


def test_after_the_end_there_is_204_until_the_run_is_resumed(
    live: LiveServer, run: HandMoved, services: Services
) -> None:
    run.advance(3)
    run.finish(RunStatus.CANCELLED)
    path = f"/scans/{run.run_id}/stream"
    with sse(live.port, path) as connection:
        messages = list(connection.messages())
        assert connection.ended
    assert messages[0].fields == {"retry": "2000"}
    assert [message.fields["id"] for message in messages[1:]] == ["1", "2", "3", "4", "4-end"]
    with sse(live.port, path, {"Last-Event-ID": "4-end"}) as connection:
        assert connection.status == 204
    # Cut between the last event and the end: told the end once more.
    with sse(live.port, path, {"Last-Event-ID": "4"}) as connection:
        assert [message.event for message in connection.messages()][1:] == ["end"]
    services.service.resume(run.run_id)
    second = services.store.claim("other", "host", "0", None)
    assert second is not None
    with sse(live.port, path, {"Last-Event-ID": "4-end"}) as connection:
        assert connection.status == 200


def test_a_stream_opened_before_the_first_event_gets_it(live: LiveServer, run: HandMoved) -> None:
    with sse(live.port, f"/scans/{run.run_id}/stream") as connection, socket_to(live, f"/scans/{run.run_id}/ws") as ws:
        stream = connection.messages()
        assert next(stream).fields == {"retry": "2000"}
        run.advance(1)
        assert next(stream).fields["id"] == "1"
        assert json.loads(ws.recv(timeout=120))["seq"] == 1
        assert "x-accel-buffering: no" in connection.head
        assert "cache-control: no-store" in connection.head
        assert "content-encoding" not in connection.head


@pytest.mark.parametrize("mark", ["x", "-1", "5-END", "9" * 16])
def test_marks_that_are_none_are_refused(live: LiveServer, run: HandMoved, mark: str) -> None:
    with sse(live.port, f"/scans/{run.run_id}/stream", {"Last-Event-ID": mark}) as connection:
        assert connection.status == 422


def test_pings_keep_a_quiet_stream_open(live: LiveServer, run: HandMoved, monkeypatch: pytest.MonkeyPatch) -> None:
    from technic_scanner.api import streams

    assert streams.PING_SECONDS == 15
    monkeypatch.setattr(streams, "PING_SECONDS", 0.05)
    with sse(live.port, f"/scans/{run.run_id}/stream") as connection:
        received = b""
        while received.count(b": ping") < 2:
            received += connection._body(None)


def test_websocket_of_an_unknown_run_closes_with_4404(live: LiveServer) -> None:
    for path in ("/scans/01ARZ3NDEKTSV4RRFFQ69G5FAV/ws", "/ws/scan-progress?run_id=01ARZ3NDEKTSV4RRFFQ69G5FAV"):
        with socket_to(live, path) as client:
            with pytest.raises(ConnectionClosed):
                client.recv(timeout=120)
            assert client.close_code == 4404


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/scans/01ARZ3NDEKTSV4RRFFQ69G5FAV/ws?after=abc", ["query.after"]),
        ("/scans/a%00b/ws", ["path.run_id"]),
        (f"/scans/{'x' * 65}/ws?after=-1", ["path.run_id", "query.after"]),
        ("/ws/scan-progress?after=-1", ["query.after"]),
        ("/ws/scan-progress?run_id=a%2525b&after=-1", ["query.run_id", "query.after"]),
    ],
)
def test_every_invalid_parameter_of_a_websocket_is_named(live: LiveServer, path: str, fields: list[str]) -> None:
    with socket_to(live, path) as client:
        message = json.loads(client.recv(timeout=120))
        assert (message["type"], message["status"], message["code"]) == ("error", 422, "invalid_request")
        assert [item["field"] for item in message["errors"]] == fields
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=120)
        assert client.close_code == 4422


def test_a_slow_websocket_client_gets_boundaries_and_the_newest(live: LiveServer, run: HandMoved) -> None:
    total = 3000
    with slow_socket_to(live, f"/scans/{run.run_id}/ws") as client:
        run.advance(1)
        assert json.loads(client.recv(timeout=120))["seq"] == 1
        # Not reading: the small buffers fill, the server waits, the journal runs on.
        for _ in range(total // 500):
            run.advance(500)
        run.finish()
        messages = [json.loads(message) for message in client]
    *progress, end = messages
    seen = [message["seq"] for message in progress]
    assert seen == sorted(set(seen))
    assert len(seen) < total, "nothing was left out, so the client was not slow"
    boundaries = set(range(10, run.next_seq, 10)) | {run.next_seq - 1}
    assert boundaries <= set(seen)
    previous = 1
    for message in progress:
        assert message["skipped"] == message["seq"] - previous - 1
        previous = message["seq"]
    assert end["status"] == "succeeded"


def test_500_watchers_get_every_event_and_the_end_from_bounded_memory(
    live: LiveServer, run: HandMoved, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcaster_module, "RING_EVENTS", 40)
    monkeypatch.setattr(broadcaster_module, "CATCH_UP_EVENTS", 10)
    run.advance(5)
    broadcaster = live.api.state.broadcaster

    async def watch() -> list[int]:
        reader, writer = await asyncio.open_connection("127.0.0.1", live.port)
        writer.write(f"GET /scans/{run.run_id}/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        marks: list[bytes] = []
        left = b""
        while not (marks and marks[-1].endswith(b"-end")):
            read = await reader.read(65536)
            assert read, "the server closed a stream before its end"
            whole, _, left = (left + read).rpartition(b"\r\n")
            marks += ID_LINE.findall(whole)
        writer.close()
        return [int(mark) for mark in marks[:-1]]

    async def watch_all() -> tuple[list[list[int]], int]:
        watchers = [asyncio.create_task(watch()) for _ in range(WATCHERS)]
        await until(lambda: broadcaster.watchers == WATCHERS)
        for _ in range(8):
            await asyncio.to_thread(run.advance, 20)
        await until(lambda: broadcaster._topics[run.run_id].head == run.next_seq - 1)
        # By type, because isinstance asks weak proxies of other tests for what they stood for.
        held = sum(type(item) is EncodedEvent for item in gc.get_objects())
        await asyncio.to_thread(run.finish)
        return await asyncio.gather(*watchers), held

    seen, held = asyncio.run(asyncio.wait_for(watch_all(), 200))
    assert seen == [list(range(1, run.next_seq))] * WATCHERS
    # The ring, one page on its way into it, and what the reading threads hold for watchers that it left behind.
    assert held <= 40 + broadcaster_module.PAGE_EVENTS + 10 * broadcaster_module.READER_THREADS


def test_a_reconnect_after_thinning_is_told_what_is_left_out(
    live: LiveServer, run: HandMoved, services: Services
) -> None:
    run.advance(400)
    run.finish()
    services.store.thin_events(run.run_id, 20)
    left = [item.seq for item in services.service.events(run.run_id, limit=1000)]
    with sse(live.port, f"/scans/{run.run_id}/stream?after=100") as stream:
        messages = [message for message in stream.messages() if "data" in message.fields]
    seen, omitted = 100, 0
    for message in messages[:-1]:
        if message.event == "thinned":
            data = json.loads(message.fields["data"])
            assert (data["after"], "id" in message.fields) == (seen, False)
            omitted += data["omitted"]
            seen = data["before"] - 1
        else:
            assert int(message.fields["id"]) == seen + 1
            seen += 1
    received = [int(message.fields["id"]) for message in messages[:-1] if message.event == "progress"]
    assert received == [seq for seq in left if seq > 100]
    assert omitted == 301 - len(received)


def test_a_client_may_hold_only_so_many_streams(make_services: MakeServices) -> None:
    services = make_services(max_streams_per_client=2)
    run = HandMoved.start(services)
    run.advance(1)
    with LiveServer(create_api(services)) as live:
        path = f"/scans/{run.run_id}/stream"
        with sse(live.port, path) as first, sse(live.port, path) as second:
            for stream in (first, second):
                assert next(message for message in stream.messages() if "id" in message.fields).event == "progress"
            refused = httpx.get(f"{live.base_url}{path}", timeout=120)
            assert (refused.status_code, refused.json()["code"]) == (429, "limit_reached")
            with connect(f"ws://127.0.0.1:{live.port}/scans/{run.run_id}/ws") as socket:
                with pytest.raises(ConnectionClosed):
                    socket.recv(timeout=120)
                assert socket.close_code == 1013
        assert httpx.get(f"{live.base_url}/health/live", timeout=120).status_code == 200
