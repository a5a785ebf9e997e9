"""The peak is that of the process that asks, whatever launched it."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from technic_scanner.adapters.peak_memory import peak_memory_bytes

MEBIBYTE = 2**20
ASK = "from technic_scanner.adapters.peak_memory import peak_memory_bytes; print(peak_memory_bytes())"


@pytest.mark.slow
def test_what_was_held_stays_in_the_peak_of_its_process_and_out_of_that_of_its_children() -> None:
    before = peak_memory_bytes()
    assert before is not None
    held = np.ones(2 * before // 8)
    held_at_most = peak_memory_bytes()
    assert held_at_most is not None
    assert held_at_most >= before + held.nbytes // 2
    del held
    after = peak_memory_bytes()
    assert after is not None
    assert after > 0.95 * held_at_most  # the kernel counts pages in batches
    child = subprocess.run([sys.executable, "-c", ASK], check=True, capture_output=True, text=True)
    assert MEBIBYTE < int(child.stdout) < held_at_most / 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells it along with the program's name")
def test_the_name_of_the_program_may_have_any_letters() -> None:
    named = f"open('/proc/self/comm', 'w').write('größe\\xa0:'); {ASK}"
    child = subprocess.run([sys.executable, "-c", named], check=True, capture_output=True, text=True)
    assert int(child.stdout) > MEBIBYTE
