"""Keep what a run that is a parameter study was asked, and its answer."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "run_studies",
        sa.Column("run_id", sa.Text(), sa.ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
    )
