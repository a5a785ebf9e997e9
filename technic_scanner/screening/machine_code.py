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

# What a file refers to beside Python and libm: parts of Numba for its own callers, and what frees arrays of Numba. A
# kernel that neither makes an array nor returns something calls none of them.
_NEVER_CALLED = (
    "NRT_Free",
    "NRT_MemInfo_call_dtor",
    "NRT_adapt_ndarray_from_python",
    "numba_do_raise",
    "numba_gil_ensure",
    "numba_gil_release",
    "numba_runtime_build_excinfo_struct",
    "numba_unpickle",
)
_POINTER, _WHOLE, _REAL = ctypes.c_void_p, ctypes.c_int64, ctypes.c_double
_ARRAY = (_POINTER, _POINTER, _WHOLE, _WHOLE, _POINTER)
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
    for kind, letter, as_passed in ((int, "i", _WHOLE), (float, "f", _REAL)):
        if type(value) is kind:
            found.form += letter
            found.values.append(value)
            found.types.append(as_passed)
            return True
    return False


def _add_array(found: Flat, array: np.ndarray[Any, Any]) -> bool:
    if array.dtype.kind not in "biuf" or not array.dtype.isnative or not array.flags.aligned:
        return False
    flags = array.flags
    layout = "C" if flags.c_contiguous else "F" if flags.f_contiguous else "A"
    found.form += f"{array.dtype.str}[{array.ndim}{layout}{'w' if flags.writeable else 'r'}]"
    found.values += (None, None, array.size, array.itemsize, array.ctypes.data, *array.shape, *array.strides)
    found.types += (*_ARRAY, *[_WHOLE] * (2 * array.ndim))
    return True


class MachineCode:
    """The machine code of one kernel for arguments of one form, linked into this process."""

    def __init__(self, name: str, library: Any, types: Sequence[Any]) -> None:
        """``library``: LLVM's, in which the function has this ``name``; ``types``: those of its arguments."""
        self._library = library  # while it lives, so does the code
        self._name = name
        self._call = ctypes.CFUNCTYPE(ctypes.c_int32, _POINTER, _POINTER, *types)(library[name])

    def __call__(self, values: Sequence[object]) -> None:
        """Run it without the GIL. Raises RuntimeError if it tells of an error."""
        result, error = _POINTER(), _POINTER()
        status = self._call(ctypes.addressof(result), ctypes.addressof(error), *values)
        if status != 0:
            raise RuntimeError(f"{self._name} ended with status {status}")


def linked(name: str, code: bytes, types: Sequence[Any]) -> MachineCode:
    """Link an object file into this process. Raises RuntimeError if it refers to what there is not."""
    with _lock:
        compiler, builder_of, never = _linker()
        builder = builder_of().add_object_img(code).add_current_process().export_symbol(name)
        for symbol in _NEVER_CALLED:
            builder.import_symbol(symbol, never)
        return MachineCode(name, builder.link(compiler, f"{name} {next(_numbers)}"), types)


@cache
def _linker() -> tuple[Any, Callable[[], Any], int]:
    """Return LLVM's linker for this process, what makes a library for it, and the address of ``_never``."""
    import llvmlite.binding as llvm  # noqa: PLC0415 - a tenth of Numba, but nothing for a process that scans nothing

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine()
    address = ctypes.cast(_never, ctypes.c_void_p).value or 0
    return llvm.create_lljit_compiler(machine), llvm.JITLibraryBuilder, address


def _missing() -> None:
    raise SystemError("machine code called a part of Numba that is not there")


_never = ctypes.CFUNCTYPE(None)(_missing)
