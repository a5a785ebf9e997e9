"""Download from a server that throttles, in four threads: ``python examples/throttled_downloads.py``.

The server is a local one that answers "429 Too Many Requests" to every third request.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.request import urlopen

import stamina

from technic_scanner import MultiStageProgressTracker
from technic_scanner.progress.timings import stage_table
from technic_scanner.progress.views.lines import print_lines

FILES = 60


class Throttling(BaseHTTPRequestHandler):
    """Serves 10 kB to every path, but refuses every third request."""

    protocol_version = "HTTP/1.1"
    requests = itertools.count(1)

    def do_GET(self) -> None:
        """Answer one request."""
        is_refused = next(self.requests) % 3 == 0
        body = b"" if is_refused else b"x" * 10_000
        self.send_response(429 if is_refused else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def server() -> Iterator[str]:
    """Serve on a free port; return the address."""
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Throttling)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{serving.server_port}"
    finally:
        serving.shutdown()
        thread.join()
        serving.server_close()


def is_throttled(error: Exception) -> bool:
    """Return whether another attempt makes sense."""
    return isinstance(error, HTTPError) and error.code == 429


@stamina.retry(on=is_throttled, attempts=10, wait_initial=0.01, wait_max=0.1)
def fetch(url: str) -> int:
    """Download one file; return its size."""
    with urlopen(url, timeout=30) as answer:
        return len(answer.read())


def main() -> None:
    """Download all files. A unit is one file; what retries cost is in the time that it took."""
    tracker = MultiStageProgressTracker(
        {"connect": 0.1, "download": 0.9}, history="download-runs.json", name="downloads"
    )
    print_lines(tracker)
    with server() as address, tracker:
        with tracker.stage("connect"):
            tracker.declare("download", FILES)
            fetch(f"{address}/index")

        def download(number: int) -> int:
            size = fetch(f"{address}/{number}")
            tracker.advance()
            return size

        with tracker.stage("download"), ThreadPoolExecutor(4) as pool:
            sizes = list(pool.map(download, range(FILES)))
    print(stage_table(tracker))
    print(f"{len(sizes)} files, {sum(sizes):,} bytes")


if __name__ == "__main__":
    main()
