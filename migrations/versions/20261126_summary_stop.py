"""A summary is stopped by its turn, as everything else is: its run need not know."""

from alembic import op

revision = "20261126_summary_stop"
down_revision = "20261125_turns"


def upgrade() -> None:
    """Drop the mark."""
    op.drop_column("summary_runs", "is_cancelled")
