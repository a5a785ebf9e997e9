"""Unpack the bytes of compressed files."""

from __future__ import annotations

import bz2
import lzma
import zlib

import pyarrow as pa


def unpacked(data: bytes, name: str) -> bytes:
    """Return the content of a file that is called ``name``; what is not packed is returned as it is."""
    if data[:2] == b"\x1f\x8b":
        return _gunzipped(data)
    if name.endswith(".bz2"):
        return bz2.decompress(data)
    if name.endswith(".xz"):
        return lzma.decompress(data)
    if name.endswith(".zst"):
        with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as stream:
            return bytes(stream.read())
    return data


def _gunzipped(data: bytes) -> bytes:
    """Return the content of all gzip streams; bytes behind the last one are dropped. Raises EOFError, zlib.error."""
    pieces: list[bytes] = []
    while data[:2] == b"\x1f\x8b" or not pieces:
        stream = zlib.decompressobj(wbits=31)
        try:
            piece = stream.decompress(data)
        except zlib.error:
            if pieces:
                break
            raise
        if not stream.eof:
            raise EOFError("it ends before its compressed data do")
        pieces.append(piece)
        data = stream.unused_data
    return b"".join(pieces)
