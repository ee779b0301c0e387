"""Settings of threads, channels and workspaces in one table, with a history, instead of the channels' instructions."""

import json

import sqlalchemy as sa
from alembic import op

revision = "20261124_settings"
down_revision = "20261122_first"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables, take the instructions over, and drop their old table."""
    create_settings()
    create_changes()
    take_over()
    op.drop_table("channels")


def create_settings() -> None:
    """Create the sheets."""
    op.create_table(
        "settings",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "channel", "thread", name="pk_settings"),
    )


def create_changes() -> None:
    """Create the history."""
    op.create_table(
        "settings_changes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_settings_changes"),
    )
    op.create_index(
        "ix_settings_changes_workspace_channel_thread_id",
        "settings_changes",
        ["workspace", "channel", "thread", "id"],
    )


def take_over() -> None:
    """Make each channel's instructions the first version of its sheet."""
    channels = sa.table(
        "channels",
        *(sa.column(name) for name in ("workspace", "channel", "instructions", "updated_by")),
        sa.column("updated_at", MOMENT),
    )
    settings = sa.table(
        "settings",
        *(sa.column(name) for name in ("workspace", "channel", "thread", "sheet", "version", "changed_by")),
        sa.column("changed_at", MOMENT),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(channels)).all():
        sheet = {"instructions": row.instructions} if row.instructions else {}
        connection.execute(
            sa.insert(settings).values(
                workspace=row.workspace,
                channel=row.channel,
                thread="",
                sheet=json.dumps(sheet),
                version=1,
                changed_by=row.updated_by,
                changed_at=row.updated_at,
            )
        )
