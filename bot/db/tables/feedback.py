"""Posts of feedback channels."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.tables.base import NO_TEXT_NO_WORDS, Base, SearchWords

HERE = ("workspace", "channel")
UNSHOWN = text("version > shown_version")
CORRECTED = text("corrected_at IS NOT NULL")
# As each database's statements have a flag, for which it takes the index.
WAITS, IS_SET = text("waits = 1"), text("waits")


class FeedbackRow(Base):
    """A post of a feedback channel and what became of it: `bot.core.domain.feedback.Feedback` explains most columns.

    `waits`: it has yet to be sorted. `head` is the record that a joined post belongs to. `files` are references, as
    JSON. `revision` is the platform's id of the post's last edit. `search_words` are as those of messages.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        UniqueConstraint("workspace", "channel", "message", "part"),
        Index(None, "workspace", "channel", "said_at"),
        Index(None, "workspace", "routed"),
        Index("ix_feedback_waiting", *HERE, "message", sqlite_where=WAITS, postgresql_where=IS_SET),
        Index("ix_feedback_unshown", "changed_at", sqlite_where=UNSHOWN, postgresql_where=UNSHOWN),
        Index("ix_feedback_corrected", *HERE, "corrected_at", sqlite_where=CORRECTED, postgresql_where=CORRECTED),
        Index(None, "head"),
        CheckConstraint(NO_TEXT_NO_WORDS, name="ck_feedback_search_words"),
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
    search_words: Mapped[str | None] = mapped_column(SearchWords)
    part: Mapped[int] = mapped_column(default=0, server_default="0")
    excerpt: Mapped[str] = mapped_column(default="", server_default=literal_column("''"))
    split_at: Mapped[datetime | None]


class AlertRow(Base):
    """A posted trend: `key` names it within its channel, `message` says where it was posted, and of how many posts."""

    __tablename__ = "alerts"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    message: Mapped[str]
    created_at: Mapped[datetime]
