"""The calls of tools, and what the model's API looked up on the web by itself."""

import sqlalchemy as sa
from alembic import op

revision = "20261202_tools"
down_revision = "20261201_notes"


def upgrade() -> None:
    """Add the table of calls, and to the ledger the searches and pages of each call to the model."""
    op.create_table(
        "tool_calls",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("turn", sa.Text(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("tool", sa.Text(), nullable=False),
        sa.Column("arguments_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "turn", "call", name="pk_tool_calls"),
    )
    op.create_index("ix_tool_calls_begun_at", "tool_calls", ["begun_at"])
    for name in ("web_searches", "web_fetches"):
        op.add_column(
            "calls",
            sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
        )
