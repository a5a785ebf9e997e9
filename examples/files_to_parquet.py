"""Convert a folder of CSV files to Parquet in a pool of processes: ``python examples/files_to_parquet.py FROM TO``.

Without folders it makes forty small files in the working folder and converts those.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet

from technic_scanner import MultiStageProgressTracker
from technic_scanner.progress.remote import ProgressHandle
from technic_scanner.progress.timings import stage_table
from technic_scanner.progress.views.lines import print_lines


def make_files(folder: Path) -> None:
    """Write forty files, the later ones longer."""
    folder.mkdir()
    for number in range(40):
        rows = "".join(f"{row},{row * number % 97}\n" for row in range(200 * (number + 1)))
        (folder / f"{number:03}.csv").write_text("row,value\n" + rows)


def convert(path: Path, target: Path, handle: ProgressHandle) -> int:
    """Convert one file; return its number of rows."""
    table = pyarrow.csv.read_csv(path)
    pyarrow.parquet.write_table(table, target / f"{path.stem}.parquet")
    handle.advance(path.stat().st_size)
    return int(table.num_rows)


def main(source: Path, target: Path) -> None:
    """Convert all files. The unit of work is a byte, because the files differ in size."""
    tracker = MultiStageProgressTracker(
        {"list": 0.05, "convert": 0.9, "check": 0.05}, history="parquet-runs.json", name="files to Parquet"
    )
    print_lines(tracker)
    with tracker:
        with tracker.stage("list"):
            files = sorted(source.glob("*.csv"))
            tracker.declare("convert", sum(file.stat().st_size for file in files))
            tracker.declare("check", len(files))
            target.mkdir(exist_ok=True)
        with (
            tracker.stage("convert"),
            tracker.remote() as handle,
            ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool,
        ):
            rows = list(pool.map(convert, files, [target] * len(files), [handle] * len(files)))
        for file, count in tracker.track("check", zip(files, rows, strict=True), len(files)):
            assert pyarrow.parquet.read_metadata(target / f"{file.stem}.parquet").num_rows == count
    print(stage_table(tracker))
    print(f"{len(files)} files, {sum(rows):,} rows")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        make_files(Path("csv"))
        main(Path("csv"), Path("parquet"))
