"""Articles that threads are written up in, until they are sources."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.tables.base import Base

EMPTY = text("''")
UNDONE = text("state IN ('wanted', 'approved', 'gone')")


class ArticleRow(Base):
    """An article, as `bot.core.domain.article.Article`. The ids of `people` and `messages` stand between spaces."""

    __tablename__ = "articles"
    __table_args__ = (
        UniqueConstraint("workspace", "channel", "thread"),
        Index("ix_articles_undone", "changed_at", sqlite_where=UNDONE, postgresql_where=UNDONE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    person: Mapped[str]
    state: Mapped[str]
    changed_at: Mapped[datetime]
    title: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    people: Mapped[str] = mapped_column(default="")
    messages: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    by: Mapped[str] = mapped_column(default="")
    for_workspace: Mapped[bool] = mapped_column(default=False, server_default=false())
    source: Mapped[int] = mapped_column(default=0, server_default="0")
    shown: Mapped[str] = mapped_column(default="")
    canvas: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    file: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    version: Mapped[int] = mapped_column(default=0, server_default="0")
