"""The kernels of a scan: without Numba once they are compiled, with the bits that Numba gives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from technic_scanner.screening.indicators import warm_up

PROGRAM = """
import hashlib, sys
import numpy as np
from technic_scanner.adapters.market_data.price_cache.snapshot import fingerprint_of
from technic_scanner.screening import (
    indicators, kernel_index, kernel_moves, kernel_own_bars, kernel_scores, kernel_sums, kernels
)
from technic_scanner.screening.quality import quality
from technic_scanner.screening.regime import equal_weight_index
from technic_scanner.screening.scoring import sub_scores
from tests.unit.screening.made_bars import market, walk

LIGHT = (
    kernels.rows, kernel_moves.find_calm, kernel_sums.weighted_sums, kernel_index.mean_growth,
    kernel_scores.score_rows, kernel_own_bars.copy_own_bars,
)
if "numba" in sys.argv:
    for kernel in LIGHT:
        kernel.compiled
if "load" in sys.argv:
    indicators.load()
    assert [kernel.forms for kernel in LIGHT] == [1, 1, 0, 1, 1, 1], "what is loaded ahead is what a scan calls"
panel = walk(40, 600, seed=7)
for name in ("open", "high", "low", "close", "volume"):
    values = getattr(panel, name)
    values[3, :500] = np.nan
    values[5, 100:120] = values[6, 500:520] = np.nan
    values[7] = 50.0
found = indicators.last_indicators(panel, market(600))
values = found, sub_scores(found), quality(panel, found), equal_weight_index(panel.close)
digest = hashlib.sha256(b"".join(map(bytes, values)) + fingerprint_of(panel).encode())
print(digest.hexdigest(), "numba" in sys.modules, indicators.are_loaded(), [kernel.forms for kernel in LIGHT])
"""


def run(*words: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", PROGRAM, *words], capture_output=True, text=True, check=True)
    return done.stdout.split(maxsplit=3)


def test_a_scan_computes_the_same_bits_without_numba() -> None:
    warm_up()
    without, with_numba = run(), run("numba")
    assert without[0] == with_numba[0]
    assert run("load") == without
    assert without[1:] == ["False", "True", "[1, 1, 1, 1, 1, 1]\n"]
    assert with_numba[1:] == ["True", "True", "[1, 1, 1, 1, 1, 1]\n"]


def test_nothing_is_compiled_where_nothing_is_kept(tmp_path: Path) -> None:
    program = "from technic_scanner.screening import indicators; indicators.load(); print(indicators.are_loaded())"
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
    assert not list(tmp_path.rglob("*"))
