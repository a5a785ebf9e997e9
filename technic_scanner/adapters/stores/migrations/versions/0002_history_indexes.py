"""Index runs by owner, source and pin in order of time, so that a filtered page of a long history is read in order."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Replace the index of owners and add two."""
    op.drop_index("ix_runs_owner", "runs")
    op.create_index("ix_runs_owner", "runs", ["owner", "created_at", "run_id", "status"])
    op.create_index("ix_runs_source", "runs", ["source", "created_at", "run_id"])
    op.create_index("ix_runs_pinned", "runs", ["pinned", "created_at", "run_id"])
