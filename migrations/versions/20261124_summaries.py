"""Runs of summaries, and what they keep for a second try."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_summaries"
down_revision = "20261124_context"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "summary_runs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("wishes", sa.Text(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_summary_runs"),
    )
    op.create_index("ix_summary_runs_created_at", "summary_runs", ["created_at"])
    op.create_table(
        "summary_parts",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["summary_runs.id"], name="fk_summary_parts_run_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "key", name="pk_summary_parts"),
    )
