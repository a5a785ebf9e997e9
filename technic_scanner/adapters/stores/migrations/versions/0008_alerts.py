"""Keep alerts, and the message of each to a channel."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "alerts",
        sa.Column("alert_id", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("schedule_id", sa.Text(), sa.ForeignKey("schedules.schedule_id", ondelete="CASCADE"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_alerts_name", "alerts", ["name"], unique=True)
    op.create_index("ix_alerts_schedule", "alerts", ["schedule_id"])
    op.create_table(
        "alert_deliveries",
        sa.Column("alert_id", sa.Text(), sa.ForeignKey("alerts.alert_id", ondelete="CASCADE"), primary_key=True),
        # That of the firing: with the alert and the channel it is there once.
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("channel", sa.Text(), primary_key=True),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_alert_deliveries_next", "alert_deliveries", ["next_at"])
    op.create_index("ix_alert_deliveries_created", "alert_deliveries", ["created_at"])
