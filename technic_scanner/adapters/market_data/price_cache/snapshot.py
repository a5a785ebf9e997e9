"""Store decoded panels of requests beside the cache's segments, as memory-mapped arrays that are checked before use."""

from __future__ import annotations

import hashlib
import json
import logging
import mmap
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from technic_scanner.adapters.market_data.price_cache.folder import keep_newest, write_atomically
from technic_scanner.screening.bars import FIELDS, DateArray, FloatArray, Panel
from technic_scanner.screening.kernel_sums import weighted_sums
from technic_scanner.screening.row_parts import each_part

_MAGIC = b"TSPANEL1"
_PAGE = 4096
_SUFFIX = ".panel"
KEPT = 3
# What stays free for what a run cannot do without: its bars, chunks, events and result.
SPARE_BYTES = 256 * 1024 * 1024
_CELLS_OF_ONE_THREAD = 1_000_000

Bits = npt.NDArray[np.uint64]

_log = logging.getLogger(__name__)


def fingerprint_of(panel: Panel) -> str:
    """Return a short hash of the symbols, sessions and bars; equal panels have equal hashes.

    Each row of each field becomes one number (a sum of its bit patterns × fixed odd weights, modulo 2⁶⁴: multilinear
    hashing), so that 128 MB take about 8 ms; the numbers, symbols and sessions are hashed with SHA-256.
    """
    digest = hashlib.sha256("\n".join(panel.symbols).encode())
    digest.update(panel.sessions.astype("datetime64[D]").astype(np.int64).tobytes())
    weights = np.random.Generator(np.random.PCG64(20_100_820)).integers(0, 2**63, panel.shape[1], dtype=np.uint64)
    weights = weights * np.uint64(2) + np.uint64(1)
    sums = np.empty((len(FIELDS), len(panel.symbols)), dtype=np.uint64)
    fields = [_bits(getattr(panel, name)) for name in FIELDS]

    def sum_rows(start: int, stop: int) -> None:
        for bits, of_field in zip(fields, sums, strict=True):
            weighted_sums(bits[start:stop], weights, of_field[start:stop])

    if panel.close.size < _CELLS_OF_ONE_THREAD:
        sum_rows(0, len(panel.symbols))
    else:  # most of it is waiting for memory, and for the file's pages to be mapped
        each_part(len(panel.symbols), None, sum_rows)
    digest.update(sums.tobytes())
    return digest.hexdigest()[:32]


def _bits(array: FloatArray) -> Bits:
    """Return the bit patterns of an array, read-only, so that the kernel is compiled for one kind of array."""
    bits = np.ascontiguousarray(array).view(np.uint64)
    bits.flags.writeable = False
    return bits


def snapshot_path(folder: Path, key: str) -> Path:
    """Return the path of the stored panel of the request ``key``."""
    return folder / f"{key}{_SUFFIX}"


def load_snapshot(path: Path, symbols: tuple[str, ...]) -> tuple[Panel, str] | None:
    """Return the panel at ``path`` and its fingerprint, None if there is none or it is damaged.

    The arrays are private copy-on-write views of the file: writing to them changes neither the file nor others.
    """
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    except (OSError, ValueError):  # missing, or empty and therefore not mappable
        return None
    panel_and_name = _decode(mapped, symbols)
    if panel_and_name is None or fingerprint_of(panel_and_name[0]) != panel_and_name[1]:
        return None
    return panel_and_name


def keep_snapshot(path: Path, panel: Panel, fingerprint: str) -> None:
    """Store the panel unless the disk is nearly full: a scan needs the panel, not its copy, and its result needs room.

    A failure is only logged.
    """
    size = len(FIELDS) * _aligned(panel.close.nbytes) + _PAGE
    try:
        if _free_bytes(path.parent) - size < SPARE_BYTES:
            _log.info("price cache: the disk is nearly full, so no ready-made panel is kept")
            return
        write_atomically(path, snapshot_pieces(panel, fingerprint), durable=False)
        forget_old(path.parent)
    except OSError as error:
        _log.warning("price cache: no ready-made panel was kept (%s)", error)


def give_up_snapshots(folder: Path) -> None:
    """Delete the stored panels if the disk is nearly full, before a scan that needs the room for its result."""
    try:
        if _free_bytes(folder) < SPARE_BYTES:
            forget_old(folder, keep=0)
    except OSError as error:
        _log.warning("price cache: ready-made panels could not be deleted (%s)", error)


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def snapshot_pieces(panel: Panel, fingerprint: str) -> list[bytes | memoryview]:
    """Return the pieces of a file from which ``load_snapshot`` restores the panel."""
    head = {"fingerprint": fingerprint, "shape": panel.shape, "days": _days(panel.sessions)}
    text = json.dumps(head).encode()
    start = _aligned(len(_MAGIC) + 8 + len(text))
    pieces: list[bytes | memoryview] = [
        (_MAGIC + len(text).to_bytes(8, "little") + text).ljust(start, b"\0"),
    ]
    for name in FIELDS:
        array: FloatArray = np.ascontiguousarray(getattr(panel, name))
        pieces.append(array.data.cast("B"))
        pieces.append(b"\0" * (_aligned(array.nbytes) - array.nbytes))
    return pieces


def forget_old(folder: Path, keep: int = KEPT) -> None:
    """Delete all except the ``keep`` most recently written snapshots."""
    keep_newest(folder, _SUFFIX, keep)


def _decode(mapped: mmap.mmap, symbols: tuple[str, ...]) -> tuple[Panel, str] | None:
    size = int.from_bytes(mapped[8:16], "little")
    if mapped[:8] != _MAGIC or 16 + size > len(mapped):
        return None
    try:
        head = json.loads(mapped[16 : 16 + size])
        (rows, columns), name = head["shape"], str(head["fingerprint"])
        sessions = np.array(head["days"], dtype=np.int64).astype("datetime64[D]")
    except (ValueError, KeyError, TypeError):
        return None
    block = _aligned(rows * columns * 8)
    start = _aligned(16 + size)
    if rows != len(symbols) or columns != len(sessions) or len(mapped) != start + 5 * block:
        return None
    arrays = [
        np.frombuffer(mapped, np.float64, rows * columns, start + i * block).reshape(rows, columns) for i in range(5)
    ]
    return Panel(symbols, sessions, *arrays), name


def _aligned(size: int) -> int:
    return -(-size // _PAGE) * _PAGE


def _days(sessions: DateArray) -> Sequence[int]:
    days: list[int] = sessions.astype("datetime64[D]").astype(np.int64).tolist()
    return days
