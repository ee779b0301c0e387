"""What is known of records' issues in trackers. Issues that are there already are known by their addresses."""

import sqlalchemy as sa
from alembic import op

revision = "20261204_trackers"
down_revision = "20261204_drafts"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
EMPTY, NO = sa.text("''"), sa.false()

feedback = sa.table("feedback", *map(sa.column, ("id", "workspace", "channel", "message", "person", "issue")))


def text(name: str) -> sa.Column[str]:
    """Return a column of text that is empty at first."""
    return sa.Column(name, sa.Text(), nullable=False, server_default=EMPTY)


def upgrade() -> None:
    """Create the table, with the issues that records have."""
    issues = op.create_table(
        "tracker_issues",
        sa.Column("record", NUMBER, nullable=False, autoincrement=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("workspace", "channel", "thread", "person")),
        *map(text, ("tracker", "issue_id", "address", "repository")),
        sa.Column("is_private", sa.Boolean(), nullable=False, server_default=NO),
        text("state"),
        sa.Column("state_at", MOMENT),
        text("changed_by"),
        sa.Column("decides", sa.Boolean(), nullable=False, server_default=NO),
        text("labels"),
        sa.Column("labels_at", MOMENT),
        text("assignees"),
        sa.Column("assignees_at", MOMENT),
        text("comment"),
        text("comment_by"),
        sa.Column("comment_at", MOMENT),
        text("told"),
        text("told_message"),
        sa.PrimaryKeyConstraint("record", name="pk_tracker_issues"),
    )
    op.create_index("ix_tracker_issues_issue_id", "tracker_issues", ["issue_id"])
    op.create_index("ix_tracker_issues_address", "tracker_issues", ["address"])
    names = ["record", "workspace", "channel", "thread", "person", "address", "tracker"]
    known = sa.select(
        *(feedback.c[name] for name in ("id", "workspace", "channel", "message", "person", "issue")),
        sa.literal("GitHub"),
    ).where(feedback.c.issue != "")
    op.execute(sa.insert(issues).from_select(names, known))
