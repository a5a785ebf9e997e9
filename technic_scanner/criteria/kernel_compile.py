"""How the language's kernels are compiled: every operation as written, so that a value has the same bits anywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from numba import njit


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a kernel that Python calls: without the GIL, kept on disk, no liberties with floating point."""
    return cast(Callable[..., Any], njit(error_model="numpy", nogil=True, cache=True)(function))
