"""Threads, their messages and files, and how people rate the answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.tables.base import NO_TEXT_NO_WORDS, Base, SearchWords


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
    `files` are references, as JSON. `search_words` are what it is found by: a message without text must have none. The
    migrations make the index of them, on SQLite with triggers that follow each change.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("thread_id", "external_id"),
        Index(None, "thread_id", "id"),
        CheckConstraint(NO_TEXT_NO_WORDS, name="ck_messages_search_words"),
    )

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
    search_words: Mapped[str | None] = mapped_column(SearchWords)


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
