"""The issues that records of feedback have become."""

import sqlalchemy as sa
from alembic import op

revision = "20261125_issues"
down_revision = "20261124_cells"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns."""
    op.add_column("feedback", sa.Column("issue", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("feedback", sa.Column("issue_version", NUMBER, nullable=False, server_default="0"))
    op.add_column("feedback", sa.Column("issue_state", sa.Text(), nullable=False, server_default=sa.text("''")))
