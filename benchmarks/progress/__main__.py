"""Print how far ETAs are off, in %, for tqdm, rich, the fixed weights and this project: simulated and recorded runs.

Mean |ETA - truth| / total over 200 moments of a run, an unknown ETA counted as 100; the mean over the seeds, with its
standard error for ours. Goals that are not met are printed as such.
"""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean, stdev

from benchmarks.progress.contestants import FixedWeights, Ours, Rich, SeedFormula, Tqdm
from benchmarks.progress.score import Maker, coverage, mean_error, replay
from benchmarks.progress.traces import FOLDER, Trace, load
from benchmarks.progress.workloads import PAST_RUNS, WORKLOADS, Workload, simulate

CONTESTANTS: tuple[tuple[str, Maker], ...] = (
    ("tqdm, one bar", Tqdm),
    ("rich, 30 s window", Rich),
    ("seed's formula", SeedFormula),
    ("fixed weights", FixedWeights),
    ("ours", Ours),
)
PROTOTYPE = (3.6, 6.9, 4.0, 5.8, 4.7, 4.3, 9.4, 5.4, 17.5, 97.0)
HARD = ("same, heavy-tailed units", "same, heavy-tailed", "provider throttles ×3 mid-run")


@dataclass(frozen=True)
class Row:
    """Mean errors by contestant, ours with standard error and the coverage of its band, all in %."""

    name: str
    errors: dict[str, float]
    standard_error: float
    coverage: float
    runs: int
    learned: bool


def judge(case: tuple[Trace, tuple[Trace, ...]]) -> tuple[list[float], float]:
    """Return one run's errors by contestant and the coverage of our band."""
    trace, past = case
    errors, covered = [], 0.0
    for _, make in CONTESTANTS:
        readings = replay(make, trace, past)
        errors.append(mean_error(readings, trace.seconds))
        if make is Ours:
            covered = coverage(readings) or 0.0
    return errors, covered


def judge_seed(workload: Workload, seed: int) -> tuple[list[float], float]:
    """Simulate one run and judge it."""
    return judge(simulate(workload, seed))


def make_row(name: str, results: Sequence[tuple[list[float], float]], *, learned: bool) -> Row:
    """Return the means over runs."""
    columns = zip(*(errors for errors, _ in results), strict=True)
    errors = {label: fmean(column) for (label, _), column in zip(CONTESTANTS, columns, strict=True)}
    ours = [item[-1] for item, _ in results]
    spread = stdev(ours) / math.sqrt(len(ours)) if len(ours) > 1 else 0.0
    return Row(name, errors, spread, fmean(covered for _, covered in results), len(results), learned)


def recorded_cases() -> dict[str, list[tuple[Trace, tuple[Trace, ...]]]]:
    """Return the recorded runs by series, once without and then with the runs before them, the newest first."""
    series: dict[str, list[Trace]] = {}
    for path in sorted(FOLDER.glob("*.json")):
        trace = load(path)
        series.setdefault(trace.label, []).append(trace)
    cases: dict[str, list[tuple[Trace, tuple[Trace, ...]]]] = {}
    for label, traces in series.items():
        cases[f"{label}, no history"] = [(trace, ()) for trace in traces]
        cases[f"{label}, with the runs before"] = [
            (trace, tuple(reversed(traces[max(0, i - PAST_RUNS) : i]))) for i, trace in enumerate(traces) if i
        ]
    return cases


def table(rows: Sequence[Row], prototype: Sequence[float] | None) -> str:
    """Return the rows as a Markdown table."""
    head = ["workload", *(label for label, _ in CONTESTANTS), "80 % band holds"]
    if prototype is not None:
        head.insert(-1, "prototype (issue)")
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---|" * (len(head) - 1)]
    for i, row in enumerate(rows):
        cells = [row.name, *(f"{row.errors[label]:.1f}" for label, _ in CONTESTANTS[:-1])]
        cells.append(f"**{row.errors['ours']:.1f}** ± {row.standard_error:.1f}")
        if prototype is not None:
            cells.append(f"{prototype[i]:.1f}")
        lines.append("| " + " | ".join([*cells, f"{row.coverage:.0f} %"]) + " |")
    return "\n".join(lines)


def goals(rows: Sequence[Row]) -> list[str]:
    """Return one line for every goal on every row: met, or by how much it is missed."""
    lines = []
    for row, prototype in zip(rows, PROTOTYPE, strict=True):
        ours, fixed = row.errors["ours"], row.errors["fixed weights"]
        if row.learned:
            lines.append(_goal(row.name, "at or under the prototype", ours, prototype))
            if row.name not in HARD:
                lines.append(_goal(row.name, "at most 5", ours, 5.0))
        else:
            peers = min(row.errors["tqdm, one bar"], row.errors["rich, 30 s window"])
            lines.append(_goal(row.name, "better than tqdm and rich", ours, peers))
            if "matching" in row.name:
                lines.append(_goal(row.name, "within twice the fixed weights", ours, 2 * fixed))
        held = 70 <= row.coverage <= 90
        lines.append(f"{'met    ' if held else 'NOT met'}  {row.name}: band holds 70-90 %: {row.coverage:.0f} %")
    return lines


def _goal(name: str, goal: str, ours: float, limit: float) -> str:
    return f"{'met    ' if ours <= limit else 'NOT met'}  {name}: {goal}: {ours:.2f} against {limit:.2f}"


def main() -> None:
    """Run the benchmark and print its tables; with ``--plots`` write the plots of docs/progress.md as well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--plots", type=Path, help="folder to write SVG plots to; needs matplotlib")
    options = parser.parse_args()
    rows = []
    with ProcessPoolExecutor(options.jobs) as pool:
        for workload in WORKLOADS:
            results = list(pool.map(partial(judge_seed, workload), range(options.seeds), chunksize=4))
            rows.append(make_row(workload.name, results, learned=bool(workload.past_runs)))
        recorded = [
            make_row(name, list(pool.map(judge, cases)), learned="before" in name)
            for name, cases in recorded_cases().items()
        ]
    print(f"Simulated, {options.seeds} seeds a workload, mean |ETA - truth| / total in %:\n")
    print(table(rows, PROTOTYPE))
    if recorded:
        print("\nRecorded scans of this project:\n")
        print(table(recorded, None))
    print("\nGoals:\n" + "\n".join(goals(rows)))
    if options.plots is not None:
        from benchmarks.progress.plots import draw

        draw(rows, options.plots)


if __name__ == "__main__":
    main()
