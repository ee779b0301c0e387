"""Drafts of answers to feedback."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.tables.base import Base

SENDING = text("state = 'sending'")


class DraftRow(Base):
    """A draft for one version of a post: `bot.core.domain.draft.Draft` explains most columns.

    `record` is the record's id, `thread` its post, `person` who wrote that. `sources` are JSON. `decided_at` is when it
    was sent or discarded, `changed_at` the time of its newest version.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        UniqueConstraint("record", "digest"),
        Index(None, "workspace", "channel", "decided_at"),
        Index("ix_drafts_sending", "changed_at", sqlite_where=SENDING, postgresql_where=SENDING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    person: Mapped[str]
    record: Mapped[int]
    digest: Mapped[str]
    state: Mapped[str]
    category: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    sources: Mapped[str | None]
    is_trimmed: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_auto: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_edited: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_outdated: Mapped[bool] = mapped_column(default=False, server_default=false())
    reason: Mapped[str] = mapped_column(default="")
    comment: Mapped[str] = mapped_column(default="")
    by: Mapped[str] = mapped_column(default="")
    sent_text: Mapped[str] = mapped_column(default="")
    sent_message: Mapped[str] = mapped_column(default="")
    shown: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
