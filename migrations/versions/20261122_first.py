"""The first tables: channels, threads, messages, the ledger of calls, and the inbox."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_first"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
SECONDS = sa.Float(53)


def upgrade() -> None:
    """Create the tables."""
    create_channels()
    create_threads()
    create_messages()
    create_calls()
    create_inbox()


def create_channels() -> None:
    """Create the channels' settings."""
    op.create_table(
        "channels",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "channel", name="pk_channels"),
    )


def create_threads() -> None:
    """Create the threads."""
    op.create_table(
        "threads",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("began_with_bot", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_message_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_threads"),
        sa.UniqueConstraint("workspace", "channel", "thread", name="uq_threads_workspace_channel_thread"),
    )


def create_messages() -> None:
    """Create the messages of threads."""
    op.create_table(
        "messages",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("thread_id", NUMBER, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name="fk_messages_thread_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("thread_id", "external_id", name="uq_messages_thread_id_external_id"),
    )
    op.create_index("ix_messages_thread_id_id", "messages", ["thread_id", "id"])


def create_calls() -> None:
    """Create the ledger."""
    op.create_table(
        "calls",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("latency_ms", NUMBER, nullable=False),
        sa.Column("first_token_ms", NUMBER, nullable=True),
        sa.Column("input_tokens", NUMBER, nullable=False),
        sa.Column("output_tokens", NUMBER, nullable=False),
        sa.Column("cache_read_tokens", NUMBER, nullable=False),
        sa.Column("cache_write_tokens", NUMBER, nullable=False),
        sa.Column("stop_reason", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
    )
    op.create_index("ix_calls_workspace_channel_started_at", "calls", ["workspace", "channel", "started_at"])
    op.create_index("ix_calls_workspace_person_started_at", "calls", ["workspace", "person", "started_at"])


def create_inbox() -> None:
    """Create the inbox."""
    op.create_table(
        "inbox",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("share", sa.Text(), nullable=False),
        sa.Column("round", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="{}", nullable=False),
        sa.Column("status", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("token", sa.Integer(), server_default="0", nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("accepted_at", SECONDS, nullable=False),
        sa.Column("tried", SECONDS, server_default="0", nullable=False),
        sa.Column("run_after", SECONDS, server_default="0", nullable=False),
        sa.Column("lease_until", SECONDS, nullable=True),
        sa.Column("finished_at", SECONDS, nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("delivery", name="uq_inbox_delivery"),
    )
    create_index_where("status = 0", "ix_inbox_ready", ["round", "id"])
    create_index_where("status = 0", "ix_inbox_ready_key", ["key", "id"])
    create_index_where("status = 1", "ix_inbox_one_running_per_key", ["key"], unique=True)
    create_index_where("status < 2", "ix_inbox_share", ["share", "round"])
    create_index_where("status < 2 AND token > 0", "ix_inbox_begun", ["round"])
    create_index_where("status = 2", "ix_inbox_done", ["finished_at"])
    create_index_where("status = 3", "ix_inbox_failed", ["id"])


def create_index_where(where: str, name: str, columns: list[str], *, unique: bool = False) -> None:
    """Index a part of the inbox."""
    condition = sa.text(where)
    op.create_index(name, "inbox", columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
