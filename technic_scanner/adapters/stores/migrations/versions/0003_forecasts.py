"""Index runs by what their costs are comparable by, so that a forecast without comparable runs reads no history."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_runs_costs", "runs", ["source", "executor", "workers", "status", "created_at", "run_id"])
