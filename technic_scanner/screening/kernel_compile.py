"""How the kernels are compiled: decorators with their flags, and a digest that keys the cache by all sources."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])

# Only after compaction, where no NaN or infinity can occur. ``arcp`` (x / 3 -> x * (1 / 3)) would move MFI's ties and
# ``reassoc`` would make a sum depend on the vector width, so neither is allowed.
FLAGS = {"contract", "nnan", "ninf", "nsz"}

# Numba's warnings about kernels that it cannot cache.
_not_kept: list[str] = []


def fast(function: F) -> F:
    """Compile a part that sees finite numbers only; it is inlined into the entry that calls it."""
    return cast(F, njit(fastmath=FLAGS, error_model="numpy", nogil=True, forceinline=True)(function))


def exact(function: F) -> F:
    """Compile a part that must see NaN and infinity as they are."""
    return cast(F, njit(error_model="numpy", nogil=True)(function))


def entry(function: F) -> F:
    """Compile a kernel that Python calls: without the GIL, and kept on disk."""
    return kept_on_disk(function)


def kept_on_disk(function: F) -> F:
    """Compile a function; its machine code is kept on disk if there is a folder for that which may be written.

    Numba looks at NUMBA_CACHE_DIR, beside the source and in the user's cache folder. A service's user often has none
    of them; its processes compile anew, which ``why_not_kept`` says.
    """
    try:
        return cast(F, njit(error_model="numpy", nogil=True, cache=True)(function))
    except RuntimeError as error:
        _not_kept.append(str(error))
        return cast(F, njit(error_model="numpy", nogil=True)(function))


def why_not_kept() -> str | None:
    """Return a sentence if the kernels loaded so far are compiled anew by each process, None if they are kept."""
    if not _not_kept:
        return None
    return (
        "each process compiles the kernels anew, because there is no folder to keep them in: set NUMBA_CACHE_DIR to "
        "one that this user can write"
    )


def sources_digest(folder: Path | None = None) -> str:
    """Return a digest of all kernel sources in ``folder``, by default this one.

    Numba drops a cached kernel when the file of the *entry* changes, not when a file of a part does: a checkout that
    touches only a part would go on running the old machine code. A variable that an entry closes over is part of its
    cache key, so every entry closes over this digest.
    """
    folder = folder or Path(__file__).parent
    names = [*sorted(folder.glob("kernel*.py")), folder / "indicator_names.py"]
    return sha256(b"".join(path.read_bytes() for path in names)).hexdigest()
