"""Run ``python -m benchmarks.latency``: seconds from POST /scans to results, this version beside an earlier one.

Both serve from folders of their own and are asked in turn; medians. The cache is warm, and so is the page cache.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.contest import machine
from benchmarks.latency.server import Served, archived, served

ROOT = Path(__file__).resolve().parents[2]
EARLIER = "803f0f169f8a534d509f9a2a740fcde0a1e94a41"
SCANS: dict[str, tuple[dict[str, object], float]] = {
    "sample": ({"source": "sample"}, 0.10),
    "8,000 x 1,260": ({"source": "synthetic", "universe": "8000x1260", "max_symbols": 8000}, 0.25),
}
PAUSE_SECONDS = 3.0  # in which workers that leave at an empty queue have left


def main() -> None:
    """Serve both, scan in turn, print."""
    options = _options()
    print(machine(("numba", "uvicorn")))
    with (
        tempfile.TemporaryDirectory(prefix="technic-latency-") as folder,
        archived(options.earlier, Path(folder) / "earlier") as tree,
        served(tree, Path(folder) / "home-earlier") as earlier,
        served(ROOT, Path(folder) / "home-now") as now,
    ):
        for name, (config, goal) in SCANS.items():
            if options.only in (None, name):
                print(_row(name, _times(now, earlier, config, options), goal), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure how long a scan's results are waited for.")
    parser.add_argument("--earlier", default=EARLIER, help="revision to compare with")
    parser.add_argument("--tries", type=int, default=15)
    parser.add_argument("--only", choices=list(SCANS))
    return parser.parse_args()


def _times(
    now: Served, earlier: Served, config: dict[str, object], options: argparse.Namespace
) -> tuple[list[float], list[float]]:
    for server in (now, earlier):
        server.seconds_to_results(config)  # fills the price cache
    pairs = []
    for _ in range(options.tries):
        pause()
        pairs.append((now.seconds_to_results(config), earlier.seconds_to_results(config)))
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def pause() -> None:
    """Wait until workers that leave have left."""
    time.sleep(PAUSE_SECONDS)


def _row(name: str, times: tuple[list[float], list[float]], goal: float) -> str:
    now, earlier = (statistics.median(side) for side in times)
    ratio = now / earlier
    verdict = "met" if ratio <= goal else "NOT met"
    return (
        f"{name:15} now {now:6.3f} s   earlier {earlier:6.3f} s   ratio {ratio:5.2f} of at most {goal:.2f}  {verdict}"
    )


if __name__ == "__main__":
    main()
