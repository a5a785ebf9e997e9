"""How the kernels are compiled: decorators with their flags, and a digest that keys the cache by all sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, update_wrapper
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

from technic_scanner.screening.machine_code import Flat, MachineCode, flat
from technic_scanner.screening.machine_files import Place, folders_of
from technic_scanner.screening.numba_cache import keeps, machine_code_of

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
    def forms(self) -> int:
        """How many forms of arguments it has been loaded or compiled for in this process."""
        return 0 if self._compiled is None else len(self._compiled.signatures)

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


class LightKernel(Kernel):
    """A kernel that runs without Numba once its machine code is kept. It returns nothing, a truth value or arrays."""

    def __init__(self, function: Callable[..., object]) -> None:
        """Keep its machine code on disk, in Numba's form and in that of ``machine_files``."""
        super().__init__(function, kept=True)
        self._codes: dict[str, MachineCode] = {}

    @property
    def is_loaded(self) -> bool:
        """Whether it has been called, or otherwise compiled or loaded, in this process."""
        return bool(self._codes) or super().is_loaded

    @property
    def forms(self) -> int:
        """How many forms of arguments it has been loaded or compiled for in this process."""
        return len(self._codes) + super().forms

    @property
    def is_kept(self) -> bool:
        """Whether some machine code of it is kept, so that it is probably loaded rather than compiled."""
        place = self._place()
        return place.is_used() if place.folders else keeps(self.compiled)

    def load(self, *args: Any) -> None:
        """Load the machine code for such arguments if it is kept; compile nothing."""
        given = flat(args)
        if given is not None and self._compiled is None:
            self._code(given)

    def __call__(self, *args: Any) -> Any:
        """Run the machine code for such arguments, or let Numba load or compile it and keep it."""
        if self._compiled is None:
            given = flat(args)
            code = None if given is None else self._code(given)
            if given is not None and code is not None:
                return code(given.values)
        numba = self.compiled
        known = len(numba.overloads)
        found = numba(*args)
        if len(numba.overloads) > known:
            self._keep(args)
        return found

    def _code(self, given: Flat) -> MachineCode | None:
        with _lock:
            code = self._codes.get(given.form) or self._place().read(given)
            if code is not None:
                self._codes[given.form] = code
            return code

    def _keep(self, args: Sequence[Any]) -> None:
        """Keep what Numba has just compiled or read for such arguments."""
        given, place, numba = flat(args), self._place(), self.compiled
        if given is None or not place.folders:
            return
        found = machine_code_of(numba, tuple(numba.typeof_pyval(arg) for arg in args))
        if found is not None:
            place.write(given, *found)

    def _place(self) -> Place:
        function, folders = self._function, folders_of(self._function)
        name = f"{function.__module__.removeprefix('technic_scanner.')}.{function.__name__}"
        return Place(folders, name, _digest_with(function.__code__.co_filename) if folders else "")


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


def entry(function: Callable[..., None]) -> LightKernel:
    """Compile a kernel that Python calls and that only writes into what it is given: without the GIL, kept on disk."""
    return LightKernel(function)


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


@cache
def _digest_with(path: str) -> str:
    """Return a digest of all kernel sources here, of one more file and of the kernel sources beside that."""
    return sources_digest() + sha256(_sources_in(Path(path).parent) + Path(path).read_bytes()).hexdigest()


def sources_digest(folder: Path | None = None) -> str:
    """Return a digest of all kernel sources in ``folder``, by default this one.

    Numba drops a cached kernel when the file of the *entry* changes, not when a file of a part does: a checkout that
    touches only a part would go on running the old machine code. A variable that an entry closes over is part of its
    cache key, so every entry closes over this digest.
    """
    folder = folder or Path(__file__).parent
    return sha256(_sources_in(folder) + (folder / "indicator_names.py").read_bytes()).hexdigest()


def _sources_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("kernel*.py")))
