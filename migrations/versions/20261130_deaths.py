"""How often the process of a job died while it ran, so that no death convicts a job, and no job kills for ever."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_deaths"
down_revision = "20261130_reading"


def upgrade() -> None:
    """Add the columns, and the index of suspects."""
    for name in ("deaths", "crashes"):
        op.add_column("inbox", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    where = sa.text("status = 0 AND deaths >= 2")
    op.create_index("ix_inbox_suspect", "inbox", ["crashes"], sqlite_where=where, postgresql_where=where)
