"""A server process that is told to stop lets its streams go within three seconds and tells them to come back."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from technic_scanner.bootstrap import Services
from tests.functional.api.hand_moved import HandMoved
from tests.functional.api.live import sse
from tests.functional.api.server_process import ServerProcess

STREAMS = 50
SECONDS = 3.0


@pytest.fixture(params=["api", "serve"])
def server(request: pytest.FixtureRequest, services: Services) -> Iterator[ServerProcess]:
    served = ServerProcess(services.settings.home, request.param, stale_after_seconds=600)
    try:
        served.wait_until_ready()
        yield served
    finally:
        served.kill()


def test_sigterm_with_50_open_streams(server: ServerProcess, run: HandMoved) -> None:
    run.advance(5)
    with ExitStack() as stack:
        streams = []
        sockets = []
        for _ in range(STREAMS // 2):
            stream = stack.enter_context(sse(server.port, f"{server.path}/scans/{run.run_id}/stream?after=4"))
            messages = stream.messages()
            assert [next(messages).fields.get("id") for _ in range(2)] == [None, "5"]
            streams.append((stream, messages))
            url = f"ws://127.0.0.1:{server.port}{server.path}/scans/{run.run_id}/ws?after=4"
            client = stack.enter_context(connect(url))
            client.recv(timeout=120)
            sockets.append(client)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(timeout=120)
        took = time.monotonic() - began
        for client in sockets:
            with pytest.raises(ConnectionClosed):
                client.recv(timeout=60)
            assert client.close_code == 1012
        for stream, messages in streams:
            assert not list(messages)
            assert stream.ended, "the stream was cut instead of ended"
    assert took <= SECONDS, server.log.read_text()
    assert server.process.returncode in (0, -signal.SIGTERM)
    log = server.log.read_text()
    assert "Traceback" not in log, log
    assert "ERROR" not in log, log
