"""Run ``python -m benchmarks.api``: what hundreds of SSE watchers cost a scan and the server between them."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil


@dataclass(frozen=True)
class Round:
    """One scan: its own seconds, and what the server used while it ran."""

    scan_seconds: float
    server_cpu_seconds: float
    server_rss_mb: float
    events: list[int]
    in_order: bool


class Bench:
    """A server and a cold scan at a time."""

    def __init__(self, home: Path, universe: str) -> None:
        self.home = home
        self.universe = universe
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        environment = os.environ | {"TECHNIC_HOME": str(home)}
        command = [sys.executable, "-m", "technic_scanner.cli.main", "api", "--port", str(self.port)]
        with (home / "server.log").open("wb") as log:
            self.server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)
        while True:
            try:
                self.client.get("/health/ready").raise_for_status()
                break
            except httpx.TransportError:
                time.sleep(0.1)

    def round(self, watchers: int) -> Round:
        """Scan once with so many watchers."""
        shutil.rmtree(self.home / "prices", ignore_errors=True)
        config = {"source": "synthetic", "universe": self.universe, "max_symbols": 100_000}
        run_id = self.client.post("/scans", json={"config": config}).raise_for_status().json()["run_id"]
        crowd = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.api.watchers", str(self.port), run_id, str(max(1, watchers))],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert crowd.stdout is not None
        assert crowd.stdout.readline() == "ready\n"
        process = psutil.Process(self.server.pid)
        before = sum(process.cpu_times()[:2])
        outcome = json.loads(crowd.stdout.readline())
        used = sum(process.cpu_times()[:2]) - before
        crowd.wait()
        run = self.client.get(f"/scans/{run_id}").json()
        assert run["status"] == "succeeded", run
        while self.client.get("/workers").json()["workers"]:
            time.sleep(0.1)
        memory = process.memory_info().rss / 1e6
        return Round(run["metrics"]["total_seconds"], used, memory, outcome["events"], outcome["in_order"])

    def close(self) -> None:
        """Stop the server."""
        self.server.terminate()
        self.server.wait()


def main() -> None:
    """Alternate scans with one watcher and with many; print medians and the ratio."""
    parser = argparse.ArgumentParser(description="Measure what watchers cost.")
    parser.add_argument("--watchers", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--universe", default="8000x1260", help="symbols x sessions of the synthetic source")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options.universe)
        try:
            bench.round(1)
            pairs = [(bench.round(1), bench.round(options.watchers)) for _ in range(options.rounds)]
        finally:
            bench.close()
    print(f"{'watchers':>9} {'scan s':>8} {'server cpu s':>13} {'of a core':>10} {'server MB':>10}  events, in order")
    for watchers, rounds in ((1, [pair[0] for pair in pairs]), (options.watchers, [pair[1] for pair in pairs])):
        scan = statistics.median(item.scan_seconds for item in rounds)
        cpu = statistics.median(item.server_cpu_seconds for item in rounds)
        last = rounds[-1]
        good = all(item.in_order and len(item.events) == 1 for item in rounds)
        print(
            f"{watchers:9} {scan:8.2f} {cpu:13.2f} {cpu / scan:10.1%} {last.server_rss_mb:10.0f}  {last.events}, {good}"
        )
    ratios = [many.scan_seconds / one.scan_seconds - 1 for one, many in pairs]
    print(
        f"\nslow-down by {options.watchers} watchers, median of {len(ratios)} pairs: {statistics.median(ratios):+.1%}"
    )
    print("all:", " ".join(f"{ratio:+.1%}" for ratio in ratios))


if __name__ == "__main__":
    main()
