"""Run ``python -m benchmarks.files [FILES]``: read made-up price files beside polars, pandas and duckdb, in one run.

Read are a folder of CSV files, the same as .csv.gz and as Parquet, and one long file as CSV and as Parquet. Each reader
has a process of its own and reads all: paths, numbers and dates. Ours also decides how everything is written, checks
every bar and puts the symbols together. Printed are seconds, CPU seconds, peak memory, and ratios to polars.
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
AGAIN_GOAL = 0.02
MEMORY_GOAL = 2.0
_CHECKED = "every bar is checked, put in order, adjusted and cut into panels beside parsing"
_WHY = {
    "csv": _CHECKED,
    "csv.gz": "each file is unpacked and read by itself",
    "parquet": "Arrow opens each file by itself, which alone takes as long as polars for everything",
    "long csv": _CHECKED,
    "long parquet": f"Parquet is parsed in a moment, and {_CHECKED}",
}
_WHY_AGAIN = "the names, sizes and times of all files are listed, and what is remembered of them is read"
_WHY_MEMORY = "Python and its libraries take 80 MB, a row is 56 bytes and not 40, and adjusting holds two scales"
BAR_BYTES = 5 * 8  # of one bar in a panel
# The peak is this process's own; that of getrusage begins with the memory of the process that started it.
_TIMED = (
    "import time; w, c = time.perf_counter(), time.process_time()\n{work}\n"
    "peak = next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
    "print(time.perf_counter() - w, time.process_time() - c, peak)"
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
    "long parquet": "pl.scan_parquet(files).collect()",
}
_PANDAS_CSV = "pd.concat([pd.read_csv(file, parse_dates=['Date']) for file in files], keys=files)"
_PANDAS = {
    "csv": _PANDAS_CSV,
    "csv.gz": _PANDAS_CSV,
    "parquet": "pd.concat([pd.read_parquet(file) for file in files], keys=files)",
    "long csv": _PANDAS_CSV,
    "long parquet": "pd.read_parquet(files[0])",
}
# Over thousands of CSV files it takes minutes, and is left out there.
_DUCKDB = {
    "parquet": "duckdb.sql('select * from read_parquet($1, filename=true)', params=[files]).arrow()",
    "long csv": "duckdb.sql('select * from read_csv($1)', params=[files]).arrow()",
    "long parquet": "duckdb.sql('select * from read_parquet($1)', params=[files]).arrow()",
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
_AGAIN = f"""{_OURS}
import tempfile, time
memory = Path(tempfile.mkdtemp())
for _ in range(4):
    c = time.process_time()
    FilesSource(Path(sys.argv[1]), memory=memory).universe(None, CancelToken())
    print(time.process_time() - c)
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
    days = np.arange(np.datetime64("2020-01-01"), np.datetime64("today"))
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
    pq.write_table(
        pacsv.read_csv(folders["long csv"] / "all.csv"), folders["long parquet"] / "all.parquet", row_group_size=1 << 18
    )


def measure(folder: Path, form: str, reader: str) -> tuple[float, float, float] | None:
    """Return seconds, CPU seconds and peak bytes of one reader; None if it is not installed or has no such form."""
    imports, works = READERS[reader]
    if form not in works or find_spec(reader.replace("-", "_")) is None:
        return None
    code = f"{imports}\n{_TIMED.format(work=works[form])}"
    answer = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    wall, cpu, kilobytes = map(float, answer.stdout.split()[-3:])
    return wall, cpu, kilobytes * 1024


def again(folder: Path) -> tuple[float, float]:
    """Return CPU seconds of loading the universe of a folder the first time, and the least of three later times."""
    answer = subprocess.run([sys.executable, "-c", _AGAIN, str(folder)], capture_output=True, text=True, check=True)
    first, *later = map(float, answer.stdout.split())
    return first, min(later)


def again_text(first: float, later: float) -> str:
    """Return a line on the seconds of loading a folder again; with the reason if the goal is missed."""
    measured = f"an unchanged folder again: CPU {later:.3f} s, {later / first:.3f} ×, at most {AGAIN_GOAL} ×"
    return f"{'csv':12} MISSED {measured}: {_WHY_AGAIN}" if later > AGAIN_GOAL * first else f"{'csv':12} {measured}"


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
        first, later = again(Path(root) / "csv")
        print(again_text(first, later))


def _print(form: str, measured: dict[str, tuple[float, float, float]], panel: int) -> None:
    peer = measured.get("polars")
    for name, (wall, cpu, peak) in measured.items():
        ratio = "" if peer is None else f"  {wall / peer[0]:.2f} × polars, CPU {cpu / peer[1]:.2f} ×"
        print(f"{form:12} {name:16} {wall:6.2f} s, CPU {cpu:6.2f} s, peak {peak / 1e6:5.0f} MB{ratio}")
    for text in missed(form, measured, panel):
        print(f"{form:12} MISSED {text}")


def missed(form: str, measured: dict[str, tuple[float, float, float]], panel: int) -> list[str]:
    """Return a sentence per goal that our reading of a form misses, with the figure and the reason.

    CPU seconds are compared, because other work on the machine changes those of the clock.
    """
    peer, ours = measured.get("polars"), measured["technic-scanner"]
    found = []
    if peer is not None and ours[1] > GOAL * peer[1]:
        found.append(f"{ours[1] / peer[1]:.2f} × polars' CPU seconds, at most {GOAL} ×: {_WHY[form]}")
    if ours[2] > MEMORY_GOAL * panel:
        found.append(f"peak {ours[2] / panel:.2f} × the panel, at most {MEMORY_GOAL:.0f} ×: {_WHY_MEMORY}")
    return found


if __name__ == "__main__":
    main()
