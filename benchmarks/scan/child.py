"""What only a process of its own can show: the peak memory of one scan, and how soon the first event is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.scan.market import Market
from technic_scanner.adapters.market_data.synthetic import SyntheticSource
from technic_scanner.adapters.peak_memory import peak_memory_bytes


def peak_of_a_scan(home: Path, symbols: int, sessions: int) -> int:
    """Return the peak resident memory of a process that does one whole scan with the price cache under ``home``.

    Everything counts: the interpreter, the libraries, and the pages of the stored panel that the scan touched. Where
    nothing is stored the bars are made up in batches, as a provider would send them.
    """
    command = [sys.executable, "-m", "benchmarks.scan.child", str(home), str(symbols), str(sessions)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(done.stdout)


def first_event_seconds(home: Path) -> float:
    """Return the seconds from starting ``technic-scanner scan`` to its first event, a process apart, being shown."""
    command = [Path(sys.executable).with_name("technic-scanner"), "scan", "--source", "synthetic", "--json"]
    environment = os.environ | {"TECHNIC_HOME": str(home)}
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as scan:
        assert scan.stdout is not None
        first = json.loads(scan.stdout.readline())
        seconds = time.perf_counter() - start
        scan.stdout.read()
    assert first["kind"] == "run_started"
    return seconds


def main() -> None:
    """Scan once, print the peak."""
    home, symbols, sessions = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    Market(home, SyntheticSource(symbols, sessions), symbols, sessions).everything()
    print(peak_memory_bytes())


if __name__ == "__main__":
    main()
