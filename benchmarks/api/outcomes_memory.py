"""Run ``python -m benchmarks.api.outcomes_memory``: what a crowd that reads outcomes costs the server in memory."""

from __future__ import annotations

import argparse
import tempfile
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
            services.store.add_run(
                replace(config, as_of_date=day), RunOptions(), owner=None, label=None, idempotency_key=None,
                comparability_key=str(number),
            )  # fmt: skip
        assert services.worker().run() == runs


def main() -> None:
    """Read outcomes once, then with many clients at once; print the server's memory after each."""
    parser = argparse.ArgumentParser(description="Measure what reading outcomes costs the server in memory.")
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--universe", default="1000x800", help="symbols x sessions of the synthetic source")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), options.universe, options.runs)
        bench = Bench(Path(folder), options.universe)
        try:
            measure(bench, options.clients)
        finally:
            bench.close()


def measure(bench: Bench, clients: int) -> None:
    """Print memory before, after one read and after the crowd."""
    server = psutil.Process(bench.server.pid)
    idle = server.memory_info().rss / 1e6
    picks = httpx.get(f"{bench.client.base_url}/outcomes", timeout=600).raise_for_status().json()["picks"]
    one = server.memory_info().rss / 1e6
    peak = one

    def read(number: int) -> int:
        nonlocal peak
        answer = httpx.get(f"{bench.client.base_url}{QUESTIONS[number % len(QUESTIONS)]}", timeout=600)
        peak = max(peak, server.memory_info().rss / 1e6)
        return answer.status_code

    with ThreadPoolExecutor(clients) as crowd:
        statuses = Counter(crowd.map(read, range(clients)))
    after = server.memory_info().rss / 1e6
    print(f"{picks:,} picks; {clients} clients got {dict(statuses)}")
    print(f"server MB: idle {idle:.0f}, after one read {one:.0f}, peak {peak:.0f}, after all {after:.0f}")
    print(f"after all / idle {after / idle:.2f}, after all / after one {after / one:.2f}")


if __name__ == "__main__":
    main()
