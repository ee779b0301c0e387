"""Feedback that triages itself, and the trends that were told of."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_triage"
down_revision = "20261124_costs"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

TEXTS = ("workspace", "channel", "message", "person")
JUDGED = ("status", "category", "severity", "sentiment", "area", "team", "summary", "language")
SHOWN = ("card", "reaction", "routed")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "feedback",
        sa.Column("id", NUMBER, nullable=False),
        *_texts(*TEXTS),
        sa.Column("is_bot", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=True),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("permalink", sa.Text(), nullable=False),
        sa.Column("head", NUMBER, nullable=True),
        sa.Column("waits", sa.Boolean(), nullable=False),
        *_texts(*JUDGED),
        sa.Column("confidence", NUMBER, nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("duplicate_of", NUMBER, nullable=True),
        sa.Column("root", NUMBER, nullable=True),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("corrected_by", sa.Text(), nullable=False),
        sa.Column("corrected_at", MOMENT, nullable=True),
        sa.Column("assignee", sa.Text(), nullable=False),
        sa.Column("responded_at", MOMENT, nullable=True),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("shown_version", NUMBER, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        *_texts(*SHOWN),
        sa.Column("is_acknowledged", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        sa.UniqueConstraint("workspace", "channel", "message", name="uq_feedback_workspace_channel_message"),
    )
    op.create_index("ix_feedback_workspace_channel_said_at", "feedback", ["workspace", "channel", "said_at"])
    op.create_index("ix_feedback_workspace_routed", "feedback", ["workspace", "routed"])
    op.create_index("ix_feedback_waits", "feedback", ["waits"])
    op.create_index("ix_feedback_head", "feedback", ["head"])
    op.create_table(
        "alerts",
        *_texts("workspace", "channel", "key", "message"),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "channel", "key", name="pk_alerts"),
    )
