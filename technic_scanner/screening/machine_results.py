"""What machine code of Numba returns: nothing, one yes or no, an array, or several arrays.

It writes them one after another into a place that its caller gives (numba/core/datamodel/models.py).
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from technic_scanner.screening.numba_memory import array_at, array_bytes

# The type of each, and its dimensions: 0 for what is no array, which only stands alone.
Results = tuple[tuple[str, int], ...]

_LEAST_BYTES = 8


def room_for(results: Results) -> ctypes.Array[ctypes.c_char]:
    """Return the place for them."""
    return ctypes.create_string_buffer(_LEAST_BYTES + sum(array_bytes(dimensions) for _, dimensions in results))


def taken(room: ctypes.Array[ctypes.c_char], results: Results) -> Any:
    """Return what was written there: arrays own their memory, and several are a tuple. Raises RuntimeError."""
    place, found = ctypes.addressof(room), []
    for name, dimensions in results:
        dtype = np.dtype(name)
        found.append(array_at(place, dtype, dimensions) if dimensions else np.frombuffer(room.raw, dtype, 1)[0].item())
        place += array_bytes(dimensions)
    return None if not found else found[0] if len(found) == 1 else tuple(found)


def results_of(kind: Any) -> Results | None:
    """Return the results of a function by Numba's type of what it returns; None if one is of another kind."""
    if str(kind) == "none":
        return ()
    if str(kind) == "bool":
        return (("bool", 0),)
    arrays = [(str(part.dtype), int(part.ndim)) for part in getattr(kind, "types", (kind,)) if _is_plain_array(part)]
    return tuple(arrays) if len(arrays) == len(getattr(kind, "types", (kind,))) else None


def _is_plain_array(kind: Any) -> bool:
    """Return whether it is an array of numbers in C's order, as a kernel makes them."""
    layout, dtype = getattr(kind, "layout", None), getattr(kind, "dtype", None)
    return layout == "C" and str(dtype) in ("float64", "int64", "int32", "int8", "bool") and kind.ndim > 0
