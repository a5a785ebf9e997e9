"""Run ``python -m benchmarks.scan``: whole scans and kernels of two sizes beside other libraries, as ratios.

Every contestant of one size takes its turn in each round, in one process and over the same arrays; the least is shown.
"""

from __future__ import annotations

import argparse
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.contest import Contestant, machine, take_turns
from benchmarks.kernels import ours, peers
from benchmarks.kernels.__main__ import PACKAGES, THREADS, agree
from benchmarks.progress.tables import put_into
from benchmarks.scan.child import first_event_seconds, peak_of_a_scan
from benchmarks.scan.market import Market, ReadySource
from benchmarks.scan.report import Goal, goals_table, times_table
from technic_scanner.bootstrap import warm_up
from technic_scanner.screening.bars import FIELDS, Panel
from technic_scanner.screening.indicator_names import INDICATORS

PLACE = "begin: python -m benchmarks.scan"  # of the tables in the page that keeps them
TALIB, LIMIT = "TA-Lib loop", "memory read"
KERNELS = "ours: kernels"
WARM, USUAL = "ours: whole scan, warm", "ours: whole scan, warm, 400 sessions, best 50"
UNREADY, COLD = "ours: whole scan, from Parquet", "ours: whole scan, nothing stored"


@dataclass(frozen=True)
class Measured:
    """One size: the least seconds by contestant, the events of a scan, peaks of memory ÷ panel."""

    symbols: int
    best: dict[str, float]
    events: int
    warm_peak: float
    cold_peak: float


def main() -> None:
    """Measure both sizes, print, and keep the tables in the page that is asked for."""
    parser = argparse.ArgumentParser(description="Measure whole scans against other libraries' indicators.")
    parser.add_argument("--symbols", type=int, nargs="+", default=[500, 8_000])
    parser.add_argument("--bars", type=int, default=1_260)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--subset", type=int, default=20, help="symbols for the pandas libraries, extrapolated from")
    parser.add_argument("--ours", action="store_true", help="only ours, TA-Lib and the memory read")
    parser.add_argument("--markdown", type=Path, help="page to put the tables into, between its markers")
    options = parser.parse_args()
    warm_up()
    sizes = [_measure(count, options) for count in options.symbols]
    with tempfile.TemporaryDirectory() as home:
        first = [first_event_seconds(Path(home)) for _ in range(options.rounds + 1)]
    lines = _page(sizes, min(first[1:]), options)
    print("\n".join(lines))
    if options.markdown is not None:
        put_into(options.markdown, PLACE, "\n".join(lines))


def _measure(count: int, options: argparse.Namespace) -> Measured:
    print(f"{count:,} symbols x {options.bars:,} bars", flush=True)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(THREADS) as pool:
        source = ReadySource(count, options.bars)
        market = Market(Path(folder), source, count, options.bars)
        cold = Contestant(COLD, market.everything, prepare=market.forget_bars)
        cold.measure()
        agree(source.panel)
        contestants = [cold, *_ours(market, source, pool), *([] if options.ours else _others(source.panel, options))]
        best = take_turns(contestants, options.rounds)
        market.everything()
        panel_bytes = len(FIELDS) * 8 * count * options.bars
        warm_peak = peak_of_a_scan(market.home, count, options.bars)
        market.forget_bars()
        cold_peak = peak_of_a_scan(market.home, count, options.bars)
        return Measured(count, best, len(market.events), warm_peak / panel_bytes, cold_peak / panel_bytes)


def _ours(market: Market, source: ReadySource, pool: ThreadPoolExecutor) -> list[Contestant]:
    panel, benchmark = source.panel, source.benchmark_close
    more = max(1, 8_000 // market.symbols)
    return [
        Contestant(UNREADY, market.everything, prepare=market.forget_ready_panels),
        Contestant(WARM, market.everything, times=min(4 * more, 12)),
        Contestant(USUAL, market.usual, times=min(4 * more, 12)),
        Contestant(KERNELS, lambda: ours.threads(panel, benchmark, pool), times=8 * more),
        Contestant(LIMIT, lambda: ours.read(panel, pool), times=8 * more),
        Contestant(TALIB, lambda: peers.talib_loop(panel), times=min(2 * more, 6)),
    ]


def _others(panel: Panel, options: argparse.Namespace) -> list[Contestant]:
    found = [Contestant("numpy across symbols", peers.numpy_across(panel))]
    if (polars := peers.polars_group_by(panel)) is not None:
        found.append(Contestant("polars group_by", polars))
    part, scale = panel.rows(0, options.subset), panel.shape[0] / options.subset
    for name, make in (("ta", peers.ta_loop), ("pandas-ta-classic", peers.pandas_ta_loop)):
        if (run := make(part)) is not None:
            found.append(Contestant(f"{name} (extrapolated from {options.subset})", run, scale=scale))
    return found


def _page(sizes: list[Measured], first_event: float, options: argparse.Namespace) -> list[str]:
    lines = [f"Measured {datetime.now(UTC):%Y-%m-%d} on {machine(PACKAGES)}.", ""]
    for size in sizes:
        lines += [*times_table(f"{size.symbols:,} symbols × {options.bars:,} bars", size.best, TALIB, LIMIT), ""]
    large, small = sizes[-1], sizes[0]
    lines += [
        f"Kernels compute {len(INDICATORS)} indicators, the others 24.",
        f"The warm scan of {large.symbols:,} sent {large.events} progress events and planned every symbol that passed.",
        "",
        *goals_table(_goals(large, small, first_event)),
    ]
    return lines


def _goals(large: Measured, small: Measured, first_event: float) -> list[Goal]:
    best = large.best
    per_symbol = (best[WARM] / large.symbols) / (small.best[WARM] / small.symbols)
    kernel_per_symbol = (best[KERNELS] / large.symbols) / (small.best[KERNELS] / small.symbols)
    return [
        Goal("TA-Lib loop ÷ kernels", best[TALIB] / best[KERNELS], 40.0, least=True),
        Goal("kernels ÷ memory read", best[KERNELS] / best[LIMIT], 3.0),
        Goal("whole warm scan ÷ TA-Lib loop", best[WARM] / best[TALIB], 0.5),
        Goal(f"a symbol of {large.symbols:,} ÷ one of {small.symbols:,}, whole warm scan", per_symbol, 1.2),
        Goal(f"a symbol of {large.symbols:,} ÷ one of {small.symbols:,}, kernels", kernel_per_symbol, 1.2),
        Goal("peak memory of a process that scans once ÷ panel, warm", large.warm_peak, 3.0),
        Goal("peak memory of a process that scans once ÷ panel, nothing stored", large.cold_peak, 3.0),
        Goal("first event of `technic-scanner scan` from a fresh process", first_event, 2.0, unit=" s"),
    ]


if __name__ == "__main__":
    main()
