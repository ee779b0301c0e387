"""The tables of what the bot remembers. Everything belongs to a workspace."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Text,
    UniqueConstraint,
    false,
    literal_column,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy import Dialect

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Words(TypeDecorator[str]):
    """Text from outside, as both databases can store it: NUL and lone surrogates become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Replace invalid characters."""
        if value is None:
            return None
        return value.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Moment(TypeDecorator[datetime]):
    """A time in UTC, aware on the way in and out; SQLite alone would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Turn the time into UTC. Raises `ValueError` when it has no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Return the time with its zone."""
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


class Base(DeclarativeBase):
    """The base class of the tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        str: Words,
        datetime: Moment,
        int: BigInteger().with_variant(Integer, "sqlite"),  # SQLite counts up only what is an INTEGER
    }


class SettingsRow(Base):
    """The settings of a thread, a channel (`thread` is "") or a workspace (`channel` is "", too), as JSON."""

    __tablename__ = "settings"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    thread: Mapped[str] = mapped_column(primary_key=True)
    sheet: Mapped[str]
    version: Mapped[int]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]


class SettingsChangeRow(Base):
    """A change of settings, as JSON: each one's old and new value, null for unset."""

    __tablename__ = "settings_changes"
    __table_args__ = (Index(None, "workspace", "channel", "thread", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    version: Mapped[int]
    before: Mapped[str]
    after: Mapped[str]
    person: Mapped[str]
    changed_at: Mapped[datetime]


class ThreadRow(Base):
    """A thread that the bot has taken part in.

    `read_until` is the platform's id of the message up to which it was read, None before it was; `unread_until` of the
    one up to which it should have been, where a reading broke off; `known_since` of the one with which the bot began to
    take part. `read_count` messages were read at the platform. `people` are names by mentions, as JSON. `summary`
    stands for the messages up to the one with the id `summary_until`.
    """

    __tablename__ = "threads"
    __table_args__ = (UniqueConstraint("workspace", "channel", "thread"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    began_with_bot: Mapped[bool]
    created_at: Mapped[datetime]
    last_message_at: Mapped[datetime]
    read_until: Mapped[str | None]
    unread_until: Mapped[str | None]
    known_since: Mapped[str | None]
    read_count: Mapped[int] = mapped_column(default=0, server_default="0")
    people: Mapped[str | None]
    summary: Mapped[str | None]
    summary_until: Mapped[int] = mapped_column(server_default="0")


class MessageRow(Base):
    """A message of a thread; ids go up in the order of the conversation. `external_id` is the chat platform's.

    `revision` is the platform's id of its last edit; a deleted message stays, without text, for what arrives late.
    `files` are references, as JSON.
    """

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("thread_id", "external_id"), Index(None, "thread_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey(ThreadRow.id, ondelete="CASCADE"))
    role: Mapped[str]
    author: Mapped[str]
    external_id: Mapped[str | None]
    text: Mapped[str]
    created_at: Mapped[datetime]
    files: Mapped[str | None]
    is_bot: Mapped[bool] = mapped_column(server_default=false())
    revision: Mapped[str | None]
    is_deleted: Mapped[bool] = mapped_column(server_default=false())


class CodeFileRow(Base):
    """A file of code that the bot wrote in a thread, in its latest version."""

    __tablename__ = "code_files"
    __table_args__ = (UniqueConstraint("thread_id", "name"), Index(None, "changed_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey(ThreadRow.id, ondelete="CASCADE"))
    name: Mapped[str]
    version: Mapped[int]
    content: Mapped[str]
    changed_at: Mapped[datetime]


class CallRow(Base):
    """The ledger: one row per call to the model. `bot.calls.Call` explains the columns."""

    __tablename__ = "calls"
    __table_args__ = (
        Index(None, "workspace", "started_at"),
        Index(None, "workspace", "channel", "started_at"),
        Index(None, "workspace", "person", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    person: Mapped[str]
    purpose: Mapped[str]
    model: Mapped[str]
    started_at: Mapped[datetime]
    latency_ms: Mapped[int]
    first_token_ms: Mapped[int | None]
    input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    cache_read_tokens: Mapped[int]
    cache_write_tokens: Mapped[int]
    stop_reason: Mapped[str | None]
    request_id: Mapped[str | None]
    outcome: Mapped[str]
    is_batch: Mapped[bool] = mapped_column(default=False, server_default=false())
    cost_micros: Mapped[int | None]
    turn: Mapped[str] = mapped_column(default="", server_default=literal_column("''"))


class BudgetAccountRow(Base):
    """What was spent of a `bot.core.spend.budgets.Account`, in millionths of a dollar or in turns.

    `was_told`: a warning was sent. `compared_at`: when it was last compared with the ledger.
    """

    __tablename__ = "budget_accounts"

    key: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    spent: Mapped[int]
    was_told: Mapped[bool]
    compared_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class BudgetReservationRow(Base):
    """The most that a running call can cost, of one account; deleted when it is settled, void when it has expired."""

    __tablename__ = "budget_reservations"
    __table_args__ = (Index(None, "account"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    micros: Mapped[int]
    expires_at: Mapped[datetime]


class SummaryRunRow(Base):
    """A request for a summary. `source` and `wishes` are JSON, of those classes in `bot.core.summarize`."""

    __tablename__ = "summary_runs"
    __table_args__ = (Index(None, "created_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    person: Mapped[str]
    source: Mapped[str]
    wishes: Mapped[str]
    created_at: Mapped[datetime]


class SummaryPartRow(Base):
    """What a run keeps: what was read, what was found in a part, where it was shared."""

    __tablename__ = "summary_parts"

    run_id: Mapped[str] = mapped_column(ForeignKey(SummaryRunRow.id, ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[str]


class RatingRow(Base):
    """A person's rating of the answer to a question."""

    __tablename__ = "ratings"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(primary_key=True)
    thread: Mapped[str]
    is_good: Mapped[bool]
    comment: Mapped[str]
    rated_at: Mapped[datetime]


class RateRow(Base):
    """The calls taken from one of the chat platform's rate limits: a `bot.core.domain.rate.Window` as JSON.

    `touched_at` is in seconds since 1970.
    """

    __tablename__ = "rates"

    key: Mapped[str] = mapped_column(primary_key=True)
    taken: Mapped[str]
    touched_at: Mapped[float] = mapped_column(Float(53))


class ClassifyRunRow(Base):
    """A run of /classify. `sheet` holds it as JSON, `state` what its turns have made visible, `dollars` its price."""

    __tablename__ = "classify_runs"
    __table_args__ = (
        Index(None, "workspace", "channel", "created_at"),
        Index(None, "created_at"),
        Index(None, "status"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    person: Mapped[str]
    status: Mapped[str]
    sheet: Mapped[str]
    state: Mapped[str]
    calls: Mapped[int] = mapped_column(default=0)
    dollars: Mapped[float | None] = mapped_column(Float(53), default=0)
    created_at: Mapped[datetime]


class ClassifyItemRow(Base):
    """An item of a run; `categories` is a JSON list, NULL as long as it has no verdict, [] for "unclassified".

    `cells` is a JSON list of what else stood in its row.
    """

    __tablename__ = "classify_items"
    __table_args__ = (Index(None, "corrected_at"),)

    run: Mapped[str] = mapped_column(ForeignKey(ClassifyRunRow.id, ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str]
    source: Mapped[str]
    cells: Mapped[str] = mapped_column(server_default="[]")
    categories: Mapped[str | None]
    confidence: Mapped[int] = mapped_column(default=0)
    evidence: Mapped[str] = mapped_column(default="")
    corrected_by: Mapped[str] = mapped_column(default="")
    corrected_at: Mapped[datetime | None]


HERE = ("workspace", "channel")
UNSHOWN = text("version > shown_version")
CORRECTED = text("corrected_at IS NOT NULL")
# As each database's statements have a flag, for which it takes the index.
WAITS, IS_SET = text("waits = 1"), text("waits")


class FeedbackRow(Base):
    """A post of a feedback channel and what became of it: `bot.core.domain.feedback.Feedback` explains most columns.

    `waits`: it has yet to be sorted. `head` is the record that a joined post belongs to. `files` are references, as
    JSON. `revision` is the platform's id of the post's last edit.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        UniqueConstraint("workspace", "channel", "message"),
        Index(None, "workspace", "channel", "said_at"),
        Index(None, "workspace", "routed"),
        Index("ix_feedback_waiting", *HERE, "message", sqlite_where=WAITS, postgresql_where=IS_SET),
        Index("ix_feedback_unshown", "changed_at", sqlite_where=UNSHOWN, postgresql_where=UNSHOWN),
        Index("ix_feedback_corrected", *HERE, "corrected_at", sqlite_where=CORRECTED, postgresql_where=CORRECTED),
        Index(None, "head"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    message: Mapped[str]
    person: Mapped[str]
    is_bot: Mapped[bool]
    text: Mapped[str]
    files: Mapped[str | None]
    revision: Mapped[str] = mapped_column(default="")
    said_at: Mapped[datetime]
    permalink: Mapped[str]
    head: Mapped[int | None]
    waits: Mapped[bool]
    status: Mapped[str]
    category: Mapped[str] = mapped_column(default="")
    severity: Mapped[str] = mapped_column(default="")
    sentiment: Mapped[str] = mapped_column(default="")
    area: Mapped[str] = mapped_column(default="")
    team: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    confidence: Mapped[int] = mapped_column(default=0)
    evidence: Mapped[str] = mapped_column(default="")
    duplicate_of: Mapped[int | None]
    root: Mapped[int | None]
    given: Mapped[str] = mapped_column(default="")
    corrected_by: Mapped[str] = mapped_column(default="")
    corrected_at: Mapped[datetime | None]
    assignee: Mapped[str] = mapped_column(default="")
    responded_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0)
    shown_version: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    card: Mapped[str] = mapped_column(default="")
    reaction: Mapped[str] = mapped_column(default="")
    routed: Mapped[str] = mapped_column(default="")
    is_acknowledged: Mapped[bool] = mapped_column(default=False)
    issue: Mapped[str] = mapped_column(default="", server_default=literal_column("''"))
    issue_version: Mapped[int] = mapped_column(default=0, server_default="0")
    issue_state: Mapped[str] = mapped_column(default="", server_default=literal_column("''"))


class AlertRow(Base):
    """A posted trend: `key` names it within its channel, `message` says where it was posted, and of how many posts."""

    __tablename__ = "alerts"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    message: Mapped[str]
    created_at: Mapped[datetime]


class InstallationRow(Base):
    """How the bot can act in a workspace: `bot.core.domain.installation.Installation` explains most columns.

    `sealed` are the tokens, encrypted by `bot.db.vault`. `renewing_until`: a replica is getting the next one.
    """

    __tablename__ = "installations"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    organisation: Mapped[str]
    name: Mapped[str]
    url: Mapped[str]
    bot_user: Mapped[str]
    bot_id: Mapped[str]
    scopes: Mapped[str]
    person: Mapped[str]
    installed_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    version: Mapped[int]
    sealed: Mapped[str]
    renewing_until: Mapped[datetime | None]


class InstallStateRow(Base):
    """A started installation: the SHA-256 of its OAuth state, which is valid once, until a time."""

    __tablename__ = "install_states"

    state: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]
