"""A record for each thing that a post is about: a part's number joins the key of feedback.

SQLite can't change a table's key, so the table is made again. Its indexes, and the triggers that keep its words
(`20261125_words`, `20261203_posts`), are made again as they were. https://www.sqlite.org/lang_altertable.html#otheralter
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261205_parts"
down_revision = "20261204_clocks"

OLD, NEW = "(workspace, channel, message)", "(workspace, channel, message, part)"
NAME = "uq_feedback_workspace_channel_message"


def upgrade() -> None:
    """Add the columns, and the number to the key."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("feedback", sa.Column("part", number, server_default="0", nullable=False))
    op.add_column("feedback", sa.Column("excerpt", sa.Text(), server_default="", nullable=False))
    op.add_column("feedback", sa.Column("split_at", sa.DateTime(timezone=True), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        make_again(op.get_bind())
    else:
        op.drop_constraint(NAME, "feedback")
        op.create_unique_constraint(f"{NAME}_part", "feedback", ["workspace", "channel", "message", "part"])


def make_again(connection: sa.Connection) -> None:
    """Make the table again with the new key."""
    schema = sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = 'feedback' AND sql IS NOT NULL")
    made = [(row.type, row.sql) for row in connection.execute(schema)]
    ((_, table),) = [one for one in made if one[0] == "table"]
    columns = table.partition("(")[2]
    if columns.count(OLD) != 1:
        raise RuntimeError("the key of feedback is not as it was made")  # not for people: a bug
    columns = columns.replace(NAME, f"{NAME}_part").replace(OLD, NEW)
    for statement in (
        f"CREATE TABLE feedback_made_again ({columns}",
        "INSERT INTO feedback_made_again SELECT * FROM feedback",  # all columns, in their order
        "DROP TABLE feedback",
        "ALTER TABLE feedback_made_again RENAME TO feedback",
        *(sql for kind, sql in made if kind != "table"),
    ):
        connection.execute(sa.text(statement.replace(":", r"\:")))
