"""Run ``python -m benchmarks.kernels``: indicators by us and by others, round-robin in one process, as ratios."""

from __future__ import annotations

import argparse
import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from benchmarks.contest import Contestant, machine, take_turns
from benchmarks.kernels import ours, peers
from benchmarks.kernels.workload import SHARED, synthetic
from technic_scanner.screening import indicators
from technic_scanner.screening.bars import Panel
from technic_scanner.screening.indicator_names import COLUMN, INDICATORS

THREADS = min(2, os.cpu_count() or 1)
PACKAGES = ("numpy", "numba", "TA-Lib", "polars", "pandas", "ta", "pandas-ta-classic", "pyarrow")


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description="Measure the indicator kernels against other libraries.")
    parser.add_argument("--symbols", type=int, default=8_000)
    parser.add_argument("--bars", type=int, default=1_260)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--subset", type=int, default=20, help="symbols for the pandas libraries, extrapolated from")
    parser.add_argument("--ours", action="store_true", help="only our kernels, TA-Lib and the memory read")
    options = parser.parse_args()
    print(machine(PACKAGES))
    compile_seconds = _warm()
    panel, benchmark = synthetic(options.symbols, options.bars)
    small, _ = synthetic(500, options.bars, seed=2)
    print(f"\n{options.symbols:,} symbols x {options.bars:,} bars; compiled or loaded in {compile_seconds:.1f} s")
    agree(panel)
    with ThreadPoolExecutor(THREADS) as pool:
        field_ = _contestants(panel, benchmark, small, pool, options)
        best = take_turns(field_, options.rounds)
    _report(best, options)


def _warm() -> float:
    start = time.perf_counter()
    indicators.warm_up()
    return time.perf_counter() - start


def agree(panel: Panel) -> None:
    """Stop unless TA-Lib's numbers and ours are the same ones: a fast wrong answer is no answer."""
    part = panel.rows(0, 200)
    columns = [j for j, name in enumerate(SHARED) if name != "obv"]
    theirs = peers.talib_loop(part)[:, columns]
    mine = indicators.last_indicators(part)[:, [COLUMN[SHARED[j]] for j in columns]]
    np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-10)


def _contestants(
    panel: Panel, benchmark: np.ndarray, small: Panel, pool: ThreadPoolExecutor, options: argparse.Namespace
) -> list[Contestant]:
    found = [
        Contestant("memory read", lambda: ours.read(panel, pool), times=5),
        Contestant("ours, 1 thread", lambda: ours.one_thread(panel, benchmark), times=5),
        Contestant(f"ours, {THREADS} threads", lambda: ours.threads(panel, benchmark, pool), times=8),
        Contestant("ours, 500 symbols", lambda: ours.threads(small, benchmark, pool), times=40),
        Contestant("TA-Lib loop", lambda: peers.talib_loop(panel)),
    ]
    if options.ours:
        return found
    found.append(Contestant("numpy across symbols", peers.numpy_across(panel)))
    if (polars := peers.polars_group_by(panel)) is not None:
        found.append(Contestant("polars group_by", polars))
    part, scale = panel.rows(0, options.subset), options.symbols / options.subset
    for name, make in (("ta", peers.ta_loop), ("pandas-ta-classic", peers.pandas_ta_loop)):
        if (run := make(part)) is not None:
            found.append(Contestant(f"{name} (from {options.subset})", run, scale=scale))
    return found


def _report(best: dict[str, float], options: argparse.Namespace) -> None:
    mine, talib, limit = best[f"ours, {THREADS} threads"], best["TA-Lib loop"], best["memory read"]
    print(f"\n| contestant | ms | x TA-Lib loop | x memory read |\n|{'---|' * 4}")
    for name, seconds in sorted(best.items(), key=lambda item: -item[1]):
        if name != "ours, 500 symbols":
            print(f"| {name} | {1e3 * seconds:,.1f} | {talib / seconds:.3g} | {seconds / limit:.3g} |")
    print(
        f"\nOurs are all {len(INDICATORS)} indicators from the last {indicators.BARS_NEEDED} bars, older ones are only"
    )
    print(f"counted; the others compute {len(SHARED)} over all bars. Least of all repeats; (from n) is extrapolated.")
    per_symbol = (mine / options.symbols) / (best["ours, 500 symbols"] / 500)
    for text, value, goal, met in (
        ("TA-Lib loop / ours", talib / mine, ">= 40", talib / mine >= 40.0),
        ("ours / memory read", mine / limit, "<= 3", mine / limit <= 3.0),
        (f"a symbol of {options.symbols:,} / of 500", per_symbol, "<= 1.2", per_symbol <= 1.2),
    ):
        print(f"{text}: {value:.2f} (goal {goal}: {'met' if met else 'missed'})")


if __name__ == "__main__":
    main()
