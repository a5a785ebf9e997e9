"""Run ``python -m tools.chaos``: print tries, survived and lost of each experiment; exit code 1 if anything is lost."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from tools.chaos import experiments
from tools.chaos.bench import Count, undisturbed

SIZES = [1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 64, 128]


def main() -> int:
    """Run the chosen experiments and print the table."""
    parser = argparse.ArgumentParser(description="Break running scans on purpose and count what is lost.")
    parser.add_argument("--only", choices=("kills", "disk", "postgres", "cache", "store"), action="append")
    parser.add_argument("--universe", default="2000x600", help="symbols x sessions of the synthetic source")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="of the disks, in MB")
    parser.add_argument("--tries", type=int, default=30, help="of each kind")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="technic-chaos-") as name:
        folder = Path(name)
        expected, seconds = undisturbed(folder, options.universe)
        print(f"An undisturbed scan of {options.universe} takes {seconds:.1f} s.")
        kinds: dict[str, Callable[[], Count]] = {
            "kills": lambda: experiments.kills(folder, options.universe, expected, seconds, options.tries),
            "disk": lambda: experiments.full_disk(folder, options.universe, expected, options.sizes),
            "postgres": lambda: experiments.postgres_kills(
                folder, options.universe, expected, seconds, max(1, options.tries // 3)
            ),
            "cache": lambda: experiments.damaged_cache(folder, options.universe, expected, options.tries),
            "store": lambda: experiments.damaged_store(folder, options.universe, options.tries),
        }
        print(f"{'disturbance':<30} {'tries':>6} {'survived':>9} {'failed, said':>13} {'lost':>5}", flush=True)
        counts = [_shown(kinds[kind]()) for kind in options.only or kinds]
    return 1 if any(count.lost for count in counts) else 0


def _shown(count: Count) -> Count:
    """Print the line of an experiment as soon as it has ended, and return its count."""
    print(f"{count.name:<30} {count.tries:>6} {count.survived:>9} {count.told:>13} {len(count.lost):>5}", flush=True)
    for lost in count.lost:
        print(f"  lost: {lost}", flush=True)
    return count


if __name__ == "__main__":
    raise SystemExit(main())
