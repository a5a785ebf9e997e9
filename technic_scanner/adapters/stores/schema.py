"""The tables of the run store, as the newest revision leaves them; the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Named,
    Table,
    Text,
    TypedColumns,
    TypeDecorator,
)

# The revision that this module describes; a test holds it equal to the head of migrations/versions.
HEAD_REVISION = "0011"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UtcTime(TypeDecorator[datetime]):
    """An aware time as whole microseconds since 1970 in UTC: sorts and compares alike on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:  # noqa: ARG002 - SQLAlchemy calls it so
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:  # noqa: ARG002 - SQLAlchemy calls it so
        return None if value is None else from_micros(value)


class PlainText(TypeDecorator[str]):
    """Text from users: characters that PostgreSQL or UTF-8 cannot hold (NUL, lone surrogates) becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:  # noqa: ARG002 - SQLAlchemy calls it so
        if value is None:
            return None
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def to_micros(at: datetime) -> int:
    """Return whole microseconds since 1970 of an aware time."""
    return (at - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return the aware UTC time of whole microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=micros)


metadata = MetaData()


class _RunColumns(TypedColumns):
    """One summary row per run, so that lists and trends read nothing else; documents are in their own table."""

    run_id = Column(Text, primary_key=True)
    status: Named[str] = Column(Text)
    attempt: Named[int]
    created_at: Named[datetime] = Column(UtcTime)
    queued_at: Named[datetime] = Column(UtcTime)
    started_at: Named[datetime | None] = Column(UtcTime)
    finished_at: Named[datetime | None] = Column(UtcTime)
    heartbeat_at: Named[datetime | None] = Column(UtcTime)
    worker_id: Named[str | None] = Column(Text)
    host: Named[str | None] = Column(Text)
    version: Named[str | None] = Column(Text)
    cancel_requested: Named[bool]
    pinned: Named[bool]
    label: Named[str | None] = Column(PlainText)
    owner: Named[str | None] = Column(PlainText)
    source: Named[str] = Column(Text)
    executor: Named[str] = Column(Text)
    workers: Named[int | None]
    comparability_key: Named[str | None] = Column(Text)
    outcome: Named[str | None] = Column(Text)
    status_text: Named[str] = Column(PlainText)
    error_code: Named[str | None] = Column(Text)
    error_message: Named[str | None] = Column(PlainText)
    last_seq: Named[int]
    time_fraction: Named[float]
    universe_loading_seconds: Named[float | None]
    data_fetching_seconds: Named[float | None]
    symbol_scanning_seconds: Named[float | None]
    finalization_seconds: Named[float | None]
    gap_seconds: Named[float | None]
    total_seconds: Named[float | None]
    symbols_in_universe: Named[int | None]
    symbols_scanned: Named[int | None]
    symbols_returned: Named[int | None]
    symbols_per_second: Named[float | None]
    cache_hit_rate: Named[float | None]
    cache_state: Named[str | None] = Column(Text)
    universe_bucket: Named[int | None]
    predicted_start: Named[float | None]
    predicted_10: Named[float | None]
    predicted_25: Named[float | None]
    predicted_50: Named[float | None]
    predicted_75: Named[float | None]
    eta_error: Named[float | None]


runs = Table(
    "runs",
    metadata,
    _RunColumns,
    Index("ix_runs_created", "created_at", "run_id"),
    Index("ix_runs_status_created", "status", "created_at", "run_id"),
    Index("ix_runs_status_queued", "status", "queued_at", "run_id"),
    Index("ix_runs_comparable", "comparability_key", "created_at", "run_id"),
    Index(
        "ix_runs_owner", "owner", "created_at", "run_id", "status"
    ),  # with the status, so that quotas are counted in the index alone
    Index("ix_runs_source", "source", "created_at", "run_id"),
    Index("ix_runs_pinned", "pinned", "created_at", "run_id"),
    Index("ix_runs_costs", "source", "executor", "workers", "status", "created_at", "run_id"),
)


def _run_key() -> Column[str]:
    """Return the foreign key of a table whose rows are deleted with their run."""
    return Column(Text, ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True)


class _DocumentColumns(TypedColumns):
    """The JSON documents of a run: config, options, the work expected of it and, once it has ended, metrics."""

    run_id = _run_key()
    config: Named[str] = Column(Text)
    options: Named[str] = Column(Text)
    metrics: Named[str | None] = Column(Text)
    expected_work: Named[str | None] = Column(Text)


run_documents = Table("run_documents", metadata, _DocumentColumns)


class _IdempotencyColumns(TypedColumns):
    """The run that an owner's idempotency key created, and a digest of the request; owner is '' if there is none."""

    owner: Named[str] = Column(PlainText, primary_key=True)
    key: Named[str] = Column(PlainText, primary_key=True)
    digest: Named[str] = Column(Text)
    run_id: Named[str] = Column(Text, ForeignKey("runs.run_id", ondelete="CASCADE"), index=True)


