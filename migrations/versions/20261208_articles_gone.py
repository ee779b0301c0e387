"""What is to be seen of articles that are gone is found without a look at all of them."""

import sqlalchemy as sa
from alembic import op

revision = "20261208_articles_gone"
down_revision = "20261207_issue_comments"

UNDONE = sa.text("state IN ('wanted', 'approved', 'gone')")


def upgrade() -> None:
    """Put these into the index, too."""
    op.drop_index("ix_articles_undone", "articles")
    op.create_index("ix_articles_undone", "articles", ["changed_at"], sqlite_where=UNDONE, postgresql_where=UNDONE)
