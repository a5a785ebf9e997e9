"""Run the machine code that Numba made of a kernel without Numba, whose import takes longer than a small scan.

LLVM alone links it into the process; it is the same code, so that results have the same bits. The function is called as
Numba calls it (numba/core/callconv.py and datamodel/models.py): a place for the result, one for an error, then every
array as owner, parent, elements, bytes an element, address, shape and strides; tuples are their parts one by one.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from threading import Lock
from typing import Any

import numpy as np

from technic_scanner.screening.machine_results import Results, room_for, taken
from technic_scanner.screening.numba_memory import addresses

# What a file refers to beside Python, libm and what makes arrays: parts of Numba for its own callers.
_NEVER_CALLED = (
    "numba_do_raise",
    "numba_gil_ensure",
    "numba_gil_release",
    "numba_runtime_build_excinfo_struct",
    "numba_unpickle",
)
_POINTER, _WHOLE, _REAL = ctypes.c_void_p, ctypes.c_int64, ctypes.c_double
_SCALARS = ((int, "i", _WHOLE), (float, "f", _REAL), (bool, "b", ctypes.c_uint8))
_ARRAY = (_POINTER, _POINTER, _WHOLE, _WHOLE, _POINTER)
# The bits of an array's flags (numpy.ndarray.flags in the C API).
_IN_C_ORDER, _IN_F_ORDER, _ALIGNED, _WRITEABLE = 0x1, 0x2, 0x100, 0x400
_lock, _numbers = Lock(), count()


@dataclass(slots=True)
class Flat:
    """Arguments as machine code takes them. ``form`` tells apart what Numba compiles separately."""

    form: str = ""
    values: list[Any] = field(default_factory=list)
    types: list[Any] = field(default_factory=list)


def flat(args: Sequence[object]) -> Flat | None:
    """Return arguments one by one; None if one is of a kind that is not known here."""
    found = Flat()
    return found if all(_add(found, arg) for arg in args) else None


def _add(found: Flat, value: object) -> bool:
    if isinstance(value, np.ndarray):
        return _add_array(found, value)
    if isinstance(value, tuple):
        found.form += f"{type(value).__name__}("
        known = all(_add(found, part) for part in value)
        found.form += ")"
        return known
    for kind, letter, as_passed in _SCALARS:
        if type(value) is kind:
            found.form += letter
            found.values.append(value)
            found.types.append(as_passed)
            return True
    return False


def _add_array(found: Flat, array: np.ndarray[Any, Any]) -> bool:
    form = _form_of(array.dtype, array.ndim, array.flags.num)
    found.form += form
    found.values += (None, None, array.size, array.itemsize, array.ctypes.data, *array.shape, *array.strides)
    found.types += (*_ARRAY, *[_WHOLE] * (2 * array.ndim))
    return form != ""


@cache
def _form_of(dtype: np.dtype[Any], dimensions: int, flags: int) -> str:
    """Return the form of arrays of this kind; an empty one if it is not known here."""
    if dtype.kind not in "biuf" or not dtype.isnative or not flags & _ALIGNED:
        return ""
    layout = "C" if flags & _IN_C_ORDER else "F" if flags & _IN_F_ORDER else "A"
    return f"{dtype.str}[{dimensions}{layout}{'w' if flags & _WRITEABLE else 'r'}]"


class MachineCode:
    """The machine code of one kernel for arguments of one form, linked into this process."""

    def __init__(self, name: str, library: Any, types: Sequence[Any], results: Results) -> None:
        """``library``: LLVM's, in which the function has this ``name``; ``types``: those of its arguments."""
        self._library = library  # while it lives, so does the code
        self._name = name
        self._results = results
        self._call = ctypes.CFUNCTYPE(ctypes.c_int32, _POINTER, _POINTER, *types)(library[name])

    def __call__(self, values: Sequence[object]) -> Any:
        """Run it without the GIL; return what it returns. Raises RuntimeError if it tells of an error."""
        result, error = room_for(self._results), _POINTER()
        status = self._call(ctypes.addressof(result), ctypes.addressof(error), *values)
        if status != 0:
            raise RuntimeError(f"{self._name} ended with status {status}")
        return taken(result, self._results)


def linked(name: str, code: bytes, types: Sequence[Any], results: Results) -> MachineCode:
    """Link an object file into this process. Raises RuntimeError if it refers to what there is not."""
    with _lock:
        compiler, builder_of, symbols = _linker()
        builder = builder_of().add_object_img(code).add_current_process().export_symbol(name)
        for symbol, address in symbols.items():
            builder.import_symbol(symbol, address)
        return MachineCode(name, builder.link(compiler, f"{name} {next(_numbers)}"), types, results)


@cache
def _linker() -> tuple[Any, Callable[[], Any], dict[str, int]]:
    """Return LLVM's linker for this process, what makes a library for it, and the functions of Numba by name."""
    import llvmlite.binding as llvm  # noqa: PLC0415 - a tenth of Numba, but nothing for a process that scans nothing

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine()
    address = ctypes.cast(_never, ctypes.c_void_p).value or 0
    symbols = addresses() | dict.fromkeys(_NEVER_CALLED, address)
    return llvm.create_lljit_compiler(machine), llvm.JITLibraryBuilder, symbols


def _missing() -> None:
    raise SystemError("machine code called a part of Numba that is not there")


_never = ctypes.CFUNCTYPE(None)(_missing)
