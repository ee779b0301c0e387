"""How far the reading of a thread came, where it broke off, and since when the bot takes part."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_reading"
down_revision = "20261126_summary_stop"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns; of the threads that there are, the bot knows all that it said itself."""
    op.add_column("threads", sa.Column("unread_until", sa.Text(), nullable=True))
    op.add_column("threads", sa.Column("known_since", sa.Text(), nullable=True))
    op.add_column("threads", sa.Column("read_count", NUMBER, server_default="0", nullable=False))
    op.execute("UPDATE threads SET known_since = thread WHERE read_until IS NOT NULL")
