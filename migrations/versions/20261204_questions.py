"""What reports of feedback lack, and which posts were asked about that."""

import sqlalchemy as sa
from alembic import op

revision = "20261204_questions"
down_revision = "20261203_posts"


def upgrade() -> None:
    """Create the table."""
    texts = ("workspace", "channel", "message", "missing", "added", "asked_by")
    op.create_table(
        "feedback_questions",
        sa.Column("record", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.PrimaryKeyConstraint("record", name="pk_feedback_questions"),
    )
    op.create_index(
        "ix_feedback_questions_workspace_channel_message", "feedback_questions", ["workspace", "channel", "message"]
    )
