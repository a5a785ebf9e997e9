"""How the kernels are compiled: decorators with their flags, and a digest that keys the cache by all sources."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, update_wrapper
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., object])

# Only after compaction, where no NaN or infinity can occur. ``arcp`` (x / 3 -> x * (1 / 3)) would move MFI's ties and
# ``reassoc`` would make a sum depend on the vector width, so neither is allowed.
FLAGS = {"contract", "nnan", "ninf", "nsz"}

# Numba's warnings about kernels that it cannot cache.
_not_kept: list[str] = []
_lock = Lock()


class Kernel:
    """A function that is compiled when it is first called: who calls none need not load Numba.

    Other kernels may call it; Numba then sees what it is compiled to.
    """

    def __init__(self, function: Callable[..., object], *, kept: bool, **options: object) -> None:
        """``kept``: keep its machine code on disk, if possible. ``options``: Numba's."""
        update_wrapper(self, function)
        self._function, self._kept, self._options = function, kept, options
        self._compiled: Any = None

    @property
    def is_loaded(self) -> bool:
        """Whether it has been called, or otherwise compiled or loaded, in this process."""
        return self._compiled is not None

    @property
    def compiled(self) -> Any:
        """Numba's dispatcher."""
        if self._compiled is None:
            with _lock:
                self._compiled = self._compiled or self._dispatcher()
        return self._compiled

    def __call__(self, *args: Any) -> Any:
        """Call the compiled function."""
        return self.compiled(*args)

    def _dispatcher(self) -> Any:
        njit = _njit()
        if self._kept:
            try:
                return njit(nogil=True, error_model="numpy", cache=True, **self._options)(self._function)
            except RuntimeError as error:
                _not_kept.append(str(error))
        return njit(nogil=True, error_model="numpy", **self._options)(self._function)


def load_numba() -> None:
    """Import Numba, which otherwise the first call of a kernel does."""
    _njit()


@cache
def _njit() -> Callable[..., Any]:
    """Import Numba, and let it take a kernel that another one calls for what that is compiled to."""
    from numba import njit, types  # noqa: PLC0415 - takes as long as all the rest of a command that scans nothing
    from numba.extending import typeof_impl  # noqa: PLC0415

    @typeof_impl.register(Kernel)
    def _type_of(kernel: Kernel, _: object) -> object:
        return types.Dispatcher(kernel.compiled)

    return cast(Callable[..., Any], njit)


def fast(function: F) -> F:
    """Compile a part that sees finite numbers only; it is inlined into the entry that calls it."""
    return cast(F, Kernel(function, kept=False, fastmath=FLAGS, forceinline=True))


def exact(function: F) -> F:
    """Compile a part that must see NaN and infinity as they are."""
    return cast(F, Kernel(function, kept=False))


def entry(function: F) -> F:
    """Compile a kernel that Python calls: without the GIL, and kept on disk."""
    return kept_on_disk(function)


def kept_on_disk(function: F) -> F:
    """Compile a function; its machine code is kept on disk if there is a folder for that which may be written.

    Numba looks at NUMBA_CACHE_DIR, beside the source and in the user's cache folder. A service's user often has none
    of them; its processes compile anew, which ``why_not_kept`` says.
    """
    return cast(F, Kernel(function, kept=True))


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
