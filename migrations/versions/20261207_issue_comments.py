"""Several comments on an issue may be the one that closes it: they become a list."""

import json

import sqlalchemy as sa
from alembic import op

revision = "20261207_issue_comments"
down_revision = "20261207_article_documents"

MOMENT = sa.DateTime(timezone=True)

issues = sa.table(
    "tracker_issues",
    *map(sa.column, ("record", "comment", "comment_by", "comments")),
    sa.column("comment_at", MOMENT),
)


def upgrade() -> None:
    """Keep the one comment of each issue as a list."""
    op.add_column("tracker_issues", sa.Column("comments", sa.Text(), nullable=False, server_default=sa.text("''")))
    connection = op.get_bind()
    known = sa.select(issues).where(issues.c.comment != "", issues.c.comment_at.is_not(None))
    for row in connection.execute(known).all():
        at = row.comment_at.isoformat() + ("" if row.comment_at.tzinfo else "Z")
        kept = json.dumps([{"text": row.comment, "by": row.comment_by, "at": at}])
        connection.execute(issues.update().where(issues.c.record == row.record).values(comments=kept))
    for name in ("comment", "comment_by", "comment_at"):
        op.drop_column("tracker_issues", name)
