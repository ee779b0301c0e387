"""Which calls belong to the same turn; unknown for those made before."""

import sqlalchemy as sa
from alembic import op

revision = "20261125_turns"
down_revision = "20261125_feedback_waits"


def upgrade() -> None:
    """Add the column."""
    op.add_column("calls", sa.Column("turn", sa.Text(), nullable=False, server_default=sa.text("''")))
