"""After the warm-up no program waits for a kernel to be compiled."""

from __future__ import annotations

from random import Random

from technic_scanner import criteria
from technic_scanner.criteria.shipped import SHIPPED_SCANS
from technic_scanner.criteria.warm_up import is_quick, kernels, warm_up
from tests.unit.criteria.bars import random_panel
from tests.unit.criteria.programs import Writer


def forms() -> dict[str, int]:
    return {name: kernel.forms for name, kernel in kernels().items()}


def test_no_program_compiles_anything_after_the_warm_up() -> None:
    warm_up()
    before = forms()
    assert all(before.values())
    assert is_quick()
    panels = [random_panel(sessions=60, whole=whole) for whole in (False, True)]
    texts = [Writer(Random(seed)).program() for seed in range(40)] + [scan.text for scan in SHIPPED_SCANS]
    for text in texts:
        try:
            program = criteria.compile(text)
        except criteria.CriteriaError:
            continue  # it would read too many cells
        for panel in panels:
            program.judge(panel, threads=1)
            program.evaluate(panel, 3, threads=1)
    assert forms() == before
