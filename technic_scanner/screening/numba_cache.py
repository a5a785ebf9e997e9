"""Find the machine code of a function among what Numba keeps on disk, to which it has no public way.

Numba's own settings are read here as well, from where Numba reads them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

_FOLDER = "NUMBA_CACHE_DIR"


def cache_folder() -> Path | None:
    """Return the folder that Numba is told to keep machine code in, if it is."""
    folder = os.environ.get(_FOLDER)
    return Path(folder) if folder else None


def settings() -> list[tuple[str, str]]:
    """Return Numba's other settings, of which some change what it compiles."""
    return sorted((name, value) for name, value in os.environ.items() if name.startswith("NUMBA_") and name != _FOLDER)


def machine_code_of(dispatcher: Any, types: tuple[Any, ...]) -> tuple[str, bytes] | None:
    """Return the name and the machine code of a compiled function for arguments of these types.

    None where Numba keeps none, has compiled it for other types that fit as well, or the function returns something.
    """
    compiled = dispatcher.overloads.get(types)
    cache = dispatcher._cache  # noqa: SLF001
    if compiled is None or not hasattr(cache, "_cache_file") or str(compiled.signature.return_type) != "none":
        return None
    key = cache._index_key(types, compiled.library.codegen)  # noqa: SLF001
    found = cache._cache_file.load(key)  # noqa: SLF001
    return None if found is None else (compiled.fndesc.llvm_func_name, found[0][2][0])
