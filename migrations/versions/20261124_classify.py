"""Runs of /classify and their items, and which calls were part of a batch."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_classify"
down_revision = "20261124_rates"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "classify_runs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("calls", NUMBER, nullable=False),
        sa.Column("dollars", sa.Float(53), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_classify_runs"),
    )
    op.create_index(
        "ix_classify_runs_workspace_channel_created_at", "classify_runs", ["workspace", "channel", "created_at"]
    )
    op.create_index("ix_classify_runs_created_at", "classify_runs", ["created_at"])
    op.create_index("ix_classify_runs_status", "classify_runs", ["status"])
    op.create_table(
        "classify_items",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=True),
        sa.Column("confidence", NUMBER, nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("corrected_by", sa.Text(), nullable=False),
        sa.Column("corrected_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["run"], ["classify_runs.id"], name="fk_classify_items_run", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run", "number", name="pk_classify_items"),
    )
    op.create_index("ix_classify_items_corrected_at", "classify_items", ["corrected_at"])
    op.add_column("calls", sa.Column("is_batch", sa.Boolean(), server_default=sa.false(), nullable=False))
