"""What the replicas have taken of the chat platform's rate limits."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_rates"
down_revision = "20261124_summaries"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "rates",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("taken", sa.Text(), nullable=False),
        sa.Column("touched_at", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_rates"),
    )
