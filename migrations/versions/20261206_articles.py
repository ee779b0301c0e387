"""Articles that threads are written up in."""

import sqlalchemy as sa
from alembic import op

revision = "20261206_articles"
down_revision = "20261205_parts"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
UNDONE = sa.text("state IN ('wanted', 'approved')")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "articles",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("messages", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("for_workspace", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("source", NUMBER, server_default="0", nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("version", NUMBER, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
        sa.UniqueConstraint("workspace", "channel", "thread", name="uq_articles_workspace_channel_thread"),
    )
    op.create_index("ix_articles_undone", "articles", ["changed_at"], sqlite_where=UNDONE, postgresql_where=UNDONE)
