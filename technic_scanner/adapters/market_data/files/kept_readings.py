"""Keep what each file was read as on disk, so that of a folder in which one file has changed only that one is read."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from technic_scanner.adapters.market_data.files.containers import FileRef
from technic_scanner.adapters.market_data.files.date_orders import Triples
from technic_scanner.adapters.market_data.files.reading import FileReading, Hints
from technic_scanner.adapters.market_data.long_bars import LongBars, Repairs
from technic_scanner.screening.bars import FIELDS
from technic_scanner.version import VERSION

_FORM = 1
_MOST_DATA_FILES = 8
_LEAST_USED = 0.5
_TRIPLE_ARRAYS = ("a", "b", "c", "shape", "rows")
_NOT_STORED = {"ref", "bars", "repairs", "undecided"}
_COLUMNS = ("codes", "days", *FIELDS)


class KeptReadings:
    """Readings by file and hints in ``folder``; None keeps nothing. ``reader`` names the code that reads.

    An index in JSON names for each file its size and time, and for each reading where its bars are in Arrow files,
    which are mapped into memory. What is damaged or of another version is read from the files again.
    """

    def __init__(self, folder: Path | None, reader: str = "") -> None:
        self._folder = folder
        self._reader = f"{VERSION} {reader}"
        self._index: dict[str, dict[str, Any]] = {}
        self._fresh: dict[tuple[str, str], FileReading] = {}
        self._open: dict[str, Any] = {}
        if folder is not None:
            self._index = _loaded(folder / "index.json", self._reader)

    def load(self, ref: FileRef, hints: Hints, *, plain: bool = False) -> FileReading | None:
        """Return the reading of a file that has not changed under the same hints; None if none is kept.

        ``plain``: one of many at a time serves too, which does not know what the file tells others of decimal marks.
        """
        known = self._index.get(ref.name)
        if known is None or known["identity"] != _identity(ref):
            return None
        for key in (_key(hints), *([_key(hints, plain=True)] if plain else [])):
            entry = known["entries"].get(key)
            if entry is not None and (entry["last"] == hints.last or entry["meta"]["lasting"]):
                with suppress(OSError, ValueError, LookupError, TypeError, pa.ArrowException):
                    fresh = self._fresh.get((ref.name, key))
                    return self._reading(ref, entry) if fresh is None else fresh
        return None

    def keep(self, ref: FileRef, hints: Hints, reading: FileReading, *, plain: bool = False) -> None:
        """Keep a reading as it is now, until ``save`` writes it."""
        if self._folder is None:
            return
        key = _key(hints, plain=plain)
        known = self._index.get(ref.name)
        if known is None or known["identity"] != _identity(ref):
            known = self._index[ref.name] = {"identity": _identity(ref), "entries": {}}
        known["entries"][key] = {"last": hints.last, "meta": _meta(reading), "symbols": list(reading.bars.symbols)}
        self._fresh[ref.name, key] = replace(reading)

    def save(self, names: set[str]) -> None:
        """Write what is new, and forget files that are not among ``names``; nothing if that is not possible."""
        gone = self._index.keys() - names
        if self._folder is None or not (gone or self._fresh):
            return
        for name in gone:
            del self._index[name]
        with suppress(OSError, pa.ArrowException):
            self._folder.mkdir(parents=True, exist_ok=True)
            if self._is_scattered():
                self._gather()
            if self._fresh:
                self._write_fresh(self._folder)
            document = {"form": _FORM, "reader": self._reader, "files": self._index}
            _replace(self._folder / "index.json", json.dumps(document, ensure_ascii=False).encode())
            self._remove_unused(self._folder)

    def _reading(self, ref: FileRef, entry: dict[str, Any]) -> FileReading:
        meta = dict(entry["meta"])
        triples = meta.pop("undecided")
        bars = self._bars(tuple(entry["symbols"]), entry)
        return FileReading(
            ref=ref,
            bars=bars,
            repairs=Repairs({symbol: dict(faults) for symbol, faults in meta.pop("repairs").items()}),
            undecided=None if triples is None else _triples(triples),
            own_columns=tuple(meta.pop("own_columns")),
            **meta,
        )

    def _bars(self, symbols: tuple[str, ...], entry: dict[str, Any]) -> LongBars:
        if "data" not in entry:
            return replace(LongBars.join(()), symbols=symbols)
        batch = self._opened(entry["data"]).get_batch(entry["batch"])
        codes, days, *values = (batch.column(name).to_numpy() for name in _COLUMNS)
        return LongBars(symbols, codes, days, tuple(values))

    def _opened(self, name: str) -> Any:
        assert self._folder is not None  # nothing is kept without one
        if name not in self._open:
            self._open[name] = pa.ipc.open_file(pa.memory_map(str(self._folder / name)))
        return self._open[name]

    def _entries(self) -> list[tuple[str, str, dict[str, Any]]]:
        return [(name, key, entry) for name, known in self._index.items() for key, entry in known["entries"].items()]

    def _is_scattered(self) -> bool:
        """Return whether the bars are in many data files, or mostly of files that have changed since."""
        used: dict[str, int] = {}
        for _, _, entry in self._entries():
            if "data" in entry:
                used[entry["data"]] = used.get(entry["data"], 0) + 1
        stored = sum(self._opened(name).num_record_batches for name in used)
        return len(used) >= _MOST_DATA_FILES or sum(used.values()) < _LEAST_USED * stored

    def _gather(self) -> None:
        """Take all bars as new ones, to write them into one data file."""
        for name, key, entry in self._entries():
            if "data" in entry and (name, key) not in self._fresh:
                self._fresh[name, key] = FileReading(
                    ref=FileRef(Path(), name, 0, 0), bars=self._bars(tuple(entry["symbols"]), entry)
                )
                del entry["data"]

    def _write_fresh(self, folder: Path) -> None:
        schema = pa.schema([("codes", pa.int32()), ("days", pa.int32()), *((name, pa.float64()) for name in FIELDS)])
        handle, name = tempfile.mkstemp(dir=folder, prefix="bars-", suffix=".arrow")
        os.close(handle)
        number = 0
        with pa.OSFile(name, "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            for (file, key), reading in self._fresh.items():
                bars = reading.bars
                if file not in self._index or not len(bars):
                    continue
                columns = [bars.codes, bars.days, *bars.fields]
                writer.write_batch(
                    pa.record_batch([pa.array(np.ascontiguousarray(column)) for column in columns], schema=schema)
                )
                self._index[file]["entries"][key] |= {"data": Path(name).name, "batch": number}
                number += 1
        self._fresh = {}

    def _remove_unused(self, folder: Path) -> None:
        used = {entry.get("data") for _, _, entry in self._entries()}
        for path in folder.glob("bars-*.arrow"):
            if path.name not in used:
                path.unlink(missing_ok=True)


def _identity(ref: FileRef) -> list[Any]:
    return [ref.size, ref.modified, ref.member, [list(part) for part in ref.parts]]


def _key(hints: Hints, *, plain: bool = False) -> str:
    mapping = "" if hints.mapping is None else hashlib.blake2b(repr(hints.mapping).encode(), digest_size=8).hexdigest()
    return f"{hints.order} {hints.mark} {mapping}{' plain' if plain else ''}"


def _meta(reading: FileReading) -> dict[str, Any]:
    meta = {item.name: getattr(reading, item.name) for item in fields(FileReading) if item.name not in _NOT_STORED}
    triples = reading.undecided
    return meta | {
        "notes": list(reading.notes),
        "repairs": {symbol: dict(faults) for symbol, faults in reading.repairs.by_symbol.items()},
        "undecided": None
        if triples is None
        else {name: getattr(triples, name).tolist() for name in _TRIPLE_ARRAYS}
        | {"total": triples.total, "dotted": triples.dotted},
    }


def _triples(stored: dict[str, Any]) -> Triples:
    a, b, c, shape, rows = (np.array(stored[name], dtype=np.int64) for name in _TRIPLE_ARRAYS)
    return Triples(a, b, c, shape.astype(np.int8), rows, stored["total"], stored["dotted"])


def _loaded(path: Path, reader: str) -> dict[str, dict[str, Any]]:
    try:
        document = json.loads(path.read_bytes())
        return dict(document["files"]) if (document["form"], document["reader"]) == (_FORM, reader) else {}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(path)
