"""Print how far ETAs are off, in %, for tqdm, rich, the fixed weights and this project: simulated and recorded runs.

Mean |ETA - truth| / total over 200 moments of a run, an unknown ETA counted as 100; the mean over the runs, with its
standard error for ours. The floor is our estimator told by what laws the simulator draws costs: no ETA that learns
from the same past runs can be expected to do better. Goals that are not met are printed as such.
"""

from __future__ import annotations

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import fmean

from benchmarks.progress.contestants import FixedWeights, Informed, Ours, PublicTracker, Rich, Tqdm, WeightsAlone
from benchmarks.progress.direct import DIRECTS, Direct, simulate_direct
from benchmarks.progress.score import Maker, coverage, mean_error, replay
from benchmarks.progress.tables import (
    FIXED,
    FLOOR,
    OURS,
    PUBLIC,
    RICH,
    TODAY,
    TQDM,
    Judged,
    Row,
    direct_goals,
    direct_table,
    goals,
    make_row,
    past_goals,
    put_into,
    recorded_table,
    simulated_table,
)
from benchmarks.progress.traces import FOLDER, Trace, load
from benchmarks.progress.unlike import UNLIKES, Unlike, simulate_unlike
from benchmarks.progress.workloads import PAST_RUNS, WORKLOADS, Workload, simulate

Case = tuple[Trace, tuple[Trace, ...]]
CONTESTANTS: tuple[tuple[str, Maker], ...] = ((TQDM, Tqdm), (RICH, Rich), (FIXED, FixedWeights), (OURS, Ours))
DIRECT_CONTESTANTS: tuple[tuple[str, Maker], ...] = (
    (TQDM, Tqdm),
    (RICH, Rich),
    (TODAY, WeightsAlone),
    (PUBLIC, PublicTracker),
)
THROTTLED = next(workload for workload in WORKLOADS if workload.throttle != 1.0)


def judge(case: Case) -> Judged:
    """Return one run's errors by contestant and how often our band held."""
    trace, past = case
    readings = {label: replay(make, trace, past) for label, make in CONTESTANTS}
    errors = {label: mean_error(found, trace.seconds) for label, found in readings.items()}
    return Judged(errors, coverage(readings[OURS]) or 0.0)


def judge_seed(workload: Workload, seed: int) -> Judged:
    """Simulate one run and judge it, and with past runs the floor as well."""
    case = simulate(workload, seed)
    judged = judge(case)
    if not workload.past_runs:
        return judged
    floor = mean_error(replay(Informed, *case), case[0].seconds)
    return Judged(judged.errors | {FLOOR: floor}, judged.held)


def judge_unlike(workload: Unlike, seed: int) -> Judged:
    """Simulate one run that is unlike those before it, and judge it."""
    return judge(simulate_unlike(workload, seed))


def judge_direct(workload: Direct, past_runs: int, seed: int) -> Judged:
    """Simulate one run of a tracker that is used directly, and judge it."""
    trace, past = simulate_direct(workload, seed, past_runs)
    readings = {label: replay(make, trace, past) for label, make in DIRECT_CONTESTANTS}
    errors = {label: mean_error(found, trace.seconds) for label, found in readings.items()}
    return Judged(errors, coverage(readings[PUBLIC]) or 0.0)


def direct_rows(pool: ProcessPoolExecutor, seeds: range) -> list[Row]:
    """Return the rows of a tracker that is used directly, first without past runs and then with some."""
    rows = []
    for past_runs in (0, PAST_RUNS):
        for workload in DIRECTS:
            found = list(pool.map(partial(judge_direct, workload, past_runs), seeds, chunksize=4))
            name = f"{workload.name}, {past_runs} runs before" if past_runs else workload.name
            rows.append(make_row(name, found, learned=bool(past_runs)))
    return rows


def held_around_throttle(seed: int) -> tuple[float | None, float | None]:
    """Return how often the band held before and after the provider began to throttle, in % of the moments."""
    trace, past = simulate(THROTTLED, seed)
    calm, _ = simulate(replace(THROTTLED, throttle=1.0), seed)  # the same draws
    pairs = zip(trace.calls, calm.calls, strict=True)
    began = next(slow.at for slow, usual in pairs if slow != usual) / trace.seconds
    readings = replay(Ours, trace, past)
    before = [item for item in readings if item.moment < began]
    return coverage(before), coverage(readings[len(before) :])


def recorded_cases(folder: Path = FOLDER) -> dict[str, list[Case]]:
    """Return the recorded runs by series, once without and then with the five before them, the newest first."""
    series: dict[str, list[Trace]] = {}
    for path in sorted(folder.glob("*.json")):
        trace = load(path)
        series.setdefault(trace.label, []).append(trace)
    cases: dict[str, list[Case]] = {}
    for label, traces in series.items():
        cases[f"{label}, no history"] = [(trace, ()) for trace in traces[PAST_RUNS:]]
        cases[f"{label}, {PAST_RUNS} runs before"] = [
            (traces[i], tuple(reversed(traces[i - PAST_RUNS : i]))) for i in range(PAST_RUNS, len(traces))
        ]
    return cases


def main() -> None:
    """Run the benchmark and print its tables; with ``--docs`` put tables and plots into docs/progress.md as well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first-seed", type=int, default=0, help="use others while changing the estimator")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--docs", type=Path, help="docs folder whose progress.md and images to renew")
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    rows: list[Row] = []
    with ProcessPoolExecutor(options.jobs) as pool:
        for workload in WORKLOADS:
            results = list(pool.map(partial(judge_seed, workload), seeds, chunksize=4))
            rows.append(make_row(workload.name, results, learned=bool(workload.past_runs)))
        recorded = [
            make_row(name, list(pool.map(judge, cases)), learned="before" in name)
            for name, cases in recorded_cases().items()
        ]
        unlike = [
            make_row(workload.name, list(pool.map(partial(judge_unlike, workload), seeds, chunksize=4)), learned=True)
            for workload in UNLIKES
        ]
        direct = direct_rows(pool, seeds)
        around = list(pool.map(held_around_throttle, seeds, chunksize=4))
    before, after = (fmean(part[i] for part in around if part[i] is not None) for i in (0, 1))
    print(f"Simulated, {options.seeds} seeds a workload, mean |ETA - truth| / total in %:\n")
    print(simulated_table(rows))
    print("\nRecorded scans of this project:\n")
    print(recorded_table(recorded))
    print("\nSimulated, unlike the runs before:\n")
    print(recorded_table(unlike, "scans"))
    print("\nThe public class, used directly:\n")
    print(direct_table(direct))
    print("\nGoals of the public class:\n" + "\n".join(direct_goals(direct, {one.name: one.today for one in DIRECTS})))
    print("\n".join(past_goals([*rows, *recorded, *unlike])))
    print("\nGoals:\n" + "\n".join(goals(rows, recorded)))
    print(f"\n{THROTTLED.name}: the band holds {before:.0f} % before it throttles, {after:.0f} % from then on")
    if options.docs is not None:
        from benchmarks.progress.plots import draw

        put_into(options.docs / "progress.md", "simulated", simulated_table(rows))
        put_into(options.docs / "progress.md", "direct", direct_table(direct))
        put_into(options.docs / "progress.md", "recorded", recorded_table(recorded))
        put_into(options.docs / "progress.md", "unlike", recorded_table(unlike, "scans"))
        draw(rows, options.docs / "images")


if __name__ == "__main__":
    main()
