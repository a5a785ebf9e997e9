"""Find the machine code of a function among what Numba keeps on disk, to which it has no public way.

Numba's own settings are read here as well, from where Numba reads them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from technic_scanner.screening.machine_results import Results, results_of

_FOLDER = "NUMBA_CACHE_DIR"


def cache_folder() -> Path | None:
    """Return the folder that Numba is told to keep machine code in, if it is."""
    folder = os.environ.get(_FOLDER)
    return Path(folder) if folder else None


def settings() -> list[tuple[str, str]]:
    """Return Numba's other settings, of which some change what it compiles."""
    return sorted((name, value) for name, value in os.environ.items() if name.startswith("NUMBA_") and name != _FOLDER)


def keeps(dispatcher: Any) -> bool:
    """Return whether Numba keeps some machine code of a function on disk."""
    place = dispatcher.stats.cache_path
    return bool(place) and any(Path(place).glob(f"*.{dispatcher.py_func.__name__}-*.nbi"))


def machine_code_of(dispatcher: Any, types: tuple[Any, ...]) -> tuple[str, bytes, Results] | None:
    """Return the name and the machine code of a compiled function for arguments of these types, and its results.

    None where Numba keeps none, has compiled it for other types that fit as well, or the results are of other kinds.
    """
    compiled = dispatcher.overloads.get(types)
    cache = dispatcher._cache  # noqa: SLF001
    results = None if compiled is None else results_of(compiled.signature.return_type)
    if compiled is None or results is None or not hasattr(cache, "_cache_file"):
        return None
    key = cache._index_key(types, compiled.library.codegen)  # noqa: SLF001
    found = cache._cache_file.load(key)  # noqa: SLF001
    return None if found is None else (compiled.fndesc.llvm_func_name, found[0][2][0], results)
