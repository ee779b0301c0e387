"""The files of code that threads have."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_code_files"
down_revision = "20261124_classify"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "code_files",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("thread_id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name="fk_code_files_thread_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_code_files"),
        sa.UniqueConstraint("thread_id", "name", name="uq_code_files_thread_id_name"),
    )
    op.create_index("ix_code_files_changed_at", "code_files", ["changed_at"])
