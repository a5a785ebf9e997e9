"""How much memory an object holds, with all that it refers to."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType

# Shared with the rest of the process, whatever the object does.
_SHARED = (type, ModuleType, FunctionType, BuiltinFunctionType, CodeType)


def held_bytes(thing: object, *, apart_from: Iterable[object] = ()) -> int:
    """Return the bytes of `thing` and of everything that can be reached from it, each counted once.

    Classes, modules and functions are left out, and so is what `apart_from` names.
    """
    seen = {id(thing)} | {id(one) for one in apart_from}
    waiting = [thing]
    total = 0
    while waiting:
        one = waiting.pop()
        total += sys.getsizeof(one)
        for part in gc.get_referents(one):
            if id(part) not in seen and not isinstance(part, _SHARED):
                seen.add(id(part))
                waiting.append(part)
    return total
