"""How the language's kernels are compiled: every operation as written, so that a value has the same bits anywhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from technic_scanner.screening.kernel_compile import LightKernel, kept_on_disk

WRITTEN = "out"  # the name of a parameter that a kernel writes into


class Entry(LightKernel):
    """A kernel that only Python calls, without Numba once its machine code is kept.

    Numba compiles a kernel once more for arrays that may be written. All but the one that it writes into reach it
    read-only, so that there is one compilation, which the warm-up can do.
    """

    def __init__(self, function: Callable[..., object]) -> None:
        """Keep its machine code on disk."""
        super().__init__(function)
        self._written = [name == WRITTEN for name in inspect.signature(function).parameters]

    def __call__(self, *args: Any) -> Any:
        """Call the compiled function."""
        handed = (arg if keep else _read_only(arg) for arg, keep in zip(args, self._written, strict=True))
        return super().__call__(*handed)


def exact(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function for Python or for other kernels: without the GIL, kept on disk, floating point as written."""
    return kept_on_disk(function)


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a kernel that only Python calls: without the GIL, kept on disk, floating point as written."""
    return Entry(function)


def _read_only(value: Any) -> Any:
    if not isinstance(value, np.ndarray) or not value.flags.writeable:
        return value
    view = value.view()
    view.flags.writeable = False
    return view
