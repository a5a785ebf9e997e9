"""Keep what was computed from a source's bars beside them, in small files that are checked before use."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from technic_scanner.adapters.market_data.price_cache.folder import keep_newest, write_atomically
from technic_scanner.adapters.sealed_bytes import sealed, unsealed

_LOG = logging.getLogger(__name__)
_MAGIC = b"TSSUMM01"
_SUFFIX = ".summary"
# One for each session that is scanned; a replay scans many.
KEPT = 500


def load_summary(folder: Path, name: str) -> bytes | None:
    """Return what was kept under ``name``; None if there is nothing, or it is damaged."""
    try:
        data = _path(folder, name).read_bytes()
    except OSError:
        return None
    content = unsealed(_MAGIC, data)
    return None if content is None else bytes(content)


def keep_summary(folder: Path, name: str, content: bytes) -> None:
    """Keep ``content`` under ``name``, and delete all except the newest KEPT; a failure is only logged."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(_path(folder, name), [sealed(_MAGIC, content)], durable=False)
        keep_newest(folder, _SUFFIX, KEPT)
    except OSError as error:
        _LOG.warning("price cache: no summary was kept (%s)", error)


def _path(folder: Path, name: str) -> Path:
    return folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}{_SUFFIX}"
