"""Run ``python -m benchmarks.latency``: what people wait for around a scan, in this version beside an earlier one.

Both run from folders of their own and are measured in turn; medians. Prices are cached unless a row says otherwise.
``--estimates`` prints how far the expected seconds before Start are from those that 20 like runs then took.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from benchmarks.contest import machine
from benchmarks.latency.parts import PARTS, SAMPLE, Part, prepared
from benchmarks.latency.server import Version, archived, served

ROOT = Path(__file__).resolve().parents[2]
EARLIER = "803f0f169f8a534d509f9a2a740fcde0a1e94a41"
LIKE_RUNS = 20


def main() -> None:
    """Serve both, measure in turn, print."""
    options = _options()
    print(machine(("numba", "uvicorn", "streamlit")))
    with (
        tempfile.TemporaryDirectory(prefix="technic-latency-") as name,
        archived(options.earlier, Path(name) / "earlier") as tree,
    ):
        folder = Path(name)
        if options.estimates:
            print(_estimates(Version(ROOT, folder / "estimates" / "home")))
            return
        print(f"{'':40} {'tries':>5} {'now s':>8} {'earlier s':>9} {'ratio':>6} {'goal':>5}", flush=True)
        for number, part in enumerate(PARTS):
            if options.only is None or any(words in part.name for words in options.only):
                homes = [folder / f"{number}-{side}" / "home" for side in ("now", "earlier")]
                sides = (Version(ROOT, homes[0]), Version(tree, homes[1]))
                print(_row(part, options.tries or part.tries, *sides), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what people wait for around a scan.")
    parser.add_argument("--earlier", default=EARLIER, help="revision to compare with")
    parser.add_argument("--tries", type=int, help="of each part, instead of its own number")
    parser.add_argument("--only", nargs="+", help="parts whose names hold one of these texts")
    parser.add_argument("--estimates", action="store_true", help="how right the expected seconds are, and nothing else")
    return parser.parse_args()


def _row(part: Part, tries: int, now: Version, earlier: Version) -> str:
    with prepared(part, now) as ours, prepared(part, earlier) as theirs:
        pairs = [(ours(), theirs()) for _ in range(tries)]
    mine, other = (statistics.median(side) for side in zip(*pairs, strict=True))
    verdict = "met" if mine / other <= part.goal else "NOT met"
    return f"{part.name:40} {tries:5} {mine:8.3f} {other:9.3f} {mine / other:6.2f} {part.goal:5.2f}  {verdict}"


def _estimates(version: Version) -> str:
    """Ask what a scan will take before each of 20 like runs, after three others; return the errors."""
    errors = []
    with served(version) as server:
        for number in range(LIKE_RUNS + 3):
            expected = server.client.post("/scans/estimate", json={"config": SAMPLE}).raise_for_status().json()
            run = server.wait(server.post(SAMPLE))
            if number >= 3:
                errors.append(abs(expected["seconds"] / run["metrics"]["total_seconds"] - 1.0))
    median, worst = statistics.median(errors), max(errors)
    return f"Expected seconds of {LIKE_RUNS} like runs: {median:.1%} off in the median, {worst:.0%} at most (goal 10 %)"


if __name__ == "__main__":
    main()
