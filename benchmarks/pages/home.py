"""A data folder with a long history and two large results, made once and used again where it is kept."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from benchmarks.store.seeding import seed_runs
from technic_scanner.bootstrap import Services, build
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.settings import load_settings

MARKER = "pages-benchmark.json"
SESSIONS = 300
# The other run's date lies far enough back that there are outcomes of its picks to show.
OTHER_DAY = date(2024, 10, 1)
SCAN_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a home holds: how many made-up runs, two real runs of a number of symbols, and one symbol of the first."""

    runs: int
    rows: int
    run: str
    other: str
    symbol: str


def forget_settings() -> None:
    """Take the host's TECHNIC_ settings out of this process: they may name a store that real runs are in."""
    for name in [name for name in os.environ if name.upper().startswith("TECHNIC_")]:
        del os.environ[name]


def seeded_home(home: Path, runs: int, rows: int) -> Seeded:
    """Return what ``home`` holds, after filling it if it is empty; SystemExit if it holds something else."""
    marker = home / MARKER
    if marker.is_file():
        seeded = Seeded(**json.loads(marker.read_text(encoding="utf-8")))
        if (seeded.runs, seeded.rows) != (runs, rows):
            raise SystemExit(
                f"{home} holds {seeded.runs:,} runs and {seeded.rows:,} rows: ask for these or name another"
            )
        return seeded
    if home.exists() and any(home.iterdir()):
        raise SystemExit(f"{home} is not empty and was not made by this benchmark (no {MARKER}): name another folder")
    seeded = _seed(home, runs, rows)
    marker.write_text(json.dumps(asdict(seeded), indent=2), encoding="utf-8")
    return seeded


def _seed(home: Path, runs: int, rows: int) -> Seeded:
    with build(load_settings(home=home)) as services:
        start = time.perf_counter()
        seed_runs(services.store, runs)
        print(f"seeded {runs:,} runs in {time.perf_counter() - start:.1f} s", flush=True)
        run = _scan(services, _everything(rows), f"{rows} rows")
        other = _scan(services, _everything(rows, as_of_date=OTHER_DAY, strategy_profile_name="breakout"), "breakout")
        # A worker that has yet to end takes processor time from the first pages.
        _wait(lambda: not services.service.workers(), "the worker did not end", 60.0)
        symbol = str(services.service.result(run).table.column("Symbol")[0])
    return Seeded(runs, rows, run, other, symbol)


def _everything(rows: int, **changes: object) -> ScanConfig:
    """Return the config of a scan whose filters let every symbol of a made-up market pass."""
    loose = {"min_price": 0.01, "min_dollar_volume": 0.0, "min_tech_rating": 0.0, "top_n": None, "direction": "both"}
    market = {"source": "synthetic", "universe": f"{rows}x{SESSIONS}", "max_symbols": rows}
    return ScanConfig(**{**market, **loose, **changes})  # type: ignore[arg-type]


def _scan(services: Services, config: ScanConfig, label: str) -> str:
    """Scan as people do, in a worker process, and return the run's id."""
    run_id = services.service.submit(config, label=label).run_id

    def ended() -> bool:
        return services.service.get(run_id).status.is_terminal

    _wait(ended, f"the scan {label} did not end", SCAN_SECONDS)
    _check(services.service.get(run_id), config.max_symbols)
    return run_id


def _check(run: RunRecord, symbols: int) -> None:
    scanned = 0 if run.metrics is None else run.metrics.symbols_scanned
    if run.status is not RunStatus.SUCCEEDED or scanned < 0.9 * symbols:
        raise SystemExit(f"the scan {run.label} {run.status.value} with {scanned:,} rows: {run.status_text}")
    print(f"scanned {scanned:,} of {symbols:,} symbols", flush=True)


def _wait(true: Callable[[], bool], otherwise: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise SystemExit(f"{otherwise} within {seconds:.0f} s")
        time.sleep(0.2)
