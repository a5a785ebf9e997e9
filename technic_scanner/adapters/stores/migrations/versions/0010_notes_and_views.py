"""Keep notes and tags of symbols and runs, and saved views of tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the tables."""
    op.create_table("symbol_notes", sa.Column("symbol", sa.Text(), primary_key=True), *_note())
    op.create_table(
        "run_notes",
        sa.Column("run_id", sa.Text(), sa.ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
        *_note(),
    )
    op.create_table(
        "saved_views",
        sa.Column("page", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
    )


def _note() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("text", sa.Text(), nullable=False),
        # With a comma before and after each tag, so that one is found by its whole name.
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
    )
