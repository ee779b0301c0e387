"""What each call to the model cost, in millionths of a dollar; unknown for those made before."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_costs"
down_revision = "20261124_halts"


def upgrade() -> None:
    """Add the column, and the index for a whole workspace."""
    op.add_column("calls", sa.Column("cost_micros", sa.BigInteger().with_variant(sa.Integer, "sqlite")))
    op.create_index("ix_calls_workspace_started_at", "calls", ["workspace", "started_at"])
