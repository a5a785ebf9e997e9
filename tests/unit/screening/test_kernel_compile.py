"""Kernels where Numba finds no folder to keep machine code in, as for the user of a service without a home."""

from __future__ import annotations

import subprocess
import sys

WITHOUT_A_FOLDER = """
from numba.core import caching
caching.CacheImpl._locator_classes = []
from technic_scanner.screening.kernel_compile import entry, why_not_kept
from technic_scanner.criteria.kernel_compile import exact

def double(value):
    return 2 * value

assert why_not_kept() is None
assert entry(double)(21) == 42
assert exact(double)(21) == 42
print(why_not_kept())
"""


def test_without_a_folder_kernels_are_compiled_and_not_kept() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_A_FOLDER], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "NUMBA_CACHE_DIR" in done.stdout
