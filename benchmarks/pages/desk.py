"""Where the browser's extension asks for the next page to open and reports on it: a small HTTP server of our own."""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass(frozen=True, slots=True)
class Job:
    """Open ``url`` in a new tab and tell when it is drawn with ``text`` on it, or give up after ``patience_ms``."""

    number: int
    url: str
    text: str
    patience_ms: float


@dataclass(frozen=True, slots=True)
class Report:
    """When the page of a job was drawn, since its navigation began; None where something was still ``missing``."""

    number: int
    milliseconds: float | None
    missing: str | None


class Desk(ThreadingHTTPServer):
    """Hands out jobs and takes in reports, on a free port of this machine alone."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Clerk)
        self.jobs: queue.Queue[Job] = queue.Queue()
        self.reports: queue.Queue[Report] = queue.Queue()

    @property
    def url(self) -> str:
        """Where the extension finds it."""
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def open_desk() -> Iterator[Desk]:
    """Give a desk that answers until it is left."""
    with Desk() as desk:
        Thread(target=desk.serve_forever, daemon=True).start()
        try:
            yield desk
        finally:
            desk.shutdown()


class _Clerk(BaseHTTPRequestHandler):
    """One request: GET waits for the next job, POST brings a report."""

    server: Desk

    def do_GET(self) -> None:
        self._answer(json.dumps(asdict(self.server.jobs.get())).encode())

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.reports.put(Report(**json.loads(content)))
        self._answer(b"{}")

    def _answer(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_parts: object) -> None:
        """Print nothing between the rows of the table."""
