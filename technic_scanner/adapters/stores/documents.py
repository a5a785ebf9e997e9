"""Writes and reads the documents that the store keeps as text and bytes; an unreadable one affects no other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from technic_scanner.adapters.sealed_bytes import sealed, unsealed
from technic_scanner.arrow_arrays import texts_of
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import FailureKind, SymbolFailure
from technic_scanner.domain.study_terms import StudyTerms
from technic_scanner.errors import FieldProblem, StoreDataError
from technic_scanner.pipeline.columns import SCHEMA
from technic_scanner.runs.model import Work
from technic_scanner.runs.serialization.stored import VERSION, VERSION_FIELD, Reading, dump_object, read, read_list

_FAILURE_FIELDS = ("symbol", "stage", "kind", "reason", "detail")
_WORK = "work"
_NOTES = "notes"
# A small table is compressed as a whole: Arrow compresses a column at a time, and for each it makes a new compressor,
# which takes longer than to compress 50 rows. Of a large table, columns can be read without the others.
_SMALL_BYTES = 1_000_000
_WHOLE = pa.Codec("zstd", 1)
_BEGIN_OF_WHOLE = b"\x28\xb5\x2f\xfd"  # RFC 8878; an Arrow stream begins with 0xFFFFFFFF
# Tables are sealed with this mark: Arrow may take damaged bytes for a table with other numbers, or for
# addresses in memory. Those of earlier versions are not.
_MARK = b"TSTABLE1"
# In one thread: even of 8,000 rows, handing the columns to others takes as long as to compress them.
_BY_COLUMN = pa.ipc.IpcWriteOptions(compression="zstd", use_threads=False)
_KINDS = {kind.value: kind for kind in FailureKind}


@dataclass(frozen=True, slots=True)
class Asked:
    """The request of a run or a preset, with the fields that could not be read or are not known."""

    config: ScanConfig
    options: RunOptions
    problems: tuple[FieldProblem, ...]
    unknown: tuple[str, ...]


def read_asked(config: str, options: str) -> Asked:
    """Read a config and run options; unreadable fields have their defaults and are named."""
    read_config, read_options = read(ScanConfig, config), read(RunOptions, options)
    parts: tuple[tuple[str, Reading[Any]], ...] = (("config", read_config), ("options", read_options))
    return Asked(
        read_config.value or ScanConfig(),
        read_options.value or RunOptions(),
        tuple(problem for name, reading in parts for problem in located(name, reading.problems)),
        tuple(f"{name}.{field}" for name, reading in parts for field in reading.unknown),
    )


def read_terms(text: str | None) -> Reading[StudyTerms]:
    """Read what a parameter study asks; nothing of a run that is none."""
    return Reading(None) if text is None else read(StudyTerms, text)


def located(name: str, problems: Iterable[FieldProblem]) -> tuple[FieldProblem, ...]:
    """Return the problems of one document with its name before each field."""
    return tuple(
        FieldProblem(f"{name}.{problem.field}" if problem.field else name, problem.message) for problem in problems
    )


def dump_work(work: Work) -> str:
    return dump_object({_WORK: [[stage, unit_class, units] for (stage, unit_class), units in work.items()]})


def load_work(text: str | None) -> Work | None:
    """Read expected work; None (unknown) if it cannot be read."""
    rows = None if text is None else read_list(text, _WORK).value
    try:
        return None if rows is None else {(str(stage), str(unit)): int(units) for stage, unit, units in rows}
    except (TypeError, ValueError):
        return None


def read_object(text: str) -> dict[str, Any]:
    """Read a document that is a JSON object; StoreDataError if it is none."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise StoreDataError(f"a stored document is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise StoreDataError("a stored document is not a JSON object")
    return {name: value for name, value in found.items() if name != VERSION_FIELD}


def dump_notes(notes: Iterable[str]) -> str:
    return dump_object({_NOTES: list(notes)})


def read_notes(text: str) -> Reading[tuple[str, ...]]:
    reading = read_list(text, _NOTES)
    return Reading(None if reading.value is None else tuple(map(str, reading.value)), reading.problems)


