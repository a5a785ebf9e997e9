"""Writes the CSV of a finished scan where analysts find it; a reader sees all of it or nothing."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from technic_scanner.errors import StoreError, StoreFullError


def export_csv(path: Path, data: bytes) -> Path:
    """Write ``data`` to ``path`` atomically and return the path. Raises StoreFullError or StoreError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)  # a full disk is not to be kept full by a part of a file
            raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreFullError(f"there is no space left to write {path}") from error
        raise StoreError(f"the results could not be written to {path}: {error.strerror}") from error
    return path
