"""Compile beforehand what scans, criteria and studies need."""

from __future__ import annotations

import compileall
from pathlib import Path

from technic_scanner.criteria.warm_up import warm_up as compile_criteria_kernels
from technic_scanner.screening.indicators import warm_up as compile_kernels
from technic_scanner.studies.warm_up import warm_up as compile_study_kernels


def warm_up() -> None:
    """Compile the kernels into Numba's cache and this package to bytecode; quick when that was done before.

    Where Python was told to write no bytecode, every process would otherwise compile the package anew as it starts.
    """
    compile_kernels()
    compile_criteria_kernels()
    compile_study_kernels()
    compileall.compile_dir(Path(__file__).parents[1], quiet=2)
