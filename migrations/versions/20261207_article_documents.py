"""What is to be seen of an article beside its message: a canvas, or a file."""

import sqlalchemy as sa
from alembic import op

revision = "20261207_article_documents"
down_revision = "20261206_articles"


def upgrade() -> None:
    """Add the columns."""
    for name in ("canvas", "file"):
        op.add_column("articles", sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False))
