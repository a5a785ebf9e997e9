"""The dashboard and the API in one process: who answers which path, and under whose rules."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from technic_scanner.bootstrap import build
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import NewRun
from technic_scanner.settings import load_settings
from tests.functional.api.hand_moved import HandMoved
from tests.functional.api.live import sse
from tests.functional.api.server_process import ServerProcess

# One worker for all of it: what they share is set up once.
pytestmark = pytest.mark.xdist_group("one_port")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("one-port")


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[ServerProcess]:
    served = ServerProcess(home, "serve", stale_after_seconds=600)
    try:
        served.wait_until_ready()
        yield served
    finally:
        served.kill()


@pytest.fixture(scope="module")
def ended_run(home: Path, server: ServerProcess) -> str:
    """A run with three events that has ended."""
    services = build(load_settings(home=home))
    record = services.store.add_runs([NewRun(ScanConfig(), RunOptions(), comparability_key="one port")])[0]
    claimed = services.store.claim("worker-of-the-test", "host", "0", None)
    assert claimed is not None
    run = HandMoved(services, claimed)
    run.advance(2)
    assert run.finish().status is RunStatus.SUCCEEDED
    services.close()
    return record.run_id


@pytest.mark.parametrize(
    ("path", "status", "media_type"),
    [
        ("/", 200, "text/html"),
        ("/history", 200, "text/html"),
        ("/_stcore/health", 200, "text/plain"),
        ("/api/health/ready", 200, "application/json"),
        ("/api/openapi.json", 200, "application/json"),
        ("/api/nothing", 404, "application/problem+json"),
    ],
)
def test_each_path_has_one_that_answers(server: ServerProcess, path: str, status: int, media_type: str) -> None:
    answer = httpx.get(f"http://127.0.0.1:{server.port}{path}")
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (status, media_type)


@pytest.mark.parametrize("path", ["/api", "/api/"])
def test_the_mount_point_leads_to_the_apis_description(server: ServerProcess, path: str) -> None:
    answer = httpx.get(f"http://127.0.0.1:{server.port}{path}", follow_redirects=True)
    assert (answer.status_code, answer.json()["info"]["title"]) == (200, "Technic Scanner")


@pytest.mark.parametrize("path", ["/api", "/api/scans", "/api/openapi.json", "/api/timings.csv"])
def test_head_answers_as_get_without_a_body(server: ServerProcess, path: str) -> None:
    url = f"http://127.0.0.1:{server.port}{path}"
    # Uncompressed: Streamlit compresses bodies, and there is none.
    with httpx.Client(headers={"Accept-Encoding": "identity"}) as client:
        for _ in range(2):  # the second time on the same connection, which a stray body would have broken
            head, get = client.head(url), client.get(url)
            assert (head.status_code, head.content) == (get.status_code, b"")
            for name in ("content-type", "content-length", "location"):
                assert head.headers.get(name) == get.headers.get(name)


def test_head_neither_opens_a_stream_nor_starts_a_scan(server: ServerProcess, ended_run: str) -> None:
    for path in (f"/api/scans/{ended_run}/stream", "/api/scan/stream", "/scan/stream"):
        answer = httpx.head(f"http://127.0.0.1:{server.port}{path}")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert httpx.head(f"http://127.0.0.1:{server.port}/api/scans/{ended_run}/cancel").headers["allow"] == "POST"
    deleted = httpx.delete(f"http://127.0.0.1:{server.port}/api/scans")
    assert (deleted.status_code, deleted.headers["allow"]) == (405, "GET, HEAD, POST")
    assert len(httpx.get(f"http://127.0.0.1:{server.port}/api/scans").json()["runs"]) == 1


@pytest.mark.parametrize("mount", ["", "/api"])
def test_the_earlier_streams_answer_at_the_root_and_at_the_mount_point(
    server: ServerProcess, ended_run: str, mount: str
) -> None:
    with sse(server.port, f"{mount}/scan/stream?run_id={ended_run}") as stream:
        assert stream.status == 200
        marks = [message.fields.get("id") for message in stream.messages()]
    assert marks == [None, *(f"{ended_run}:{mark}" for mark in ("1", "2", "3", "3-end"))]
    with connect(f"ws://127.0.0.1:{server.port}{mount}/ws/scan-progress?run_id={ended_run}") as client:
        *progress, end = [json.loads(message) for message in client]
        assert client.close_code == 1000
    assert [message["seq"] for message in progress] == [1, 2, 3]
    assert end["status"] == "succeeded"
    with connect(f"ws://127.0.0.1:{server.port}{mount}/ws/scan-progress") as client:
        client.send('{"max_symbols": -1}')
        problem = json.loads(client.recv(timeout=120))
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=120)
        assert client.close_code == 4422
    assert [item["field"] for item in problem["errors"]] == ["config.max_symbols"]


@pytest.mark.parametrize("mount", ["", "/api"])
def test_the_apis_own_rules_hold_at_both_places(server: ServerProcess, mount: str) -> None:
    url = f"http://127.0.0.1:{server.port}{mount}/scan/stream"
    assert httpx.get(url, headers={"Host": "evil.test"}).status_code == 421
    refused = httpx.get(url, headers={"Origin": "https://evil.test"})
    assert (refused.status_code, refused.headers["x-content-type-options"]) == (403, "nosniff")
    with (
        pytest.raises(InvalidStatus) as caught,
        connect(f"ws://127.0.0.1:{server.port}{mount}/ws/scan-progress", origin="https://evil.test"),  # type: ignore[arg-type]
    ):
        pass
    assert caught.value.response.status_code == 403
    assert httpx.get(f"http://127.0.0.1:{server.port}/api/scans").json()["next_cursor"] is None


def handshake(server: ServerProcess, host: str, origin: str | None, path: str = "/_stcore/stream") -> int:
    """Return the status with which the server answers the opening of a WebSocket, which ends at once."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=120) as client:
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {host}",
            *([] if origin is None else [f"Origin: {origin}"]),
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ]
        client.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return int(client.recv(4096).split()[1])


