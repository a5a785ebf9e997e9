"""Run ``python -m benchmarks.study``: a study of a golden cross over many symbols, and the same in other libraries.

``peers`` does it as users of pandas and vectorbt write it: entries, five horizons and excess, alone and with the
standard errors that the intervals rest on; ours also has hit rates, quantiles, costs, turnover and overlap. All give
the same numbers, or the benchmark fails. The rank ICs of a factor are compared with those of alphalens.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from benchmarks.contest import Contestant, machine, take_turns
from benchmarks.study import peers
from technic_scanner.criteria import Panel
from technic_scanner.screening.bars import FIELDS
from technic_scanner.screening.bars import Panel as Bars
from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.studies import study, sweep
from technic_scanner.studies.coefficients import mean_ics
from technic_scanner.studies.date_means import DateMeans

TEXT = "sma(close, 50) crosses above sma(close, 200) within 5 bars"
RANKED = "roc(close, 5) > -10 rank by roc(close, 5)"
SWEPT = """let fast = 50 # 10..100 step 10
let slow = 200 # 110..200 step 10
sma(close, fast) crosses above sma(close, slow) within 5 bars"""
OURS = "ours: intervals, hit rates, costs, overlap"
# Sums that are carried along round otherwise, so that averages cross a bar apart here and there.
AGREE, ICS_AGREE = 1e-5, 1e-9
Found = peers.Found
Way = Callable[[], Found]


def made_panel(symbols: int, sessions: int) -> Panel:
    """Return random walks in cents."""
    rng = np.random.default_rng(1)
    close = np.round(50.0 * np.exp(np.cumsum(rng.normal(0.0, 0.02, (symbols, sessions)), axis=1)), 2) + 0.01
    days = np.busday_offset("2019-01-01", np.arange(sessions), roll="forward").astype("datetime64[D]")
    names = tuple(f"S{number}" for number in range(symbols))
    return Panel(Bars(names, days, close.copy(), close * 1.01, close * 0.99, close, np.full(close.shape, 1e6)))


def frame_of(panel: Panel) -> pd.DataFrame:
    """Return the closes as sessions × symbols."""
    return pd.DataFrame(panel.bars.close.T, index=pd.to_datetime(panel.sessions), columns=list(panel.symbols))


def ours(panel: Panel) -> Found:
    """Return mean excess and standard error by horizon."""
    found = study(TEXT, panel).horizons
    return {horizon: (result.mean_excess, result.standard_error) for horizon, result in found.items()}


def ours_alone(panel: Panel) -> Found:
    """Return the means without intervals, costs and overlap."""
    found = study(TEXT, panel)
    return {horizon: (DateMeans.of(found.excess(horizon), found.columns).mean(), None) for horizon in HORIZONS}


def our_ics(panel: Panel) -> Found:
    """Return the mean rank IC by horizon of the change of five sessions, of all symbols.

    It is of the sessions whose returns are known at all horizons, as alphalens takes no others.
    """
    found = study(RANKED, panel, entry="every", end=panel.sessions[-HORIZONS[-1] - 1].item())
    return {horizon: (test.mean, None) for horizon, test in mean_ics(found).items()}


def main() -> None:
    """Measure, compare the numbers, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=8_000)
    parser.add_argument("--bars", type=int, default=1_260)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ic-symbols", type=int, default=2_000, help="of the panel whose rank ICs are compared")
    parser.add_argument("--no-loop", action="store_true", help="leave out the loop over symbols, which takes long")
    parser.add_argument("--peak", action="store_true", help="print the peak of memory of one study ÷ panel, and end")
    options = parser.parse_args()
    panel = made_panel(options.symbols, options.bars)
    if options.peak:
        _peak(panel)
        return
    print(f"{machine(('pandas', 'numpy', 'numba', 'vectorbt', 'alphalens-reloaded'))}.")
    print("\nEntries, five horizons, excess, intervals")
    best = _compared(_ways(panel, errors=True, loop=not options.no_loop), AGREE, options.rounds)
    print("\nWithout intervals")
    _compared(_ways(panel, errors=False, loop=not options.no_loop), AGREE, options.rounds)
    swept = Contestant("sweep", partial(sweep, SWEPT, panel))
    take_turns([swept], options.rounds)
    read = _reading(panel)
    ratios = f"{swept.best / best.best:.1f} x as long as one study, {swept.best_processor / best.best_processor:.1f} x"
    print(f"\nA sweep of 100 variants takes {ratios} its processor time.")
    print(f"\nReading the five arrays of the panel once takes {read:.3f} s of one processor.")
    words = [sys.executable, "-m", "benchmarks.study", "--peak", "--symbols", str(options.symbols)]
    peak = subprocess.run([*words, "--bars", str(options.bars)], check=True, capture_output=True, text=True)
    print(f"\nMemory of a study beside its panel: {peak.stdout.strip()} x panel.")
    del panel, swept
    print("\nRank ICs of all symbols in every session")
    _compared(_ics(made_panel(options.ic_symbols, options.bars)), ICS_AGREE, options.rounds)


