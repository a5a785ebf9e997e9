"""Record real scans of this project as traces: ``python -m benchmarks.progress.record sample``.

A recording is a series of scans in one fresh data folder, so that the first of them finds the cache empty. Every
advance becomes a step, because the scan is asked to throttle nothing.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.progress.traces import FOLDER, STAGES, Trace, save
from technic_scanner.bootstrap import run_scan, warm_up
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.progress import EventKind, ProgressEvent, StageProgress
from technic_scanner.domain.stage import Stage
from technic_scanner.settings import Settings

CLASSES = {Stage.UNIVERSE_LOADING: "universe", Stage.SYMBOL_SCANNING: "symbol", Stage.FINALIZATION: "row"}
CACHED_SUBSTAGE = "cached"


@dataclass(frozen=True)
class Series:
    """Scans to record: one after the other, with the same config; ``fresh`` starts each with an empty cache."""

    config: ScanConfig
    options: RunOptions = RunOptions(event_interval_seconds=0.0)  # noqa: RUF009 - frozen
    runs: int = 6
    fresh: bool = False


SERIES: dict[str, Series] = {
    "sample": Series(ScanConfig(source="sample", lookback_days=245)),
    "sample-cold": Series(ScanConfig(source="sample", lookback_days=245), fresh=True),
    "synthetic-4000": Series(ScanConfig(source="synthetic", universe="4000x1260", lookback_days=1260)),
    "synthetic-4000-cold": Series(ScanConfig(source="synthetic", universe="4000x1260", lookback_days=1260), fresh=True),
}


def from_events(label: str, events: Sequence[ProgressEvent]) -> Trace:
    """Return the trace of a finished run from all of its events.

    Fetched symbols are hits while the ``cached`` sub-stage moves, misses otherwise.
    """
    started: dict[str, float] = {}
    stages: list[tuple[str, float, float]] = []
    steps: list[tuple[float, str, str, int]] = []
    for old, new in zip([None, *events], events, strict=False):
        for stage in new.stages:
            before = None if old is None else old.stage(stage.name)
            units = stage.completed - (before.completed if before else 0)
            if units > 0:
                steps.append((new.elapsed_seconds, stage.name, _class_of(before, stage), units))
        if new.kind is EventKind.STAGE_STARTED and new.current_stage is not None:
            started[new.current_stage] = new.elapsed_seconds
        if new.kind is EventKind.STAGE_COMPLETED:
            name = STAGES[len(stages)]
            stages.append((name, started[name], new.elapsed_seconds))
    work: dict[tuple[str, str], int] = {}
    for _, stage_name, unit_class, units in steps:
        work[stage_name, unit_class] = work.get((stage_name, unit_class), 0) + units
    declared = tuple((stage_name, unit_class, units) for (stage_name, unit_class), units in work.items())
    return Trace(label, tuple(stages), declared, tuple(steps))


def _class_of(before: StageProgress | None, after: StageProgress) -> str:
    if after.name != Stage.DATA_FETCHING:
        return CLASSES[Stage(after.name)]
    return "hit" if _cached(after) > (_cached(before) if before else 0) else "miss"


def _cached(stage: StageProgress) -> int:
    return sum(substage.completed for substage in stage.substages if substage.name == CACHED_SUBSTAGE)


def record(label: str, series: Series) -> Iterator[Trace]:
    """Run the scans of a series, each in a process of its own as a worker would, and yield their traces in order."""
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(1) as pool:
        pool.apply(warm_up)  # compiled kernels are on disk before a user's first scan
    with tempfile.TemporaryDirectory() as folder:
        for number in range(series.runs):
            home = Path(folder) / (str(number) if series.fresh else "shared")
            with spawn.Pool(1) as pool:
                yield pool.apply(record_one, (label, series, home))


def record_one(label: str, series: Series, home: Path) -> Trace:
    """Run one scan here and return its trace."""
    events: list[ProgressEvent] = []
    run_scan(series.config, series.options, events.append, settings=Settings(home=home))
    return from_events(label, events)


def main() -> None:
    """Record the series named on the command line, all of them if none is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("series", nargs="*", choices=[*SERIES, []], default=[])
    options = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    for label in options.series or list(SERIES):
        for number, trace in enumerate(record(label, SERIES[label])):
            save(trace, FOLDER / f"{label}-{number}.json")
            print(f"{label} {number}: {trace.seconds:.2f} s, {len(trace.steps)} steps")


if __name__ == "__main__":
    main()