@pytest.mark.parametrize(("host", "status"), [("evil.test", 403), ("localhost", 101), ("[::1]", 101)])
def test_the_dashboard_too_refuses_names_that_are_not_its_own(server: ServerProcess, host: str, status: int) -> None:
    name = f"{host}:{server.port}"
    assert handshake(server, name, f"http://{name}") == status
    answer = httpx.get(f"http://127.0.0.1:{server.port}/", headers={"Host": name})
    assert answer.status_code == (200 if status == 101 else 421)


LOOPBACK = ("localhost", "127.0.0.1", "127.0.0.2", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "LOCALHOST")


@pytest.mark.parametrize("name", LOOPBACK)
@pytest.mark.parametrize("port", [":3000", ""])
def test_pages_of_another_port_of_this_machine_reach_no_websocket(server: ServerProcess, name: str, port: str) -> None:
    for path in ("/_stcore/stream", "/ws/scan-progress", "/api/ws/scan-progress"):
        for host in ("localhost", "127.0.0.1", "[::1]"):
            assert handshake(server, f"{host}:{server.port}", f"http://{name}{port}", path) == 403


def test_a_program_without_an_origin_reaches_the_websocket(server: ServerProcess) -> None:
    assert handshake(server, f"localhost:{server.port}", None) == 101


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
def test_pages_of_another_port_of_this_machine_change_nothing(server: ServerProcess, method: str) -> None:
    for path in ("/_stcore/upload_file/session/file", "/_stcore/anything", "/history", "/api/presets/theirs"):
        headers = {"Origin": "http://localhost:3000"}
        answer = httpx.request(method, f"http://127.0.0.1:{server.port}{path}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_origin"), path