idempotency_keys = Table("idempotency_keys", metadata, _IdempotencyColumns)


class _EventColumns(TypedColumns):
    """The journal: progress events by number; ``payload`` is the whole event as JSON."""

    run_id = _run_key()
    seq: Named[int] = Column(primary_key=True, autoincrement=False)
    attempt: Named[int]
    kind: Named[str] = Column(Text)
    payload: Named[str] = Column(Text)


events = Table("events", metadata, _EventColumns)


class _ChunkStageColumns(TypedColumns):
    """The fingerprint of the data under which a stage's chunks were recorded."""

    run_id = _run_key()
    stage: Named[str] = Column(Text, primary_key=True)
    fingerprint: Named[str] = Column(Text)


chunk_stages = Table("chunk_stages", metadata, _ChunkStageColumns)


class _ChunkColumns(TypedColumns):
    """Finished chunks of a stage, which a resumed run reuses."""

    run_id = _run_key()
    stage: Named[str] = Column(Text, primary_key=True)
    idx: Named[int] = Column(primary_key=True, autoincrement=False)
    payload: Named[bytes] = Column(LargeBinary)


chunks = Table("chunks", metadata, _ChunkColumns)


class _ResultColumns(TypedColumns):
    """What a run left: ``failures``, ``picks_table`` and ``other_rows`` are Arrow streams in zstd, the rest of it JSON.

    ``other_rows`` are the scanned rows that are no picks, which take a hundred times as much as the picks: the column
    is the last one, so that what is before it is read without it. It is null in results of older versions.
    """

    run_id = _run_key()
    outcome: Named[str] = Column(Text)
    status_text: Named[str] = Column(PlainText)
    as_of: Named[date | None]
    source_label: Named[str] = Column(PlainText)
    context: Named[str] = Column(Text)
    notes: Named[str] = Column(Text)
    failures: Named[bytes] = Column(LargeBinary)
    picks_table: Named[bytes] = Column(LargeBinary)
    other_rows: Named[bytes | None] = Column(LargeBinary)


results = Table("results", metadata, _ResultColumns)


class _PickColumns(TypedColumns):
    """Each symbol that a run picked, to find earlier runs with the same symbol."""

    run_id = _run_key()
    rank: Named[int] = Column(primary_key=True, autoincrement=False)
    symbol: Named[str] = Column(Text)
    signal: Named[str] = Column(Text)
    tier: Named[str] = Column(Text)
    tech_rating: Named[float | None]
    alpha_score: Named[float | None]


picks = Table("picks", metadata, _PickColumns, Index("ix_picks_symbol", "symbol", "run_id"))


class _PresetColumns(TypedColumns):
    """Named configurations; ``version`` counts saves."""

    name: Named[str] = Column(PlainText, primary_key=True)
    version: Named[int]
    description: Named[str] = Column(PlainText)
    config: Named[str] = Column(Text)
    options: Named[str] = Column(Text)
    updated_at: Named[datetime] = Column(UtcTime)


presets = Table("presets", metadata, _PresetColumns)


class _WorkerColumns(TypedColumns):
    """Worker processes and their last heartbeats."""

    worker_id = Column(Text, primary_key=True)
    host: Named[str] = Column(Text)
    pid: Named[int]
    started_at: Named[datetime] = Column(UtcTime)
    heartbeat_at: Named[datetime] = Column(UtcTime)
    run_id: Named[str | None] = Column(Text)


workers = Table("workers", metadata, _WorkerColumns)
