"""Writes the CSV of a finished scan where analysts find it; a reader sees all of it or nothing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from technic_scanner.errors import StoreError, StoreFullError

_NO_SPACE = 28


def export_csv(path: Path, data: bytes) -> Path:
    """Write ``data`` to ``path`` atomically and return the path. Raises StoreFullError or StoreError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(path)
    except OSError as error:
        if error.errno == _NO_SPACE:
            raise StoreFullError(f"there is no space left to write {path}") from error
        raise StoreError(f"the results could not be written to {path}: {error.strerror}") from error
    return path
