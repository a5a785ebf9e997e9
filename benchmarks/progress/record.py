"""Record real scans of this project as traces: ``python -m benchmarks.progress.record sample``.

A recording is a series of scans, each in a process of its own as a worker's is, with the same config; in one data
folder, so that the first of them finds the cache empty, or each in a fresh one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest import mock

from benchmarks.progress.traces import DECLARE, END, FOLDER, START, STEP, Call, Trace, save
from technic_scanner.bootstrap import run_scan, warm_up
from technic_scanner.domain.config import ScanConfig
from technic_scanner.pipeline import engine
from technic_scanner.progress.reporter import ProgressReporter
from technic_scanner.progress.work_log import DEFAULT_CLASS
from technic_scanner.settings import Settings


@dataclass(frozen=True)
class Series:
    """Scans to record: one after the other, with the same config; ``fresh`` starts each with an empty cache."""

    config: ScanConfig
    runs: int = 11
    fresh: bool = False


SAMPLE = ScanConfig(source="sample", lookback_sessions=245)
SYNTHETIC = ScanConfig(source="synthetic", universe="4000x1260", lookback_sessions=1260)
SERIES: dict[str, Series] = {
    "sample": Series(SAMPLE),
    "sample-cold": Series(SAMPLE, fresh=True),
    "synthetic-4000": Series(SYNTHETIC),
    "synthetic-4000-cold": Series(SYNTHETIC, fresh=True),
}


class RecordingReporter(ProgressReporter):
    """The reporter of a scan, which takes down what it is told."""

    calls: list[Call]

    def start_run(self, message: str = "") -> None:
        super().start_run(message)
        RecordingReporter.calls = []

    def start_stage(self, stage: str, total: float | None = None) -> None:
        super().start_stage(stage, total)
        self._note(START, stage)

    def declare(self, stage: str, unit_class: str, units: int) -> None:
        super().declare(stage, unit_class, units)
        self._note(DECLARE, stage, unit_class, units)

    def advance(
        self,
        units: int = 1,
        unit_class: str = DEFAULT_CLASS,
        substage: str | None = None,
        seconds: float | None = None,
    ) -> None:
        super().advance(units, unit_class, substage, seconds)
        self._note(STEP, str(self.current_stage), unit_class, units)

    def complete_stage(self, message: str = "") -> None:
        stage = str(self.current_stage)
        super().complete_stage(message)
        self._note(END, stage)

    def _note(self, what: str, stage: str, unit_class: str = "", units: int = 0) -> None:
        self.calls.append(Call(round(self.total_seconds, 6), what, str(stage), unit_class, units))


def record(label: str, series: Series) -> Iterator[Trace]:
    """Run the scans of a series and yield their traces in order."""
    one_process = partial(ProcessPoolExecutor, 1, multiprocessing.get_context("spawn"))
    with one_process() as pool:
        pool.submit(warm_up).result()  # compiled kernels are on disk before a user's first scan
    with tempfile.TemporaryDirectory() as folder:
        for number in range(series.runs):
            home = Path(folder) / (str(number) if series.fresh else "shared")
            with one_process() as pool:
                yield pool.submit(record_one, label, series.config, home).result()


def record_one(label: str, config: ScanConfig, home: Path) -> Trace:
    """Run one scan here and return its trace."""
    with mock.patch.object(engine, "ProgressReporter", RecordingReporter):
        run_scan(config, settings=Settings(home=home))
    return Trace(label, tuple(RecordingReporter.calls))


def main() -> None:
    """Record the series named on the command line, all of them if none is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("series", nargs="*", choices=[*SERIES, []], default=[])
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for label in options.series or list(SERIES):
        for number, trace in enumerate(record(label, SERIES[label])):
            save(trace, options.folder / f"{label}-{number:02}.json")
            print(f"{label} {number}: {trace.seconds:.2f} s, {len(trace.steps)} steps", flush=True)


if __name__ == "__main__":
    main()
