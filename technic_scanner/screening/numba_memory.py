"""The functions with which machine code of Numba makes arrays and gives them to Python, from Numba's own libraries.

Both libraries stand by themselves: Python loads them in a few thousandths of a second, without importing Numba.
"""

from __future__ import annotations

import ctypes
import importlib.machinery
import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

_MEMORY, _HELPERS = "numba.core.runtime._nrt_python", "numba._helperlib"
_POINTER, _WHOLE = ctypes.c_void_p, ctypes.c_int64
_WORD_BYTES = ctypes.sizeof(_WHOLE)
_FIELDS = 5  # of an array beside its shape and strides: owner, parent, elements, bytes an element, address


@cache
def addresses() -> dict[str, int]:
    """Return the address of each function by the name that machine code calls it by. Raises RuntimeError."""
    memory = {f"NRT_{name}": address for name, address in _functions_of(_MEMORY).items()}
    return memory | {f"numba_{name}": address for name, address in _functions_of(_HELPERS).items()}


def array_bytes(dimensions: int) -> int:
    """Return how many bytes machine code takes to describe an array of so many dimensions."""
    return (_FIELDS + 2 * dimensions) * _WORD_BYTES


def array_at(place: int, dtype: np.dtype[Any], dimensions: int) -> np.ndarray[Any, Any]:
    """Return the array that machine code has described at this address; it owns its memory. Raises RuntimeError.

    NumPy's object takes a share of the memory, so that the share of the code can be given back.
    """
    adapt, release = _converters()
    owner = _POINTER.from_address(place)
    if not owner.value:
        raise RuntimeError("machine code returned an array that it did not make")
    array: np.ndarray[Any, Any] = adapt(place, np.ndarray, dimensions, 1, dtype)
    release(owner)
    return array


@cache
def _converters() -> tuple[Any, Any]:
    """Return Numba's function that makes an object of an array, and the one that gives back a share of memory."""
    known, thing = addresses(), ctypes.py_object
    adapt = ctypes.PYFUNCTYPE(thing, _POINTER, thing, ctypes.c_int, ctypes.c_int, thing)
    release = ctypes.PYFUNCTYPE(None, _POINTER)
    return adapt(known["NRT_adapt_ndarray_to_python_acqref"]), release(known["NRT_MemInfo_release"])


def _functions_of(name: str) -> dict[str, int]:
    """Return the functions of one of Numba's libraries of C."""
    numba = importlib.util.find_spec("numba")
    for folder in () if numba is None else numba.submodule_search_locations or ():
        for suffix in importlib.machinery.EXTENSION_SUFFIXES:
            path = Path(folder, *name.split(".")[1:]).with_suffix(suffix)
            if path.is_file():
                return _loaded(name, path)
    raise RuntimeError(f"{name} is not there")


def _loaded(name: str, path: Path) -> dict[str, int]:
    """Load it under the name by which Numba does, so that Python gives Numba the same one afterwards."""
    loader = importlib.machinery.ExtensionFileLoader(name, str(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    try:
        if spec is None:
            raise RuntimeError(f"{name} cannot be loaded")
        module = importlib.util.module_from_spec(spec)
        loader.exec_module(module)
        functions: dict[str, int] = module.c_helpers
    except (ImportError, AttributeError) as error:
        raise RuntimeError(f"{name} cannot be used: {error}") from error
    return functions
