"""Keep what was computed from a source's bars beside them, in small files that are checked before use."""

from __future__ import annotations

import hashlib
import logging
import zlib
from pathlib import Path

from technic_scanner.adapters.market_data.price_cache.folder import write_atomically

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
    content = data[len(_MAGIC) + 4 :]
    return content if data[: len(_MAGIC) + 4] == _MAGIC + _sum(content) else None


def keep_summary(folder: Path, name: str, content: bytes) -> None:
    """Keep ``content`` under ``name``, and delete all except the newest KEPT; a failure is only logged."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(_path(folder, name), [_MAGIC, _sum(content), content], durable=False)
        _delete_old(folder)
    except OSError as error:
        _LOG.warning("price cache: no summary was kept (%s)", error)


def _delete_old(folder: Path) -> None:
    """Delete all summaries except the newest KEPT. Raises OSError."""
    kept = [path for path in folder.iterdir() if path.suffix == _SUFFIX]
    if len(kept) <= KEPT:  # nearly always: their times need not be asked for
        return
    aged = sorted((path.stat().st_mtime, path) for path in kept)
    for _, path in aged[:-KEPT]:
        path.unlink(missing_ok=True)


def _path(folder: Path, name: str) -> Path:
    return folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}{_SUFFIX}"


def _sum(content: bytes) -> bytes:
    return zlib.crc32(content).to_bytes(4, "little")
