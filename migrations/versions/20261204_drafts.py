"""Drafts of answers to feedback."""

import sqlalchemy as sa
from alembic import op

revision = "20261204_drafts"
down_revision = "20261204_knowledge"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
SENDING = sa.text("state = 'sending'")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "drafts",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("record", NUMBER, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=True),
        sa.Column("is_trimmed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_auto", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_edited", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_outdated", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("sent_text", sa.Text(), nullable=False),
        sa.Column("sent_message", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("version", NUMBER, server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sa.UniqueConstraint("record", "digest", name="uq_drafts_record_digest"),
    )
    op.create_index("ix_drafts_workspace_channel_decided_at", "drafts", ["workspace", "channel", "decided_at"])
    op.create_index("ix_drafts_sending", "drafts", ["changed_at"], sqlite_where=SENDING, postgresql_where=SENDING)
