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
from typing import Any

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
                if self.server.poll() is not None:
                    raise RuntimeError((home / "server.log").read_text()) from None
                time.sleep(0.1)

    def round(self, watchers: int) -> Round:
        """Scan once with a number of watchers; without any, nothing asks until the scan should be over."""
        shutil.rmtree(self.home / "prices", ignore_errors=True)
        config = {"source": "synthetic", "universe": self.universe, "max_symbols": 100_000}
        process = psutil.Process(self.server.pid)
        run_id = self.client.post("/scans", json={"config": config}).raise_for_status().json()["run_id"]
        before = sum(process.cpu_times()[:2])
        outcome = self._watched(run_id, watchers) if watchers else self._unwatched(run_id)
        used = sum(process.cpu_times()[:2]) - before
        run = self.client.get(f"/scans/{run_id}").json()
        assert run["status"] == "succeeded", run
        while self.client.get("/workers").json()["workers"]:
            time.sleep(0.1)
        memory = process.memory_info().rss / 1e6
        return Round(run["metrics"]["total_seconds"], used, memory, outcome["events"], outcome["in_order"])

    def _watched(self, run_id: str, watchers: int) -> dict[str, Any]:
        crowd = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.api.watchers", str(self.port), run_id, str(watchers)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert crowd.stdout is not None
        assert crowd.stdout.readline() == "ready\n"
        outcome: dict[str, Any] = json.loads(crowd.stdout.readline())
        assert outcome["ended"] == watchers
        crowd.wait()
        return outcome

    def _unwatched(self, run_id: str) -> dict[str, Any]:
        while self.client.get(f"/scans/{run_id}").json()["status"] in ("queued", "running"):
            time.sleep(1.0)
        return {"events": [], "in_order": True}

    def close(self) -> None:
        """Stop the server."""
        self.server.terminate()
        self.server.wait()


def main() -> None:
    """Alternate scans that nobody watches with scans that many watch; print medians and the ratio."""
    parser = argparse.ArgumentParser(description="Measure what watchers cost.")
    parser.add_argument("--watchers", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--universe", default="8000x1260", help="symbols x sessions of the synthetic source")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options.universe)
        try:
            bench.round(options.watchers)  # compiles, and grows the server to what a crowd takes
            pairs = [_pair(bench, options.watchers, number) for number in range(options.rounds)]
        finally:
            bench.close()
    print(f"{'watchers':>9} {'scan s':>8} {'server cpu s':>13} {'of a core':>10} {'server MB':>15}  events, in order")
    for watchers, rounds in ((0, [pair[0] for pair in pairs]), (options.watchers, [pair[1] for pair in pairs])):
        scan = statistics.median(item.scan_seconds for item in rounds)
        cpu = statistics.median(item.server_cpu_seconds for item in rounds)
        memory = f"{rounds[0].server_rss_mb:.0f} to {rounds[-1].server_rss_mb:.0f}"
        good = all(item.in_order and len(item.events) == (watchers > 0) for item in rounds)
        print(f"{watchers:9} {scan:8.2f} {cpu:13.2f} {cpu / scan:10.1%} {memory:>15}  {rounds[-1].events}, {good}")
    ratios = [many.scan_seconds / none.scan_seconds - 1 for none, many in pairs]
    print(
        f"\nslow-down by {options.watchers} watchers, median of {len(ratios)} pairs: {statistics.median(ratios):+.1%}"
    )
    print("all:", " ".join(f"{ratio:+.1%}" for ratio in ratios))


def _pair(bench: Bench, watchers: int, number: int) -> tuple[Round, Round]:
    """Return a round without and one with watchers, in an order that changes, so that a drift favours neither."""
    if number % 2:
        many = bench.round(watchers)
        return bench.round(0), many
    return bench.round(0), bench.round(watchers)


if __name__ == "__main__":
    main()
