"""Run ``python -m benchmarks.study``: a study of a golden cross over many symbols, and the same written in pandas.

The pandas contestants do it as their users write it: frames of sessions × symbols, ``rolling`` and ``shift``. They are
given entries, five horizons and excess only; ours also has intervals, hit rates, costs and overlap.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys

import numpy as np
import pandas as pd

from benchmarks.contest import Contestant, machine, take_turns
from technic_scanner.criteria import Panel
from technic_scanner.screening.bars import Panel as Bars
from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.studies import study

TEXT = "sma(close, 50) crosses above sma(close, 200) within 5 bars"
OURS, WIDE, GROUPED = "ours: study with intervals", "pandas, wide frames", "pandas, symbol by symbol"


def made_panel(symbols: int, sessions: int) -> Panel:
    """Return random walks in cents."""
    rng = np.random.default_rng(1)
    close = np.round(50.0 * np.exp(np.cumsum(rng.normal(0.0, 0.02, (symbols, sessions)), axis=1)), 2) + 0.01
    days = np.busday_offset("2019-01-01", np.arange(sessions), roll="forward").astype("datetime64[D]")
    names = tuple(f"S{number}" for number in range(symbols))
    return Panel(Bars(names, days, close.copy(), close * 1.01, close * 0.99, close, np.full(close.shape, 1e6)))


def ours(panel: Panel) -> dict[int, float | None]:
    """Return the mean excess by horizon."""
    return {horizon: found.mean_excess for horizon, found in study(TEXT, panel).horizons.items()}


def wide(close: pd.DataFrame) -> dict[int, float]:
    """Return the same from frames of sessions × symbols."""
    fast, slow = close.rolling(50).mean(), close.rolling(200).mean()
    crosses = (fast > slow) & (fast.shift(1) <= slow.shift(1))
    true = crosses.rolling(5).max() == 1.0
    marks = true & ~true.shift(1, fill_value=False)
    found = {}
    for horizon in HORIZONS:
        forward = close.shift(-horizon) / close - 1.0
        excess = forward.sub(forward.mean(axis=1), axis=0).where(marks)
        found[horizon] = float(excess.mean(axis=1).mean())
    return found


def grouped(close: pd.DataFrame) -> dict[int, float]:
    """Return the same from one loop over symbols, and a long frame of entries."""
    means = {horizon: (close.shift(-horizon) / close - 1.0).mean(axis=1) for horizon in HORIZONS}
    parts = []
    for symbol in close:
        own = close[symbol]
        fast, slow = own.rolling(50).mean(), own.rolling(200).mean()
        true = ((fast > slow) & (fast.shift(1) <= slow.shift(1))).rolling(5).max() == 1.0
        marks = true & ~true.shift(1, fill_value=False)
        parts.append(pd.DataFrame({h: (own.shift(-h) / own - 1.0 - means[h])[marks] for h in HORIZONS}))
    rows = pd.concat(parts)
    by_date = rows.groupby(level=0).mean().mean()
    return {horizon: float(by_date[horizon]) for horizon in HORIZONS}


def main() -> None:
    """Measure, compare the numbers, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=8_000)
    parser.add_argument("--bars", type=int, default=1_260)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peak", action="store_true", help="print the peak of memory of one study ÷ panel, and end")
    options = parser.parse_args()
    panel = made_panel(options.symbols, options.bars)
    if options.peak:
        _peak(panel)
        return
    close = pd.DataFrame(panel.bars.close.T, index=pd.to_datetime(panel.sessions))
    apart = max(abs((mean or 0.0) - wide(close)[horizon]) for horizon, mean in ours(panel).items())
    assert apart < 1e-4, apart  # pandas adds up rolling sums, so that its averages cross a bar apart here and there
    contestants = [
        Contestant(OURS, lambda: ours(panel)),
        Contestant(WIDE, lambda: wide(close)),
        Contestant(GROUPED, lambda: grouped(close)),
    ]
    best = take_turns(contestants, options.rounds)
    print(f"{options.symbols:,} x {options.bars:,}; {machine(('pandas', 'numpy', 'numba'))}.\n")
    print("| | seconds | x ours |\n|---|---|---|")
    for name, seconds in best.items():
        print(f"| {name} | {seconds:.2f} | {seconds / best[OURS]:.1f} |")
    words = [sys.executable, "-m", "benchmarks.study", "--peak", "--symbols", str(options.symbols)]
    peak = subprocess.run([*words, "--bars", str(options.bars)], check=True, capture_output=True, text=True)
    print(f"\nMemory of a study beside its panel: {peak.stdout.strip()} x panel.")


def _peak(panel: Panel) -> None:
    small = made_panel(50, 300)
    study(TEXT, small).horizons.values()  # kernels are loaded
    before = _resident()
    study(TEXT, panel).horizons.values()
    bars = panel.bars
    size = sum(getattr(bars, name).nbytes for name in ("open", "high", "low", "close", "volume"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"{1.0 + max(0, peak - before) / size:.2f}")


def _resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


if __name__ == "__main__":
    main()
