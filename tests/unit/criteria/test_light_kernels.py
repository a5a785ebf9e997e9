"""Criteria are judged without Numba once their kernels are compiled, with the bits that Numba gives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from technic_scanner.criteria.warm_up import warm_up

PROGRAM = """
import hashlib, sys
from random import Random
from technic_scanner import criteria
from technic_scanner.criteria.functions import FUNCTIONS
from technic_scanner.criteria.shipped import SHIPPED_SCANS
from technic_scanner.criteria.warm_up import is_quick, kernels
from tests.unit.criteria.bars import random_panel
from tests.unit.criteria.programs import Writer

if "numba" in sys.argv:
    for kernel in kernels().values():
        kernel.compiled
quick = is_quick()
digest = hashlib.sha256()
texts = [scan.text for scan in SHIPPED_SCANS] + [function.example for function in FUNCTIONS.values()]
texts += [Writer(Random(seed)).program() for seed in range(100, 120)]
for text in texts:
    try:
        program = criteria.compile(text)
    except criteria.CriteriaError:
        continue  # it would read too many cells
    for whole in (False, True):
        found = program.evaluate(random_panel(sessions=90, whole=whole), 3, threads=2)
        digest.update(found.tobytes())
used = sum(kernel.forms > 0 for kernel in kernels().values())
print(digest.hexdigest(), "numba" in sys.modules, quick, used)
"""


def run(*words: str, **environment: str) -> list[str]:
    command = [sys.executable, "-c", PROGRAM, *words]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_criteria_have_the_same_bits_without_numba() -> None:
    warm_up()
    without, with_numba = run(), run("numba")
    assert without[0] == with_numba[0]
    assert without[1:3] == ["False", "True"]
    assert with_numba[1:3] == ["True", "True"]
    assert int(without[3]) >= 30


def test_a_machine_that_keeps_nothing_says_that_it_takes_long(tmp_path: Path) -> None:
    program = "import sys; from technic_scanner.criteria.warm_up import is_quick; print(is_quick(), *sys.modules)"
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    quick, *modules = done.stdout.split()
    assert quick == "False"
    assert "numba" not in modules
