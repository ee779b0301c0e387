"""Knowledge: sources, their pages, the passages of these with the words that they are found by; open questions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.tables.base import Base


class KnowledgeSourceRow(Base):
    """A source, as `bot.core.domain.knowledge.KnowledgeSource`. `passages` were counted at the end of its last run."""

    __tablename__ = "knowledge_sources"
    __table_args__ = (UniqueConstraint("workspace", "channel", "kind", "address"), Index(None, "next_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    kind: Mapped[str]
    address: Mapped[str]
    title: Mapped[str]
    added_by: Mapped[str]
    added_at: Mapped[datetime]
    state: Mapped[str]
    run: Mapped[int]
    read_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    fault: Mapped[str]
    pages: Mapped[int]
    skipped: Mapped[int]
    passages: Mapped[int]


class KnowledgePageRow(Base):
    """A page of a source, or an address that is to be read.

    `run` is the last run that met the address, as its `position`th; `state` is how far that came. `read_at` is None
    until it was read. `channel`, `thread`, `said_at` and `people` are set only where people of the workspace said what
    it has: in which thread, when the last of it, and their ids, each between spaces.
    """

    __tablename__ = "knowledge_pages"
    __table_args__ = (
        UniqueConstraint("source_id", "address"),
        Index(None, "source_id", "run", "state", "position"),
        Index(None, "source_id", "language"),
        Index(None, "workspace", "channel", "thread"),
        Index(None, "said_at", sqlite_where=text("said_at IS NOT NULL"), postgresql_where=text("said_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey(KnowledgeSourceRow.id, ondelete="CASCADE"))
    workspace: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    people: Mapped[str]
    said_at: Mapped[datetime | None]
    address: Mapped[str]
    link: Mapped[str]
    title: Mapped[str]
    language: Mapped[str]
    changed_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    etag: Mapped[str]
    last_modified: Mapped[str]
    digest: Mapped[str]
    fault: Mapped[str]
    run: Mapped[int]
    position: Mapped[int]
    state: Mapped[str]


class KnowledgePassageRow(Base):
    """A passage of a page; `headings` are JSON. `search_words` are what it is found by, of `bot.core.knowledge.words`.

    The migrations make the index of those, on SQLite with triggers that follow each change.
    """

    __tablename__ = "knowledge_passages"
    __table_args__ = (UniqueConstraint("page_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey(KnowledgePageRow.id, ondelete="CASCADE"))
    number: Mapped[int]
    headings: Mapped[str]
    text: Mapped[str]
    search_words: Mapped[str]


class KnowledgeWordRow(Base):
    """How many passages of a source have a word, counted at the end of each run; not of what people said."""

    __tablename__ = "knowledge_words"

    source_id: Mapped[int] = mapped_column(ForeignKey(KnowledgeSourceRow.id, ondelete="CASCADE"), primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)
    passages: Mapped[int]


class KnowledgeGapRow(Base):
    """A question that had no answer, as `bot.core.domain.knowledge.Gap`."""

    __tablename__ = "knowledge_gaps"
    __table_args__ = (
        UniqueConstraint("workspace", "channel", "message"),
        Index(None, "workspace", "channel", "asked_at"),
        Index(None, "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    message: Mapped[str]
    person: Mapped[str]
    question: Mapped[str]
    link: Mapped[str]
    asked_at: Mapped[datetime]
