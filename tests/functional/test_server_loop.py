"""The event loop that the server runs on: small messages in a row leave at once."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import psutil
import pytest
import uvloop

from tests.functional.api.server_process import ServerProcess

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="uvloop is not made for Windows")


async def _delays_small_messages() -> bool:
    """Accept a connection on a socket made as Streamlit makes its own; tell whether Nagle's algorithm is on."""
    told: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    class Accepted(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            own = transport.get_extra_info("socket")
            told.set_result(own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            transport.close()

    listening = socket.socket(family=socket.AF_INET)
    listening.bind(("127.0.0.1", 0))
    server = await asyncio.get_running_loop().create_server(Accepted, sock=listening)
    _, writer = await asyncio.open_connection(*listening.getsockname())
    async with asyncio.timeout(30):
        no_delay = await told
    writer.close()
    server.close()
    return not no_delay


def test_on_this_loop_no_message_waits_for_the_answer_to_the_one_before() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert not runner.run(_delays_small_messages())


@pytest.mark.parametrize("command", ["serve", "api"])
def test_the_server_runs_on_it(tmp_path: Path, command: str) -> None:
    server = ServerProcess(tmp_path, command)
    try:
        server.wait_until_ready()
        loaded = {Path(part.path).name for part in psutil.Process(server.process.pid).memory_maps()}
    finally:
        server.kill()
    assert [name for name in loaded if name.startswith("loop.") and name.endswith(".so")]
