"""A loopback port for a server that is yet to start: nobody else is given it before, between restarts or after."""

from __future__ import annotations

import socket
import sys


class ReservedPort:
    """A port that this process keeps bound and never listens on, until it is closed.

    Linux lets a server with ``SO_REUSEADDR`` (asyncio's and Streamlit's have it) listen on it all the same, and gives
    it to nobody who asks for any free port or connects from one. Other systems refuse the server, so there the port
    is only known to have been free.
    """

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.number: int = self._socket.getsockname()[1]
        if sys.platform != "linux":
            self._socket.close()

    def close(self) -> None:
        """Let others have it."""
        self._socket.close()
