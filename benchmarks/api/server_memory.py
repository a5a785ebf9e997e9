"""Run ``python -m benchmarks.api.server_memory``: the server's memory after many scans and many readers of outcomes."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import psutil

from benchmarks.api.__main__ import Bench
from technic_scanner.bootstrap import build
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.runs.model import NewRun
from technic_scanner.settings import load_settings

QUESTIONS = ("/outcomes", "/outcomes.csv", "/outcomes?horizon=10", "/outcomes.csv?top_n=20", "/outcomes?quantiles=10")


def fill(home: Path, universe: str, runs: int) -> None:
    """Scan at past dates, a week apart; all rows are picks."""
    with build(load_settings(home=home)) as services:
        config = ScanConfig(source="synthetic", universe=universe, top_n=None, max_symbols=100_000)
        last = next(info.last_session for info in services.service.sources() if info.name == "synthetic")
        assert last is not None
        for number in range(runs):
            day = last - timedelta(days=60 + 7 * number)
            services.store.add_runs([NewRun(replace(config, as_of_date=day), RunOptions(), str(number))])
        assert services.worker().run() == runs


def main() -> None:
    """Scan often, read outcomes once and then with many clients at once; print the server's memory after each."""
    parser = argparse.ArgumentParser(
        description="Measure what scans and readers of outcomes cost the server in memory."
    )
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--runs", type=int, default=40, help="runs of past dates whose outcomes are read")
    parser.add_argument("--scans", type=int, default=300, help="scans of the sample that the server starts first")
    parser.add_argument("--universe", default="1000x800", help="symbols x sessions of the synthetic source")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), options.universe, options.runs)
        bench = Bench(Path(folder), options.universe)
        try:
            measure(bench, options.scans, options.clients)
        finally:
            bench.close()


def measure(bench: Bench, scans: int, clients: int) -> None:
    """Print memory at the start, after the scans, after one read and after the crowd."""
    server = psutil.Process(bench.server.pid)
    sizes = {"at the start": _megabytes(server)}
    for _ in range(scans):
        bench.client.post("/scans", json={"config": {"source": "sample"}}).raise_for_status()
        _wait_until_idle(bench)
    sizes[f"after {scans} scans"] = _megabytes(server)
    filters = {"source": "synthetic"}
    report = bench.client.get("/outcomes", params=filters, timeout=600).raise_for_status().json()
    sizes["after one read"] = peak = _megabytes(server)

    def read(number: int) -> int:
        nonlocal peak
        question = QUESTIONS[number % len(QUESTIONS)]
        answer = httpx.get(f"{bench.client.base_url}{question}", timeout=600)
        peak = max(peak, _megabytes(server))
        return answer.status_code

    with ThreadPoolExecutor(clients) as crowd:
        statuses = Counter(crowd.map(read, range(clients)))
    sizes |= {"most during the reads": peak, f"after {clients} reads at once": _megabytes(server)}
    print(f"{report['picks']:,} picks; {clients} clients got {dict(statuses)}")
    for moment, size in sizes.items():
        print(f"{moment:<28} {size:6.0f} MB  {size / sizes['at the start']:.2f} of the start")


def _megabytes(process: psutil.Process) -> float:
    return float(process.memory_info().rss / 1e6)


def _wait_until_idle(bench: Bench) -> None:
    while bench.client.get("/scans", params={"status": ["queued", "running"]}).raise_for_status().json()["runs"]:
        time.sleep(0.02)


if __name__ == "__main__":
    main()
