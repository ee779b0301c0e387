"""Jobs that somebody wants to end early, and what people think of answers."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_halts"
down_revision = "20261124_code_files"


def upgrade() -> None:
    """Add the column and the table."""
    op.add_column("inbox", sa.Column("halted", sa.SmallInteger(), nullable=False, server_default="0"))
    op.create_table(
        "ratings",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("is_good", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "channel", "question", "person", name="pk_ratings"),
    )
