"""Bytes that say what they are and whether they are still what was written: a mark, a CRC-32 and the content."""

from __future__ import annotations

from typing import Any
from zlib import crc32

Buffer = Any  # what has bytes: bytes themselves, a view, an Arrow buffer

_CRC_BYTES = 4


def sealed(mark: bytes, content: Buffer) -> bytes:
    """Return the content behind its mark and its checksum."""
    return b"".join((mark, crc32(content).to_bytes(_CRC_BYTES, "little"), content))


def unsealed(mark: bytes, stored: bytes) -> memoryview | None:
    """Return the content of what ``sealed`` has made; None if the mark is another one or a byte has changed."""
    start = len(mark) + _CRC_BYTES
    content = memoryview(stored)[start:]
    known = stored.startswith(mark) and crc32(content).to_bytes(_CRC_BYTES, "little") == stored[len(mark) : start]
    return content if known else None
