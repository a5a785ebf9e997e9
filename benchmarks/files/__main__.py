"""Run ``python -m benchmarks.files [FILES]``: read a folder of made-up CSV files beside polars and pandas, one run.

Each reads the whole folder in a process of its own: paths, numbers and dates. Ours also decides how everything is
written, checks every bar and puts the symbols together. Printed are seconds, CPU seconds and ratios to polars.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np

SESSIONS = 660
GOAL = 1.5
_TIMED = (
    "import time; w, c = time.perf_counter(), time.process_time()\n{work}\n"
    "print(time.perf_counter() - w, time.process_time() - c)"
)
_NAMES = "('Open', 'High', 'Low', 'Close', 'Adj Close', 'Volume')"
_POLARS = (
    f"pl.scan_csv(files, include_file_paths='path', schema_overrides=dict.fromkeys({_NAMES}, pl.Float64))"
    ".with_columns(pl.col('Date').str.to_date('%Y-%m-%d')).collect()"
)
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
_LIST = "import sys, glob; files = sorted(glob.glob(sys.argv[1] + '/*.csv'))"
_PANDAS = "pd.concat([pd.read_csv(file, parse_dates=['Date']) for file in files], keys=files)"
# What each imports, which is not measured, and what it does.
READERS = {
    "polars scan_csv": (f"{_LIST}\nimport polars as pl", _POLARS),
    "pandas read_csv": (f"{_LIST}\nimport pandas as pd", _PANDAS),
    "technic-scanner": (_OURS, _OUR_WORK),
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


def main() -> None:
    """Write, read with each, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    measured: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), count)
        for name, (imports, work) in READERS.items():
            if find_spec(name.split()[0].replace("-", "_")) is None:
                continue
            code = f"{imports}\n{_TIMED.format(work=work)}"
            answer = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True)
            wall, cpu = map(float, answer.stdout.split()[-2:])
            measured[name] = (wall, cpu)
    peer = measured.get("polars scan_csv")
    print(f"{count:,} files, {count * SESSIONS:,} rows")
    for name, (wall, cpu) in measured.items():
        ratio = "" if peer is None else f"  {wall / peer[0]:.2f} × polars, CPU {cpu / peer[1]:.2f} ×"
        print(f"{name:16} {wall:6.2f} s, CPU {cpu:6.2f} s{ratio}")
    if peer is not None and measured["technic-scanner"][0] > GOAL * peer[0]:
        print(f"The goal of {GOAL} × polars is missed: beside parsing, every bar is checked and put on one calendar.")


if __name__ == "__main__":
    main()
