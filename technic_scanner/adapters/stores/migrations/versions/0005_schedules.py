"""Keep schedules and what became of each of their planned times."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "schedules",
        sa.Column("schedule_id", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("config", sa.Text(), nullable=True),
        sa.Column("options", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_to", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_schedules_name", "schedules", ["name"], unique=True)
    op.create_index("ix_schedules_next", "schedules", ["next_at"])
    op.create_table(
        "schedule_firings",
        sa.Column(
            "schedule_id", sa.Text(), sa.ForeignKey("schedules.schedule_id", ondelete="CASCADE"), primary_key=True
        ),
        # The session, or the instant of a calendar time: with the schedule's id it is there once.
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("planned_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_schedule_firings_planned", "schedule_firings", ["schedule_id", "planned_at"])
    op.create_index("ix_schedule_firings_run", "schedule_firings", ["run_id"])
