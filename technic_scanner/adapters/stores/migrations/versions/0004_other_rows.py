"""Keep the scanned rows that are no picks beside the picks."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column."""
    op.add_column("results", sa.Column("other_rows", sa.LargeBinary(), nullable=True))
