"""How the language's kernels are compiled: every operation as written, so that a value has the same bits anywhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from technic_scanner.screening.kernel_compile import kept_on_disk

WRITTEN = "out"  # the name of a parameter that a kernel writes into


def exact(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function for Python or for other kernels: without the GIL, kept on disk, floating point as written."""
    return kept_on_disk(function)


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a kernel that only Python calls.

    Numba compiles a kernel once more for arrays that may be written. All but the one that it writes into reach it
    read-only, so that there is one compilation, which the warm-up can do. The compiled function is its ``compiled``.
    """
    compiled = exact(function)
    written = [name == WRITTEN for name in inspect.signature(function).parameters]

    @wraps(function)
    def call(*args: Any) -> Any:
        return compiled(*(arg if keep else _read_only(arg) for arg, keep in zip(args, written, strict=True)))

    call.compiled = compiled  # type: ignore[attr-defined]
    return call


def _read_only(value: Any) -> Any:
    if not isinstance(value, np.ndarray) or not value.flags.writeable:
        return value
    view = value.view()
    view.flags.writeable = False
    return view
