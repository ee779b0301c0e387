"""The clocks of feedback."""

import sqlalchemy as sa
from alembic import op

revision = "20261204_clocks"
down_revision = "20261204_trackers"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NEXT = sa.text("next_at IS NOT NULL")


def upgrade() -> None:
    """Create the table."""
    moments = ("due_at", "remind_at", "next_at", "met_at", "reminded_at", "escalated_at")
    op.create_table(
        "feedback_clocks",
        sa.Column("record", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in moments),
        sa.ForeignKeyConstraint(["record"], ["feedback.id"], name="fk_feedback_clocks_record", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record", "kind", name="pk_feedback_clocks"),
    )
    op.create_index(
        "ix_feedback_clocks_next",
        "feedback_clocks",
        ["next_at", "workspace", "channel"],
        sqlite_where=NEXT,
        postgresql_where=NEXT,
    )
