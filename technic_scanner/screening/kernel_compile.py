"""How the kernels are compiled: the decorators with their flags, and a digest that keys the cache by all their sources."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., object])

# Only after compaction, where no NaN or infinity can occur. ``arcp`` (x / 3 -> x * (1 / 3)) would move MFI's ties and
# ``reassoc`` would make a sum depend on the vector width, so neither is allowed.
FLAGS = {"contract", "nnan", "ninf", "nsz"}


def fast(function: F) -> F:
    """Compile a part that sees finite numbers only; it is inlined into the entry that calls it."""
    compiled: F = njit(fastmath=FLAGS, error_model="numpy", nogil=True)(function)
    return compiled


def exact(function: F) -> F:
    """Compile a part that must see NaN and infinity as they are."""
    compiled: F = njit(error_model="numpy", nogil=True)(function)
    return compiled


def entry(function: F) -> F:
    """Compile a kernel that Python calls: without the GIL, and kept on disk."""
    compiled: F = njit(error_model="numpy", nogil=True, cache=True)(function)
    return compiled


def sources_digest() -> str:
    """Return a digest of all kernel sources.

    Numba drops a cached kernel when the file of the *entry* changes, not when a file of a part does: a checkout that
    touches only a part would go on running the old machine code. A variable that an entry closes over is part of its
    cache key, so every entry closes over this digest.
    """
    folder = Path(__file__).parent
    names = [*sorted(folder.glob("kernel*.py")), folder / "indicator_names.py"]
    return sha256(b"".join(path.read_bytes() for path in names)).hexdigest()
