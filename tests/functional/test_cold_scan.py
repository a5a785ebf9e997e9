"""A scan in a new process loads neither Numba nor pandas, nor what only studies, files and criteria need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from technic_scanner.bootstrap import warm_up

# Numba compiles, pandas is what pyarrow imports at its first array, lark parses criteria.
FILES = "technic_scanner.adapters.market_data.files.source"
SLOW_OR_NOT_NEEDED = ("numba", "pandas", "lark", "technic_scanner.studies", FILES)
PROGRAM = f"""
import sys
from pathlib import Path
from technic_scanner.domain.config import ScanConfig
from tests.support.quiet import without_workers

with without_workers(Path(sys.argv[1])) as services:
    config = ScanConfig(source=sys.argv[2], universe=sys.argv[3] or None, criteria=sys.argv[4])
    run = services.service.submit(config)
    services.worker().run()
    record = services.service.get(run.run_id)
    print(record.outcome.value, services.service.result(run.run_id).table.num_rows)
print(*(name for name in {SLOW_OR_NOT_NEEDED!r} if name in sys.modules))
"""


def scan(home: Path, source: str, universe: str, criteria: str = "") -> list[str]:
    words = [sys.executable, "-c", PROGRAM, str(home), source, universe, criteria]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=os.environ)
    return done.stdout.splitlines()


@pytest.mark.parametrize(("source", "universe"), [("sample", ""), ("synthetic", "30x300")])
def test_a_scan_of_cached_prices_loads_no_more_than_it_needs(tmp_path: Path, source: str, universe: str) -> None:
    warm_up()  # as ``make dashboard`` does; otherwise the first process compiles
    first = scan(tmp_path, source, universe)
    again = scan(tmp_path, source, universe)
    assert again[0] == first[0]
    assert again[1] == ""


CRITERIA = 'rsi(14) < 90 and close > sma(close, 20)\nshow rsi(14) as "R"\nshow close > 50 as "B"\nshow sector as "S"'


@pytest.mark.parametrize("criteria", [CRITERIA, "close < 0"])
def test_criteria_bring_their_parser_alone(tmp_path: Path, criteria: str) -> None:
    warm_up()
    first = scan(tmp_path, "sample", "", criteria)
    again = scan(tmp_path, "sample", "", criteria)
    assert again[0] == first[0]
    assert again[1] == "lark"
