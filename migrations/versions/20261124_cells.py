"""What else stands in the row of an item of /classify."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_cells"
down_revision = "20261124_budgets"


def upgrade() -> None:
    """Add the column; runs from before have nothing there."""
    op.add_column("classify_items", sa.Column("cells", sa.Text(), nullable=False, server_default="[]"))
