"""What waits, what is to be shown and what was corrected is found without a look at all of a channel's feedback."""

import sqlalchemy as sa
from alembic import op

revision = "20261125_feedback_waits"
down_revision = "20261125_installations"

HERE = ["workspace", "channel"]


def upgrade() -> None:
    """Create indexes of just those rows; the one of a flag alone is of no use beside them."""
    waits, is_set, corrected = sa.text("waits = 1"), sa.text("waits"), sa.text("corrected_at IS NOT NULL")
    op.create_index("ix_feedback_waiting", "feedback", [*HERE, "message"], sqlite_where=waits, postgresql_where=is_set)
    op.create_index(
        "ix_feedback_corrected", "feedback", [*HERE, "corrected_at"], sqlite_where=corrected, postgresql_where=corrected
    )
    unshown = sa.text("version > shown_version")
    op.create_index("ix_feedback_unshown", "feedback", ["changed_at"], sqlite_where=unshown, postgresql_where=unshown)
    op.drop_index("ix_feedback_waits", "feedback")
