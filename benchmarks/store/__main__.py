"""Run ``python -m benchmarks.store``: the run store's figures on SQLite, or on the store behind ``--url``."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.store.history import milliseconds, questions
from benchmarks.store.journal import journal_share, write_costs
from benchmarks.store.seeding import seed_runs
from technic_scanner.adapters.stores import SqlStore, open_store
from technic_scanner.clock import SystemClock


def main() -> None:
    """Seed, measure, print."""
    parser = argparse.ArgumentParser(description="Measure the run store.")
    parser.add_argument("--runs", type=int, default=100_000, help="how many runs history holds")
    parser.add_argument("--repeats", type=int, default=7, help="how often each question is asked")
    parser.add_argument("--steps", type=int, default=8_000, help="units of the made-up scan, about 0.4 ms each")
    parser.add_argument("--rounds", type=int, default=5, help="scans with and without a journal")
    parser.add_argument("--url", help="an empty store to use instead of an SQLite file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(options.url or f"sqlite:///{Path(folder) / 'runs.db'}", SystemClock())
        _history(store, options.runs, options.repeats)
        _journal(store, options.steps, options.rounds)
        store.close()


def _history(store: SqlStore, count: int, repeats: int) -> None:
    start = time.perf_counter()
    seed_runs(store, count)
    print(f"seeded {count:,} runs in {time.perf_counter() - start:.1f} s\n")
    print(f"{'question':40} {'median ms':>10} {'worst ms':>10} {'cpu ms':>10}")
    for name, question in questions(store, count):
        median, worst, cpu = milliseconds(question, repeats)
        print(f"{name:40} {median:10.1f} {worst:10.1f} {cpu:10.1f}")


def _journal(store: SqlStore, steps: int, rounds: int) -> None:
    print(f"\n{'write':40} {'cpu ms':>10} {'wall ms':>10}")
    for name, (cpu, wall) in write_costs(store, 300).items():
        print(f"{name:40} {cpu:10.3f} {wall:10.3f}")
    share = journal_share(store, steps, rounds)
    print(
        f"\na scan of {share.wall_seconds:.1f} s with {share.events_per_second:.1f} events/s;"
        " its journal's processor time:"
    )
    print(f"  its own thread          {share.of_thread:7.2%} of the scan's")
    print(f"  with less without it    {share.in_all:+7.2%} (the same scan differs by {share.noise:.1%} between rounds)")


if __name__ == "__main__":
    main()
