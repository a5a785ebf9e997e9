"""Run ``python -m benchmarks.standing``: an evening's schedules over one large universe, from a warm cache.

Every preset has a schedule. All fire at once, and one worker of this process runs what they have queued. Beside the
seconds of the wall stand those of the CPU, which a loaded machine changes less, and what the first scan of the universe
took, which had to fetch all bars.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.contest import machine
from technic_scanner.bootstrap import Services, warm_up
from technic_scanner.criteria.shipped import SHIPPED_SCANS
from technic_scanner.domain.config import STRATEGY_PROFILES, RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.domain.schedule import AfterClose, Schedule
from technic_scanner.domain.stage import Stage
from technic_scanner.runs.model import Preset
from tests.support.quiet import without_workers

LIMIT_SECONDS = 60.0
_EXCHANGE = "XNYS"


@dataclass(frozen=True)
class Taken:
    """Seconds of the wall and of the CPU, in this process."""

    wall: float
    cpu: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the standing scans of one evening.")
    parser.add_argument("--presets", type=int, default=20)
    parser.add_argument("--symbols", type=int, default=8_000)
    parser.add_argument("--bars", type=int, default=400)
    parser.add_argument("--workers", type=int, default=2, help="threads of a scan")
    options = parser.parse_args()
    warm_up()
    with tempfile.TemporaryDirectory() as home, without_workers(Path(home)) as services:
        base = ScanConfig(source="synthetic", universe=f"{options.symbols}x{options.bars}")
        first = taken(lambda: scan_once(services, base, options.workers))
        schedule_all(services, base, options)
        evening = taken(lambda: run_evening(services))
        runs = [run for run in services.service.list().records if run.label and "evening" in run.label]
        report(services, runs, first, evening, options)


def taken(work: Callable[[], None]) -> Taken:
    """Measure one call."""
    wall, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(time.perf_counter() - wall, cpu)


def scan_once(services: Services, base: ScanConfig, threads: int) -> None:
    """Fetch the bars of the universe, as the first scan of the evening before did."""
    services.service.submit(base, RunOptions(workers=threads))
    services.worker().run()


def schedule_all(services: Services, base: ScanConfig, options: argparse.Namespace) -> None:
    """Save presets of other criteria, profiles and filters, and a schedule of each."""
    for number in range(options.presets):
        scan = SHIPPED_SCANS[number % len(SHIPPED_SCANS)]
        config = replace(
            base,
            criteria=scan.text,
            strategy_profile_name=STRATEGY_PROFILES[number % len(STRATEGY_PROFILES)],
            direction=("long", "both")[number % 2],
        )
        preset = Preset(f"evening {number}", config, RunOptions(workers=options.workers))
        services.service.save_preset(preset)
        services.schedules.add(Schedule(f"evening {number}", AfterClose(_EXCHANGE), preset=preset.name))


def run_evening(services: Services) -> None:
    """Fire all schedules and run what they queued."""
    for schedule in services.schedules.all():
        services.schedules.fire(schedule.name)
    services.worker().run()


def report(
    services: Services, runs: list[RunRecord], first: Taken, evening: Taken, options: argparse.Namespace
) -> None:
    """Print what was measured, and fail where it is not what is promised."""
    failed = [run for run in runs if run.status is not RunStatus.SUCCEEDED]
    stages = {stage.value: 0.0 for stage in Stage}
    for run in runs:
        for stage, seconds in stage_seconds(run).items():
            stages[stage] += seconds
    hits = [run.metrics.cache_hit_rate for run in runs if run.metrics is not None]
    print(machine(("numpy", "numba", "pyarrow")))
    print(f"{len(runs)} schedules × {options.symbols:,} symbols × {options.bars} bars, {os.cpu_count()} cores")
    print(f"first scan, which fetches: {first.wall:.1f} s, {first.cpu:.1f} s of CPU")
    print(f"the evening: {evening.wall:.1f} s, {evening.cpu:.1f} s of CPU; promised: under {LIMIT_SECONDS:.0f} s")
    print("by stage: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in stages.items()))
    print(f"cache hits: {min(hits, default=0):.0%} at least; picks: {[picks(services, run) for run in runs]}")
    if failed or len(runs) != options.presets:
        raise SystemExit(f"{len(failed)} of {len(runs)} runs failed")


def stage_seconds(run: RunRecord) -> dict[str, float]:
    """Return the seconds of each stage of a run."""
    return {} if run.metrics is None else {item.name: item.seconds for item in run.metrics.stage_timings}


def picks(services: Services, run: RunRecord) -> int:
    """Return how many picks a run has."""
    return int(services.service.result(run.run_id).table.num_rows)


if __name__ == "__main__":
    main()
