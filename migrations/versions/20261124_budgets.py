"""What was spent of budgets, and what is reserved."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_budgets"
down_revision = "20261124_triage"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "budget_accounts",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("spent", NUMBER, nullable=False),
        sa.Column("was_told", sa.Boolean(), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_budget_accounts"),
    )
    op.create_table(
        "budget_reservations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("micros", NUMBER, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "account", name="pk_budget_reservations"),
    )
    op.create_index("ix_budget_reservations_account", "budget_reservations", ["account"])
