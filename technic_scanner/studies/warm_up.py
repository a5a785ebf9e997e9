"""Compile the kernels of studies, or load what is kept of them, so that the first study does not wait for them."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from technic_scanner.criteria.panel import Panel
from technic_scanner.screening.kernel_compile import Kernel
from technic_scanner.studies import (
    kernel_eligible,
    kernel_even_fits,
    kernel_events,
    kernel_likeness,
    kernel_moves,
    kernel_order,
    kernel_ranks,
)
from technic_scanner.studies.document import document_of, entries_table
from technic_scanner.studies.result import ENTRIES
from technic_scanner.studies.study import study

_MODULES: tuple[ModuleType, ...] = (
    kernel_eligible,
    kernel_even_fits,
    kernel_events,
    kernel_likeness,
    kernel_moves,
    kernel_order,
    kernel_ranks,
)
# Common entries and rare ones take different ways.
_TEXTS = ("close > 0 rank by change(close, 1)", "close > close[1] * 1.05 rank by change(close, 1)")


def kernels() -> dict[str, Kernel]:
    """Return every kernel of studies, by its module and name."""
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": function
        for module in _MODULES
        for name, function in vars(module).items()
        if isinstance(function, Kernel) and function.__module__ == module.__name__
    }


def warm_up() -> None:
    """Study a few made-up prices in every way."""
    steps = np.random.default_rng(1).normal(0.0, 0.03, (12, 160))
    close = 20.0 * np.exp(np.cumsum(steps, axis=1))
    close[3, 70:90] = np.nan
    panel = Panel.from_arrays(close, open=close, high=close, low=close, volume=np.full_like(close, 1e6))
    for text in _TEXTS:
        for entry in ENTRIES:
            found = study(text, panel, entry=entry, threads=1)
            document_of(found)
            entries_table(found)