def dump_table(table: pa.Table) -> bytes:
    """Return a table as an Arrow stream in zstd, as a whole or, if it is large, by column, behind a checksum.

    The stream itself says which columns it has.
    """
    small = table.nbytes <= _SMALL_BYTES
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=None if small else _BY_COLUMN) as writer:
        writer.write_table(table)
    stream = sink.getvalue()
    return sealed(_MARK, _WHOLE.compress(stream) if small else stream)


def load_table(payload: bytes) -> pa.Table:
    """Read a stored table; StoreDataError if the bytes are not a table."""
    return _from_arrow(payload, lambda: pa.ipc.open_stream(_stream_of(payload)))


def load_columns(payload: bytes, names: Sequence[str]) -> pa.Table:
    """Read some columns of a stored table, of a large one without the others; a missing one is all unknown."""

    def opened() -> pa.RecordBatchStreamReader:
        stream = _stream_of(payload)
        with pa.ipc.open_stream(stream) as reader:
            there = [place for name in names if (place := reader.schema.get_field_index(name)) >= 0]
        return pa.ipc.open_stream(stream, options=pa.ipc.IpcReadOptions(included_fields=there, use_threads=False))

    table = _from_arrow(payload, opened)
    for name in names:
        if name not in table.column_names:
            kind = SCHEMA.field(name).type if name in SCHEMA.names else pa.string()
            table = table.append_column(name, pa.nulls(table.num_rows, kind))
    return table.select(list(names))


def dump_failures(failures: Iterable[SymbolFailure], flags: Mapping[str, str] | None = None) -> bytes:
    """Return failures as an Arrow stream, a text column per field: 8,000 of them take some 30 kB.

    ``flags`` by symbol are stored beside them, so that outcomes need not read the rows for them.
    """
    kept = tuple(failures)
    columns = {
        "symbol": [failure.symbol for failure in kept],
        "stage": [str(failure.stage) for failure in kept],
        "kind": [str(failure.kind) for failure in kept],
        "reason": [failure.reason for failure in kept],
        "detail": [failure.detail for failure in kept],
    }
    if flags is not None:
        columns["flags"] = [flags.get(failure.symbol, "") for failure in kept]
    arrays = {field: texts_of(column) for field, column in columns.items()}
    return dump_table(pa.table(arrays).replace_schema_metadata({VERSION_FIELD: str(VERSION)}))


def load_failures(payload: bytes) -> tuple[SymbolFailure, ...]:
    """Read stored failures; a missing column is empty, an unknown kind is an error of the symbol.

    Raises StoreDataError if the bytes are not a table.
    """
    table = load_columns(payload, _FAILURE_FIELDS)
    columns = [[value or "" for value in table.column(field).to_pylist()] for field in _FAILURE_FIELDS]
    return tuple(
        SymbolFailure(symbol, stage, _KINDS.get(kind, FailureKind.ERROR), reason, detail)
        for symbol, stage, kind, reason, detail in zip(*columns, strict=True)
    )


def _stream_of(payload: bytes) -> pa.Buffer:
    """Return the Arrow stream of a stored table, whose columns may still be compressed. Raises OSError."""
    content = unsealed(_MARK, payload) if payload.startswith(_MARK) else payload
    if content is None:
        raise OSError("it is not what was written")
    packed = pa.py_buffer(content)
    if bytes(packed[: len(_BEGIN_OF_WHOLE)]) != _BEGIN_OF_WHOLE:
        return packed
    with pa.CompressedInputStream(pa.BufferReader(packed), "zstd") as stream:
        return stream.read_buffer()


def _from_arrow(payload: bytes, opened: Callable[[], pa.RecordBatchStreamReader]) -> pa.Table:
    try:
        with opened() as reader:
            return reader.read_all()
    except (pa.ArrowException, OSError) as error:
        raise StoreDataError(f"a stored table of {len(payload):,} bytes cannot be read: {error}") from error
