"""Create the run journal: runs, documents, events, chunks, results, picks, presets, workers, idempotency keys."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table of the first release."""
    _create_runs()
    _create_journal()
    _create_results()
    op.create_table(
        "presets",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("config", sa.Text, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "workers",
        sa.Column("worker_id", sa.Text, primary_key=True),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("heartbeat_at", sa.BigInteger, nullable=False),
        sa.Column("run_id", sa.Text),
    )


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("run_id", sa.Text, primary_key=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("queued_at", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.BigInteger) for name in ("started_at", "finished_at", "heartbeat_at")),
        *(sa.Column(name, sa.Text) for name in ("worker_id", "host", "version")),
        sa.Column("cancel_requested", sa.Boolean, nullable=False),
        sa.Column("pinned", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("label", "owner")),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("executor", sa.Text, nullable=False),
        sa.Column("workers", sa.Integer),
        *(sa.Column(name, sa.Text) for name in ("comparability_key", "outcome")),
        sa.Column("status_text", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("error_code", "error_message")),
        sa.Column("last_seq", sa.Integer, nullable=False),
        sa.Column("time_fraction", sa.Double, nullable=False),
        sa.Column("universe_loading_seconds", sa.Double),
        sa.Column("data_fetching_seconds", sa.Double),
        sa.Column("symbol_scanning_seconds", sa.Double),
        sa.Column("finalization_seconds", sa.Double),
        sa.Column("gap_seconds", sa.Double),
        sa.Column("total_seconds", sa.Double),
        *(sa.Column(f"symbols_{what}", sa.Integer) for what in ("in_universe", "scanned", "returned")),
        sa.Column("symbols_per_second", sa.Double),
        sa.Column("cache_hit_rate", sa.Double),
        sa.Column("cache_state", sa.Text),
        sa.Column("universe_bucket", sa.Integer),
        *(sa.Column(f"predicted_{moment}", sa.Double) for moment in ("start", "10", "25", "50", "75")),
        sa.Column("eta_error", sa.Double),
    )
    op.create_index("ix_runs_created", "runs", ["created_at", "run_id"])
    op.create_index("ix_runs_status_created", "runs", ["status", "created_at", "run_id"])
    op.create_index("ix_runs_status_queued", "runs", ["status", "queued_at", "run_id"])
    op.create_index("ix_runs_comparable", "runs", ["comparability_key", "created_at", "run_id"])
    op.create_index("ix_runs_owner", "runs", ["owner", "status"])
    op.create_table(
        "run_documents",
        _run_key(),
        sa.Column("config", sa.Text, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        sa.Column("metrics", sa.Text),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, sa.ForeignKey("runs.run_id", ondelete="CASCADE"), nullable=False),
    )
    op.create_index("ix_idempotency_keys_run_id", "idempotency_keys", ["run_id"])


def _create_journal() -> None:
    op.create_table(
        "events",
        _run_key(),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
    )
    op.create_table(
        "chunk_stages",
        _run_key(),
        sa.Column("stage", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
    )
    op.create_table(
        "chunks",
        _run_key(),
        sa.Column("stage", sa.Text, primary_key=True),
        sa.Column("idx", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
    )


def _create_results() -> None:
    op.create_table(
        "results",
        _run_key(),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("status_text", sa.Text, nullable=False),
        sa.Column("as_of", sa.Date),
        sa.Column("source_label", sa.Text, nullable=False),
        sa.Column("context", sa.Text, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("failures", sa.LargeBinary, nullable=False),
        sa.Column("picks_table", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "picks",
        _run_key(),
        sa.Column("rank", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("symbol", sa.Text, nullable=False),
        sa.Column("signal", sa.Text, nullable=False),
        sa.Column("tier", sa.Text, nullable=False),
        sa.Column("tech_rating", sa.Double),
        sa.Column("alpha_score", sa.Double),
    )
    op.create_index("ix_picks_symbol", "picks", ["symbol", "run_id"])


def _run_key() -> sa.Column[str]:
    return sa.Column("run_id", sa.Text, sa.ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True)
