"""Run ``python -m benchmarks.files [FILES]``: read made-up price files beside polars, pandas and duckdb, in one run.

Read are a folder of CSV files, the same as .csv.gz and as Parquet, and one long CSV file. Each reader has a process of
its own and reads all: paths, numbers and dates. Ours also decides how everything is written, checks every bar and puts
the symbols together. Printed are seconds, CPU seconds, peak memory, and ratios to polars.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

SESSIONS = 660
GOAL = 1.5
BAR_BYTES = 5 * 8  # of one bar in a panel
_TIMED = (
    "import time, resource; w, c = time.perf_counter(), time.process_time()\n{work}\n"
    "print(time.perf_counter() - w, time.process_time() - c, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)
_NAMES = "('Open', 'High', 'Low', 'Close', 'Adj Close', 'Volume')"
_SCAN = (
    f"pl.scan_csv(files, include_file_paths='path', schema_overrides=dict.fromkeys({_NAMES}, pl.Float64))"
    ".with_columns(pl.col('Date').str.to_date('%Y-%m-%d')).collect()"
)
_POLARS = {
    "csv": _SCAN,
    "csv.gz": _SCAN,
    "parquet": "pl.scan_parquet(files, include_file_paths='path').collect()",
    "long csv": _SCAN,
}
_PANDAS_CSV = "pd.concat([pd.read_csv(file, parse_dates=['Date']) for file in files], keys=files)"
_PANDAS = {
    "csv": _PANDAS_CSV,
    "csv.gz": _PANDAS_CSV,
    "parquet": "pd.concat([pd.read_parquet(file) for file in files], keys=files)",
    "long csv": _PANDAS_CSV,
}
# Over thousands of CSV files it takes minutes, and is left out there.
_DUCKDB = {
    "parquet": "duckdb.sql('select * from read_parquet($1, filename=true)', params=[files]).arrow()",
    "long csv": "duckdb.sql('select * from read_csv($1)', params=[files]).arrow()",
}
_OURS = """
import sys
from pathlib import Path
from technic_scanner.adapters.market_data.files.source import FilesSource
from technic_scanner.pipeline.cancellation import CancelToken
"""
_OUR_WORK = """
source = FilesSource(Path(sys.argv[1]))
names = [item.symbol for item in source.universe(None, CancelToken()).securities]
for _ in source.fetch(names, None, None, CancelToken(), print): pass
"""
_LIST = "import sys, glob; files = sorted(glob.glob(sys.argv[1] + '/*'))"
# What each imports, which is not measured, and what it does by the form of the files.
READERS = {
    "polars": (f"{_LIST}\nimport polars as pl", _POLARS),
    "pandas": (f"{_LIST}\nimport pandas as pd", _PANDAS),
    "duckdb": (f"{_LIST}\nimport duckdb", _DUCKDB),
    "technic-scanner": (_OURS, dict.fromkeys(_POLARS, _OUR_WORK)),
}


def write_files(folder: Path, count: int) -> None:
    """Write ``count`` random walks in the form of Yahoo's files."""
    days = np.arange(np.datetime64("2020-01-01"), np.datetime64("2026-11-20"))
    days = days[np.is_busday(days)][-SESSIONS:]
    random = np.random.default_rng(1)
    for number in range(count):
        close = 100 * np.exp(np.cumsum(random.normal(0, 0.015, SESSIONS)))
        opened, volume = close * np.exp(random.normal(0, 0.005, SESSIONS)), random.integers(1000, 10**7, SESSIONS)
        high, low = np.maximum(opened, close) * 1.01, np.minimum(opened, close) * 0.99
        rows = "".join(
            f"{d},{o:.6f},{h:.6f},{lo:.6f},{c:.6f},{c:.6f},{v}\n"
            for d, o, h, lo, c, v in zip(days, opened, high, low, close, volume, strict=True)
        )
        (folder / f"T{number:04d}.csv").write_text("Date,Open,High,Low,Close,Adj Close,Volume\n" + rows)


def write_forms(root: Path, count: int) -> None:
    """Write the same bars in every form, a folder each."""
    folders = {form: root / form for form in _POLARS}
    for folder in folders.values():
        folder.mkdir()
    write_files(folders["csv"], count)
    with (folders["long csv"] / "all.csv").open("w") as long:
        long.write("Symbol,Date,Open,High,Low,Close,Adj Close,Volume\n")
        for path in sorted(folders["csv"].iterdir()):
            rows = path.read_text()
            long.writelines(f"{path.stem},{row}\n" for row in rows.splitlines()[1:])
            (folders["csv.gz"] / f"{path.name}.gz").write_bytes(gzip.compress(rows.encode(), 6))
            pq.write_table(pacsv.read_csv(path), folders["parquet"] / f"{path.stem}.parquet")


def measure(folder: Path, form: str, reader: str) -> tuple[float, float, float] | None:
    """Return seconds, CPU seconds and peak bytes of one reader; None if it is not installed or has no such form."""
    imports, works = READERS[reader]
    if form not in works or find_spec(reader.replace("-", "_")) is None:
        return None
    code = f"{imports}\n{_TIMED.format(work=works[form])}"
    answer = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    wall, cpu, kilobytes = map(float, answer.stdout.split()[-3:])
    return wall, cpu, kilobytes * 1024


def main() -> None:
    """Write, read with each, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    panel = count * SESSIONS * BAR_BYTES
    print(f"{count:,} symbols, {count * SESSIONS:,} rows, panel {panel / 1e6:.0f} MB")
    with tempfile.TemporaryDirectory() as root:
        write_forms(Path(root), count)
        for form in _POLARS:
            measured = {reader: found for reader in READERS if (found := measure(Path(root) / form, form, reader))}
            _print(form, measured, panel)


def _print(form: str, measured: dict[str, tuple[float, float, float]], panel: int) -> None:
    peer = measured.get("polars")
    for name, (wall, cpu, peak) in measured.items():
        ratio = "" if peer is None else f"  {wall / peer[0]:.2f} × polars, CPU {cpu / peer[1]:.2f} ×"
        print(f"{form:9} {name:16} {wall:6.2f} s, CPU {cpu:6.2f} s, peak {peak / 1e6:5.0f} MB{ratio}")
    wall, _, peak = measured["technic-scanner"]
    if peer is not None and wall > GOAL * peer[0]:
        print(f"{form:9} misses the goal of {GOAL} × polars: beside parsing, every bar is checked and put in order")
    if peak > 2 * panel:
        print(f"{form:9} misses the goal of 2 × the panel: the peak holds Python, the libraries and the bars twice")


if __name__ == "__main__":
    main()
