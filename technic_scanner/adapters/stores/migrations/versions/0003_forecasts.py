"""Keep what a run was expected to have to do, and index runs by what makes their costs comparable for the forecast."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column and the index."""
    op.add_column("run_documents", sa.Column("expected_work", sa.Text(), nullable=True))
    op.create_index("ix_runs_costs", "runs", ["source", "executor", "workers", "status", "created_at", "run_id"])