def _ways(panel: Panel, *, errors: bool, loop: bool) -> dict[str, Way]:
    close = frame_of(panel)
    found: dict[str, Way] = {
        OURS if errors else "ours: means alone": partial(ours if errors else ours_alone, panel),
        "pandas, whole frames": partial(peers.wide, close, errors=errors),
    }
    if loop:
        found["pandas, symbol by symbol"] = partial(peers.grouped, close, errors=errors)
    if (vectorbt := peers.installed("vectorbt")) is not None:
        found["vectorbt"] = partial(peers.with_vectorbt, close, vectorbt, errors=errors)
    return found


def _ics(panel: Panel) -> dict[str, Way]:
    found: dict[str, Way] = {"ours": partial(our_ics, panel)}
    if (alphalens := peers.installed("alphalens")) is not None:
        found["alphalens"] = partial(peers.with_alphalens, frame_of(panel), alphalens)
    return found


def _compared(ways: dict[str, Way], agree: float, rounds: int) -> Contestant:
    """Hold that all ways give the same, measure them in turns, print; the first one is ours, which is returned."""
    answers: dict[str, Found] = {}

    def answer(name: str) -> None:
        answers[name] = ways[name]()

    contestants = [Contestant(name, partial(answer, name)) for name in ways]
    take_turns(contestants, rounds)
    first, *_ = contestants
    for name, found in answers.items():
        for horizon, pair in answers[first.name].items():
            for mine, theirs in zip(pair, found[horizon], strict=True):
                assert abs((mine or 0.0) - (theirs or 0.0)) < agree, f"{name}: {mine}, {theirs}"
    print("| | seconds | x ours | processor seconds | x ours |\n|---|---|---|---|---|")
    for one in contestants:
        wall = f"{one.best:.3f} | {one.best / first.best:.1f}"
        print(f"| {one.name} | {wall} | {one.best_processor:.3f} | {one.best_processor / first.best_processor:.1f} |")
    return first


def _reading(panel: Panel) -> float:
    """Return the processor seconds of reading every bar of a panel once: no study can take less."""
    bars = panel.bars
    reader = Contestant("reading", lambda: [getattr(bars, name).sum() for name in FIELDS])
    take_turns([reader], 3)
    return reader.best_processor


def _peak(panel: Panel) -> None:
    small = made_panel(50, 300)
    study(TEXT, small).horizons.values()  # kernels are loaded
    before = _resident()
    study(TEXT, panel).horizons.values()
    bars = panel.bars
    size = sum(getattr(bars, name).nbytes for name in FIELDS)
    print(f"{1.0 + max(0, _peak_resident() - before) / size:.2f}")


def _peak_resident() -> int:
    """Return the peak of this program; that of ``getrusage`` begins with what the process was started by."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:"))


def _resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


if __name__ == "__main__":
    main()
