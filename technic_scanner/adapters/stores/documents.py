"""Writes and reads the JSON and Arrow documents that the store keeps as text and bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import FailureKind, ScanMetrics, SymbolFailure
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.errors import ConfigError, StoreError
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.runs import requests, serialization
from technic_scanner.runs.model import Work

_FAILURE_FIELDS = ("symbol", "stage", "kind", "reason", "detail")


def dump_json(value: Any) -> str:
    """Return compact JSON in ASCII, which every database holds unchanged."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def load_json(text: str) -> Any:
    """Read stored JSON; StoreError if it is none."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise StoreError(f"a stored document is not JSON: {error}") from error


def dump_config(config: ScanConfig) -> str:
    return dump_json(serialization.config_to_dict(config))


def load_config(text: str) -> ScanConfig:
    try:
        return requests.config_from_dict(load_json(text))
    except ConfigError as error:
        raise StoreError(f"a stored config cannot be read: {error}") from error


def dump_options(options: RunOptions) -> str:
    return dump_json(serialization.options_to_dict(options))


def load_options(text: str) -> RunOptions:
    try:
        return requests.options_from_dict(load_json(text))
    except ConfigError as error:
        raise StoreError(f"stored run options cannot be read: {error}") from error


def dump_event(event: ProgressEvent) -> str:
    return dump_json(serialization.event_to_dict(event))


def load_event(text: str) -> ProgressEvent:
    return serialization.event_from_dict(load_json(text))


def dump_metrics(metrics: ScanMetrics) -> str:
    return dump_json(serialization.metrics_to_dict(metrics))


def load_metrics(text: str | None) -> ScanMetrics | None:
    return None if text is None else serialization.metrics_from_dict(load_json(text))


def dump_work(work: Work) -> str:
    return dump_json([[stage, unit_class, units] for (stage, unit_class), units in work.items()])


def load_work(text: str | None) -> Work | None:
    if text is None:
        return None
    return {(stage, unit_class): int(units) for stage, unit_class, units in load_json(text)}


def dump_context(context: MarketContext) -> str:
    return dump_json(serialization.context_to_dict(context))


def load_context(text: str) -> MarketContext:
    return serialization.context_from_dict(load_json(text))


def dump_table(table: pa.Table) -> bytes:
    """Return a table as an Arrow stream with zstd buffers."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    written: bytes = sink.getvalue().to_pybytes()
    return written


def load_table(payload: bytes) -> pa.Table:
    """Read a stored table; StoreError if the bytes are none."""
    try:
        with pa.ipc.open_stream(payload) as reader:
            return reader.read_all()
    except (pa.ArrowInvalid, OSError) as error:
        raise StoreError(f"a stored table cannot be read: {error}") from error


def dump_failures(failures: Iterable[SymbolFailure]) -> bytes:
    """Return failures as an Arrow stream, a text column per field: 8,000 of them take some 30 kB."""
    rows = [tuple(str(getattr(failure, field)) for field in _FAILURE_FIELDS) for failure in failures]
    columns = list(zip(*rows, strict=True)) or [()] * len(_FAILURE_FIELDS)
    return dump_table(
        pa.table({field: pa.array(column, pa.string()) for field, column in zip(_FAILURE_FIELDS, columns, strict=True)})
    )


def load_failures(payload: bytes) -> tuple[SymbolFailure, ...]:
    columns = [load_table(payload).column(field).to_pylist() for field in _FAILURE_FIELDS]
    return tuple(
        SymbolFailure(symbol, stage, FailureKind(kind), reason, detail)
        for symbol, stage, kind, reason, detail in zip(*columns, strict=True)
    )
