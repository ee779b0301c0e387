"""What a thread needs for its whole context: how far it was read, its summary, files, edits and deletions."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_context"
down_revision = "20261124_settings"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns; what the bot has taken part in so far counts as read up to its last message."""
    op.add_column("threads", sa.Column("read_until", sa.Text(), nullable=True))
    op.add_column("threads", sa.Column("people", sa.Text(), nullable=True))
    op.add_column("threads", sa.Column("summary", sa.Text(), nullable=True))
    op.add_column("threads", sa.Column("summary_until", NUMBER, server_default="0", nullable=False))
    op.add_column("messages", sa.Column("files", sa.Text(), nullable=True))
    op.add_column("messages", sa.Column("is_bot", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("messages", sa.Column("revision", sa.Text(), nullable=True))
    op.add_column("messages", sa.Column("is_deleted", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE threads SET read_until = coalesce("
        "(SELECT max(external_id) FROM messages WHERE messages.thread_id = threads.id), thread)"
    )
